"""Segments of config/outreach.yaml: whom each takes, in order of priority; the first that fits is the one."""

import csv
import re
from typing import Any

from dbt_project.rendering import returned
from extract.intelligence.reading import Problems, Reader, mapping, number, texts
from extract.intelligence.vocabulary import (
    GEOGRAPHIES,
    INDUSTRIES,
    PROJECT_DIR,
    Vocabulary,
    technology,
    words,
)
from extract.workspace.strict_yaml import Mapping, Value, quoted
from extract.workspace.texts import comparable

ANYONE = "anyone"
LARGEST_WEIGHT = 1000
NO_SEGMENT = returned("catalogue/*.sql", "no_segment()")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

# name, label, weight, tone; rules: every key of READERS as a list, and `anyone`.
Segment = dict[str, Any]


def _column(home: str, alias: str, kept: str) -> dict[str, str]:
    """The spellings of a seed, as they compare -> the value that leads carry."""
    with (PROJECT_DIR / home).open(encoding="utf-8", newline="") as file:
        return {comparable(row[alias]): row[kept] for row in csv.DictReader(file)}


def _vocabulary(kind: str, seed: str, alias: str, kept: str) -> Vocabulary:
    home = f"dbt_project/seeds/{seed}.csv"
    spellings = _column(home, alias, kept)
    return Vocabulary(kind, spellings, dict.fromkeys(spellings.values()), home)


_REGION_OF = _column("dbt_project/seeds/company_regions.csv", "alias", "region")
_SOURCES = _column("dbt_project/seeds/lead_sources.csv", "alias", "source")


def region(text: str) -> str:
    """A region as leads carry it, of a country the one it lies in; raises ValueError for an unknown one."""
    spelt = GEOGRAPHIES.spelt(text)
    return _REGION_OF.get(spelt, spelt)


def source(text: str) -> str:
    """A source as leads carry it; sources that the warehouse has no name for are leads' own words."""
    spelt = words(text)
    return _SOURCES.get(spelt, spelt)


READERS: dict[str, Reader] = {
    "titles": texts(words),
    "departments": texts(words),
    "seniorities": texts(_vocabulary("seniority", "title_seniority_rules", "seniority", "seniority").spelt),
    "icps": texts(_vocabulary("ICP", "icp_roles", "alias", "icp").spelt),
    "companies": texts(words),
    "industries": texts(INDUSTRIES.spelt),
    "regions": texts(region),
    "company_sizes": texts(
        _vocabulary("company size", "company_size_brackets", "company_size", "company_size").spelt
    ),
    "sources": texts(source),
    "source_lists": texts(words),
    "keywords": texts(technology),
    "technologies": texts(technology),
}
_KEYS = ("label", "weight", "tone", "rules")
_weight = number(0, LARGEST_WEIGHT)


def read_segments(name: str, value: Value, line: int, problems: Problems) -> list[Segment]:
    """The segments in the order of the file."""
    entries = mapping(name, value, line, problems)
    segments = []
    for each, entry in entries.items():
        at = entries.lines[each]
        if not NAME.fullmatch(each) or each == NO_SEGMENT:
            problems.add(
                at,
                f"{quoted(each)} can't name a segment: small letters, digits and _, as in platform_leaders"
                + (f"; {NO_SEGMENT} means whoever is in no segment" if each == NO_SEGMENT else ""),
            )
        segments.append(_read_segment(each, entry, at, problems))
        if any(segment["rules"][ANYONE] for segment in segments[:-1]):
            problems.add(at, f"{each} comes after a segment that takes anyone, so nobody would be in it")
    if segments and not any(segment["weight"] for segment in segments):
        problems.add(line, "the weights of all segments are 0: give one of them a weight, as in 50")
    return segments


def _read_segment(name: str, value: Value, line: int, problems: Problems) -> Segment:
    entry = mapping(name, value, line, problems, _KEYS)
    lines = entry.lines
    read = {key: _words(f"{key} of {name}", entry, key, line, problems) for key in ("label", "tone")}
    weight = _weight(f"weight of {name}", entry.get("weight"), lines.get("weight", line), problems)
    if entry.get("weight") is None:
        problems.add(
            line, f"{name} has no weight: a whole number, 0 for a segment that nobody is planned for"
        )
    rules = _read_rules(f"rules of {name}", entry.get("rules"), lines.get("rules", line), problems)
    return {"name": name, **read, "weight": weight or 0, "rules": rules}


def _words(name: str, entry: Mapping, key: str, line: int, problems: Problems) -> str:
    """A text as it was typed; it must be there."""
    value = entry.get(key)
    try:
        if not isinstance(value, str):
            raise ValueError(f"{quoted(value)} must be words")
        words(value)
    except ValueError as error:
        problems.add(entry.lines.get(key, line), f"{name}: {error}")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _read_rules(name: str, value: Value, line: int, problems: Problems) -> dict[str, Any]:
    """Every rule as a list; at least one of them says something."""
    before = len(problems.found)
    found = mapping(name, value, line, problems, (*READERS, ANYONE))
    rules = {
        key: read(f"{key} in {name}", found.get(key), found.lines.get(key, line), problems)
        for key, read in READERS.items()
    }
    anyone = found.get(ANYONE)
    if anyone not in (None, "true", "false"):
        problems.add(found.lines[ANYONE], f"anyone must be true or false, not {quoted(anyone)}")
    asks = any(rules.values())
    if len(problems.found) == before and asks == (anyone == "true"):
        problems.add(
            line,
            f"{name} ask for something and take anyone: leave one out"
            if asks
            else f"{name} ask for nothing: give it titles or another rule, or `anyone: true` to the last one",
        )
    return {**rules, ANYONE: anyone == "true"}
