"""Which column of an export is what: config/import_mappings.yaml, read and checked."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import Items, Mapping, Value, quoted, shown, suggestion
from extract.workspace.texts import comparable, tidied

# What HeyReach keeps of a lead; one without the first three is dropped by it without a word.
REQUIRED = ("profile_url", "first_name", "last_name")
LEAD_FIELDS = (*REQUIRED, "location", "summary", "company_name", "position", "about", "email_address")
# What only `make enrich` takes from a file, and no import sends.
ENRICHMENT_FIELDS = ("company_domain", "ceo_name")
KEYS = ("source", "lead", "custom_fields", "sender_account_id", "enrichment")

MAX_TEXT = 200

# The line, and what is wrong there.
Problem = tuple[int, str]


@dataclass(frozen=True)
class ImportMapping:
    """The columns of one kind of export: per target its header names, of which the first in the file counts.

    `source` is the custom field `source` of every row whose own column gives none; None gives none.
    """

    name: str
    source: str | None
    lead: dict[str, tuple[str, ...]]
    custom_fields: dict[str, tuple[str, ...]]
    sender_account_id: tuple[str, ...]
    enrichment: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def targets(self) -> dict[str, tuple[str, ...]]:
        """The headers per target, named as in the file: `lead.position`, `custom_fields.icp`."""
        return {
            **{f"lead.{name}": headers for name, headers in self.lead.items()},
            **{f"custom_fields.{name}": headers for name, headers in self.custom_fields.items()},
            **({"sender_account_id": self.sender_account_id} if self.sender_account_id else {}),
        }

    def enrichment_targets(self) -> dict[str, tuple[str, ...]]:
        """The headers of what can be asked by: `lead.profile_url`, `enrichment.company_domain`, ..."""
        return self.targets() | {f"enrichment.{name}": headers for name, headers in self.enrichment.items()}


def load_mappings(path: Path) -> dict[str, ImportMapping]:
    """The mappings of the file by name, in its order; there is at least one.

    Raises ConfigurationError with every problem of the file, each naming file, line and mapping.
    """
    document = strict_yaml.load(path)
    if not document:
        raise ConfigurationError(f"{shown(path)} holds no mapping; describe at least one kind of export")
    mappings: dict[str, ImportMapping] = {}
    problems: list[Problem] = []
    for name, entry in document.items():
        found: list[Problem] = []
        mappings[name] = _read_mapping(name, entry, document.lines[name], found)
        problems.extend((line, f"mapping {quoted(name)}: {text}") for line, text in found)
    if problems:
        raise ConfigurationError([f"{shown(path)} line {line}: {text}" for line, text in sorted(problems)])
    return mappings


# What follows reads on past a mistake and adds it to `problems`, so that one run names them all.


def _read_mapping(name: str, entry: Value, line: int, problems: list[Problem]) -> ImportMapping:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,50}", name):
        problems.append((line, "its name must be 1 to 50 letters, digits, _ or -, as in MAPPING=clay"))
    if not isinstance(entry, Mapping):
        problems.append((line, f"must hold {', '.join(KEYS)}, not {quoted(entry)}"))
        return ImportMapping(name, None, {}, {}, ())
    _refuse_unknown(entry, KEYS, "", problems)
    return ImportMapping(
        name=name,
        source=_read_source(entry, problems),
        lead=_read_lead(entry, line, problems),
        custom_fields=_read_custom_fields(entry, problems),
        sender_account_id=_read_headers(entry, "sender_account_id", "", problems)
        if "sender_account_id" in entry
        else (),
        enrichment=_read_enrichment(entry, problems),
    )


def _read_source(entry: Mapping, problems: list[Problem]) -> str | None:
    source = entry.get("source")
    if source is None:
        return None
    if isinstance(source, str) and 1 <= len(tidied(source)) <= MAX_TEXT:
        return tidied(source)
    text = f"source must be a text of at most {MAX_TEXT} characters, not {quoted(source)}"
    problems.append((entry.lines["source"], text))
    return None


def _read_lead(entry: Mapping, line: int, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    lead = _read_section(entry, "lead", problems)
    if lead is None:
        return {}
    _refuse_unknown(lead, LEAD_FIELDS, "lead.", problems)
    for name in REQUIRED:
        if name not in lead:
            text = f"lead.{name} is missing; HeyReach takes no lead without it"
            problems.append((entry.lines.get("lead", line), text))
    return {name: _read_headers(lead, name, "lead.", problems) for name in lead}


def _read_custom_fields(entry: Mapping, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    fields = _read_section(entry, "custom_fields", problems) or {}
    for name in fields:
        # HeyReach's own rule; one other name may cost the whole request.
        if not re.fullmatch(r"[A-Za-z0-9_]+", name):
            text = f"{quoted('custom_fields.' + name)} must be named with letters, digits and _ only"
            problems.append((fields.lines[name], text))
    return {name: _read_headers(fields, name, "custom_fields.", problems) for name in fields}


def _read_enrichment(entry: Mapping, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    fields = _read_section(entry, "enrichment", problems) or {}
    if fields:
        _refuse_unknown(fields, ENRICHMENT_FIELDS, "enrichment.", problems)
    return {name: _read_headers(fields, name, "enrichment.", problems) for name in fields}


def _read_section(entry: Mapping, name: str, problems: list[Problem]) -> Mapping | None:
    """The lines below `name:`, empty where there are none; None where it is no section."""
    section = entry.get(name)
    if section is None or isinstance(section, Mapping):
        return section or Mapping(entry.line)
    problems.append((entry.lines[name], f"{name} must be `name: [column, ...]` lines, not {quoted(section)}"))
    return None


def _read_headers(section: Mapping, name: str, prefix: str, problems: list[Problem]) -> tuple[str, ...]:
    value, line, target = section[name], section.lines[name], quoted(prefix + name)
    written, lines = (value, value.lines) if isinstance(value, Items) else ([value], [line])
    if not written:
        problems.append((line, f"{target} names no column; name one, or remove the line"))
    headers: dict[str, str] = {}
    for header, line in zip(written, lines, strict=True):
        if not isinstance(header, str) or not tidied(header):
            text = f"{target} must be a column's name or a list of such names, not {quoted(header)}"
            problems.append((line, text))
        elif comparable(header) in headers:
            problems.append((line, f"{target} names the column {quoted(header)} twice; remove one"))
        else:
            headers[comparable(header)] = tidied(header)
    return tuple(headers.values())


def _refuse_unknown(entry: Mapping, known: tuple[str, ...], prefix: str, problems: list[Problem]) -> None:
    for key in entry:
        if key not in known:
            text = f"{quoted(prefix + key)} is not known; {suggestion(key, known)}"
            problems.append((entry.lines[key], text))
