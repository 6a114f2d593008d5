"""Texts as tools write them: on one line, without what nobody sees, and whether they say anything at all."""

import csv
import functools
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from dbt_project.rendering import rendered

# The words that stand for nothing: the warehouse's own seed, so that both agree on what is unknown.
PLACEHOLDERS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "placeholders.csv"

# They show as nothing, and hide in copied text: soft hyphen, zero-width space, byte order and direction
# marks. The joiners U+200C and U+200D stay, because names and emoji are spelt with them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def tidied(text: str) -> str:
    """The text on one line: runs of whitespace are one space, none at the ends, nothing invisible."""
    # Most text is plain, and a file holds millions of cells.
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def comparable(text: str) -> str:
    """What two spellings of one name have in common: `First  Name ` and `first name` are the same."""
    return tidied(text).casefold()


def placeholders_among(texts: Iterable[str]) -> set[str]:
    """Those of the texts that stand for nothing, by the warehouse's rule: `#N/A`, `{{first_name}}`, ....

    The rule has one home, the macro `known_text` with its seed; here it runs on an in-memory DuckDB.
    """
    distinct = sorted(set(texts))
    if not distinct:
        return set()
    database, query = _judge()
    with database.cursor() as connection:
        rows = connection.execute(query, {"texts": distinct}).fetchall()
    return {text for (text,) in rows}


@functools.cache
def _judge() -> tuple[duckdb.DuckDBPyConnection, str]:
    """The database with the seed, opened once: longer than the texts take. Any thread may take a cursor."""
    with PLACEHOLDERS.open(encoding="utf-8", newline="") as file:
        words = [row["placeholder"] for row in csv.DictReader(file)]
    database = duckdb.connect()
    database.execute("create table placeholders as select unnest($words) as placeholder", {"words": words})
    known = rendered("engine/*.sql", "known_text('text')")
    query = f"select text from (select unnest($texts::varchar[]) as text) where {known} is null"  # noqa: S608 - bound
    return database, query
