"""CSV files, all of them written here: those that people open, and the one that only DuckDB reads.

A spreadsheet runs a cell that looks like a formula. What stands in cells comes from outside, so in a file for
people such a cell begins with an apostrophe, which makes it text.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from extract.workspace.whole_files import whole_file

_FORMULA = re.compile(r"^[\s\"']*[=+\-@\t\r\n]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def write_csv(path: Path, header: Iterable[object], rows: Iterable[Iterable[object]]) -> None:
    """Write a file that a person may open, whole or not at all: every cell quoted, none a formula."""
    with whole_file(path) as file:
        _write(file, header, rows)


def csv_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """The same as a text, for whoever sends it."""
    text = io.StringIO()
    _write(text, header, rows)
    return text.getvalue()


def _write(file: TextIO, header: Iterable[object], rows: Iterable[Iterable[object]]) -> None:
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(map(safe_cell, header))
    writer.writerows(map(safe_cell, row) for row in rows)


def rewrite_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a file of ours once more, from its cells as they were read."""
    guarded = ([_Guarded(cell) if cell.startswith("'") else cell for cell in row] for row in (header, *rows))
    write_csv(path, next(guarded), guarded)


def safe_cell(value: object) -> str:
    """The value as a spreadsheet may read it: one line, no formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, _Guarded):
        return value
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    if isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = "'" + text
    return text.replace("\r", " ").replace("\n", " ")


class _Guarded(str):
    """A cell that is text already, because it begins with an apostrophe."""


def seed_text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The text of a dbt seed, which DuckDB reads and nobody opens: cells stay as they are.

    An apostrophe would become part of the value there, and be printed in the report.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
