"""From a file to a plan: which lead is sent with which fields, and which row is left out for what reason."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from extract.importer.ledger import PlannedRow
from extract.importer.lots import VARIANT, Lots
from extract.importer.table import ImportFile, ImportRow
from extract.people.profile_urls import parse_profile_urls
from extract.people.traits import trait_of
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import quoted
from extract.workspace.texts import placeholders_among

# Reason of a row that is left out -> what it says to the operator; the first that holds counts. None of
# them stops the other rows.
REASONS = {
    "erased": "who were erased and are kept out; nothing of these rows is kept",
    "no_profile_url": "without a profile URL",
    "invalid_profile_url": "whose URL is no person's profile",
    "missing_name": "without a first or last name (HeyReach drops them without a word)",
    "placeholder_name": "whose first or last name stands for nothing, as #N/A or {{first_name}} does",
    "duplicate_in_file": "who stand further up in the file already",
    "imported_before": "who were sent by an earlier import (its REPAIR sends again what was lost)",
    "already_in_list": "who stand in the list already",
    "in_other_experiment": "who were drawn for an experiment or a test of messages before: nobody is in two",
    "in_other_campaign": "who are in another campaign (ALLOW_OTHER_CAMPAIGNS=1 sends them all the same)",
}

# Reasons that don't matter where a list is only evidence of where its people came from.
NAMELESS = ("missing_name", "placeholder_name")

# Our name of what HeyReach keeps of a lead -> HeyReach's.
LEAD_KEYS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "location": "location",
    "summary": "summary",
    "company_name": "companyName",
    "position": "position",
    "about": "about",
    "email_address": "emailAddress",
}

_FIELD_NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_ROWS_SHOWN = 5


@dataclass(frozen=True)
class Known:
    """Who is where already, by normalised profile URL; who was erased, by the URL as the file spells it."""

    imported_before: frozenset[str] = frozenset()
    in_list: frozenset[str] = frozenset()
    in_other_campaign: frozenset[str] = frozenset()
    in_other_experiment: frozenset[str] = frozenset()
    erased_urls: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """The rows of the file, planned, and the problems for which none of them may be sent.

    `placeholders` are values that stand for nothing and are left blank: field -> numbers of the rows.
    """

    rows: list[PlannedRow]
    problems: list[str] = field(default_factory=list)
    placeholders: dict[str, list[int]] = field(default_factory=dict)

    @property
    def to_send(self) -> list[PlannedRow]:
        """The rows that are not left out."""
        return [row for row in self.rows if row.reason is None]

    def left_out(self) -> dict[str, list[int]]:
        """Reason -> row numbers, in the order of REASONS, only reasons that occur."""
        numbers: dict[str, list[int]] = {reason: [] for reason in REASONS}
        for row in self.rows:
            if row.reason:
                numbers[row.reason].append(row.row_number)
        return {reason: rows for reason, rows in numbers.items() if rows}


def plan_rows(
    file: ImportFile,
    *,
    fixed_fields: Mapping[str, str],
    default_fields: Mapping[str, str],
    required_fields: Sequence[str],
    known: Known,
    lots: Lots | None = None,
) -> Plan:
    """Plan every row of a file.

    `fixed_fields` go to every lead; `default_fields` to those whose row has no value. A value that stands for
    nothing is none. Problems are a required field without a value, and a text that both file and `lots` give.
    """
    nothing = _placeholders(file.rows)
    urls = parse_profile_urls([row.lead.get("profile_url", "") for row in file.rows])
    rows: list[PlannedRow] = []
    missing: dict[str, list[int]] = {}
    blanked: dict[str, list[int]] = {}
    seen: set[str] = set()
    given: list[int] = []
    for written, url in zip(file.rows, urls, strict=True):
        reason = _reason(written, url.key, seen, known, nothing)
        row, blank = _without(written, nothing)
        fields = {**default_fields, **row.fields, **fixed_fields}
        if lots and reason is None:
            if VARIANT in fields:
                given.append(row.number)
            fields[VARIANT] = lots.drawn(url.key or "")
        if url.key and reason not in NAMELESS:
            seen.add(url.key)
        if reason is None:
            for name in required_fields:
                if not fields.get(name):
                    missing.setdefault(name, []).append(row.number)
            for name in blank:
                blanked.setdefault(name, []).append(row.number)
        if reason == "erased":
            rows.append(PlannedRow(row.number, None, None, None, reason, {"customUserFields": []}))
            continue
        rows.append(
            PlannedRow(
                row_number=row.number,
                profile_url=row.lead.get("profile_url"),
                person=url.key,
                account_id=row.sender_account_id,
                reason=reason,
                lead=_lead(row, url.key, fields),
            )
        )
    problems = [
        f"{name} is missing in {rows_text(numbers)}: {_where_from(name, file)}, or give it to every lead "
        f"with SET='{name}=...'"
        for name, numbers in missing.items()
    ]
    if lots and given:
        problems.append(
            f"{VARIANT} is given in {rows_text(given)}, and TEST={lots.test} draws it: leave one out"
        )
    return Plan(rows, problems, blanked)


def parse_fixed_fields(text: str | None) -> dict[str, str]:
    """`icp=platform; company_region=emea` as a dict; raises ConfigurationError for anything else."""
    fields = {}
    for part in (text or "").split(";"):
        if not part.strip():
            continue
        name, separator, value = (piece.strip() for piece in part.partition("="))
        if not separator or not value or not _FIELD_NAME.fullmatch(name):
            raise ConfigurationError(
                f"SET: {part.strip()!r} is not understood; write name=value, several separated by "
                "semicolons. A name has letters, digits and _ only"
            )
        fields[name] = value
    return fields


def trait_problems(rows: Sequence[ImportRow], fixed_fields: Mapping[str, str]) -> list[str]:
    """What would hand an inference about people to HeyReach, by field; a column that is blank doesn't."""
    filled = dict.fromkeys(name for row in rows for name, value in row.fields.items() if value)
    said = {
        **dict.fromkeys(filled, "a column is mapped to it"),
        **dict.fromkeys(fixed_fields, "SET gives it"),
    }
    return [
        f"{name} is an inference about a person and stays out of HeyReach, another company: {where}. "
        "Leave it out, keep it as evidence with UPSTREAM=1, or allow it with write_back_sensitive in "
        "config/enrichment.yaml"
        for name, where in said.items()
        if trait_of(name)
    ]


