"""What words mean here: the glossary, and what marts and their columns are described with."""

import functools
import re
from pathlib import Path

import dbt_project
from extract.workspace.errors import ConfigurationError
from reports.assistant import queries
from reports.assistant.answering import nearest
from reports.assistant.published import Published, Row

GLOSSARY = Path(dbt_project.__file__).parent / "models" / "pages" / "glossary.md"
_ENTRY = re.compile(r"^\| (\*\*.+?) \| (.+?) \|$", re.MULTILINE)


def defined(warehouse: Published, term: str) -> list[Row]:
    """What is said of a term: the glossary first, then what a report prints under it, then columns and marts.

    Raises AskedWronglyError with those that are near, all of them our own words.
    """
    known: dict[str, list[Row]] = {}
    for row in [*_glossary(), *_printed(warehouse), *_described(warehouse)]:
        rows = known.setdefault(_plain(row["term"]), [])
        if all(row["meaning"] != other["meaning"] for other in rows):
            rows.append(row)
    found = known.get(_plain(term))
    if not found:
        raise nearest(_plain(term), known, "word here")
    return found


def _plain(term: str) -> str:
    """A term however it is spelled: `Accept rate (95 %)` and `accept_rate` are one."""
    return " ".join(re.sub(r"\(.*?\)|[^a-z0-9 ]", " ", term.lower().replace("_", " ")).split())


@functools.cache
def _glossary() -> list[Row]:
    text = GLOSSARY.read_text(encoding="utf-8")
    return [
        {"term": term, "kind": "glossary", "meaning": re.sub(r"[*`]", "", meaning)}
        for words, meaning in _ENTRY.findall(text)
        for term in re.findall(r"\*\*(.+?)\*\*|`(\w+)`", words)
        for term in filter(None, term)
    ]


def _printed(warehouse: Published) -> list[Row]:
    from reports.document.queries import read_definitions  # noqa: PLC0415 - reads the catalogue

    labels = read_definitions(warehouse.connection)
    return [
        {"term": label, "kind": f"printed of {mart}", "meaning": meaning}
        for mart, meanings in labels.items()
        for label, meaning in meanings.items()
    ]


def _described(warehouse: Published) -> list[Row]:
    columns = [
        {"term": row["term"], "kind": f"column of {row['mart']}", "meaning": row["meaning"]}
        for row in warehouse.rows(queries.DESCRIBED_COLUMNS)
    ]
    marts = [row | {"kind": "mart"} for row in warehouse.rows(queries.DESCRIBED_TABLES)]
    if not marts:
        raise ConfigurationError("The warehouse describes nothing: `make build` writes what its marts mean")
    return [*columns, *marts]
