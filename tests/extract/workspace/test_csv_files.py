"""CSV files for people: no cell is a formula, whoever wrote it; and nobody else writes any."""

import csv
import re
from pathlib import Path

import pytest

from extract.workspace.csv_files import rewrite_csv, safe_cell, write_csv

PROJECT_DIR = Path(__file__).parents[3]
# What writes CSV: Python's own, of other libraries, and DuckDB's.
WRITES_CSV = re.compile(
    r"csv\.(writer|DictWriter)\b|\.(to|write)_csv\(|\bcopy\b[^;\"]*\bto\b[^;\"]*\bcsv\b", re.IGNORECASE
)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "-2"),
        (-2.5, "-2.5"),
        ("@here", "'@here"),
        (' "=1"', '\' "=1"'),
        ("'=1", "''=1"),
        ("\t=1", "'\t=1"),
        ("a\r\nb", "a  b"),
        ("plain", "plain"),
        (["=1", "b"], "'=1; b"),
        (None, ""),
        (True, "True"),
    ],
)
def test_no_cell_is_a_formula(value, cell):
    assert safe_cell(value) == cell


def test_a_file_written_once_more_has_the_same_cells_and_those_of_before_the_guard_get_it(tmp_path):
    path = tmp_path / "result.csv"
    write_csv(path, ["name", "=note"], [["=1+1", "plain"], ["'quoted", None]])
    once = path.read_bytes()
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert [header, *rows] == [["name", "'=note"], ["'=1+1", "plain"], ["'quoted", ""]]
    rewrite_csv(path, header, rows)
    assert path.read_bytes() == once
    rewrite_csv(path, ["name"], [["=1+1"]])
    assert path.read_text().splitlines() == ['"name"', '"\'=1+1"']


def test_an_error_while_writing_leaves_the_file_that_was_there(tmp_path):
    path = tmp_path / "result.csv"
    write_csv(path, ["name"], [["whole"]])
    with pytest.raises(ZeroDivisionError):
        write_csv(path, ["name"], ([1 / number] for number in (1, 0)))
    assert "whole" in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["result.csv"]


def test_every_csv_file_is_written_in_one_place():
    assert WRITES_CSV.search("csv.DictWriter(file") and WRITES_CSV.search("copy (select 1) to 'a.csv'")
    sources = (
        path
        for folder in ("extract", "reports", "dbt_project")
        for suffix in ("py", "sql", "yml")
        for path in (PROJECT_DIR / folder).rglob(f"*.{suffix}")
        if "target" not in path.parts
    )
    writing = {
        path.relative_to(PROJECT_DIR).as_posix() for path in sources if WRITES_CSV.search(path.read_text())
    }
    assert writing == {"extract/workspace/csv_files.py"}