def counted(count: int, name: str) -> str:
    """`1 lead`, `2 leads`, `1,204 leads`."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def rows_text(numbers: Sequence[int]) -> str:
    """`row 4`, `rows 4, 9, 12`, or the first few and how many more."""
    shown = ", ".join(map(str, numbers[:_ROWS_SHOWN]))
    if len(numbers) == 1:
        return f"row {shown}"
    more = f" and {len(numbers) - _ROWS_SHOWN:,} more" if len(numbers) > _ROWS_SHOWN else ""
    return f"rows {shown}{more}"


def with_senders(rows: Iterable[PlannedRow], account_ids: Mapping[int, str]) -> list[PlannedRow]:
    """The rows, each with the sender account chosen for its row number; None where none was."""
    return [replace(row, account_id=account_ids.get(row.row_number)) for row in rows]


def _where_from(name: str, file: ImportFile) -> str:
    if not file.mapping.lead:  # typed by hand
        return f"say it with {name.upper()}=..."
    columns = file.mapping.custom_fields.get(name)
    if not columns:
        return f"name its column in mapping {file.mapping.name}"
    return f"fill the column {' or '.join(map(quoted, columns))}"


def _placeholders(rows: Iterable[ImportRow]) -> set[str]:
    """The values of the rows that stand for nothing."""
    values = (value for row in rows for part in (row.lead, row.fields) for value in part.values())
    return placeholders_among(values)


def _without(row: ImportRow, nothing: set[str]) -> tuple[ImportRow, list[str]]:
    """The row without values that stand for nothing, and the fields that had one."""
    blank = [name for part in (row.lead, row.fields) for name, value in part.items() if value in nothing]
    if not blank:
        return row, []
    lead, fields = (
        {name: value for name, value in part.items() if value not in nothing}
        for part in (row.lead, row.fields)
    )
    return replace(row, lead=lead, fields=fields), list(dict.fromkeys(blank))


def _reason(
    row: ImportRow, person: str | None, seen: set[str], known: Known, nothing: set[str]
) -> str | None:
    """The first of REASONS that holds, None where the row can be sent."""
    names = [row.lead.get("first_name"), row.lead.get("last_name")]
    holds = {
        "erased": row.lead.get("profile_url") in known.erased_urls,
        "no_profile_url": not row.lead.get("profile_url"),
        "invalid_profile_url": person is None,
        "missing_name": not all(names),
        "placeholder_name": not nothing.isdisjoint(names),
        "duplicate_in_file": person in seen,
        "imported_before": person in known.imported_before,
        "already_in_list": person in known.in_list,
        "in_other_experiment": person in known.in_other_experiment,
        "in_other_campaign": person in known.in_other_campaign,
    }
    return next((reason for reason in REASONS if holds[reason]), None)


def _lead(row: ImportRow, person: str | None, fields: Mapping[str, str]) -> dict:
    """The lead as HeyReach wants it; one spelling of the URL, so that HeyReach knows a person again."""
    lead = {"profileUrl": f"https://www.{quote(person)}" if person else row.lead.get("profile_url")}
    lead |= {key: row.lead[name] for name, key in LEAD_KEYS.items() if name in row.lead}
    lead["customUserFields"] = [{"name": name, "value": fields[name]} for name in sorted(fields)]
    return lead
