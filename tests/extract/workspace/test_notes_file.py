"""What the operator noted, read strictly: a day and a few words each, and nothing else."""

from datetime import date
from pathlib import Path

import pytest

from extract.workspace.notes_file import Note, read_notes_file

PROJECT = Path(__file__).parents[3]


def read(tmp_path: Path, text: str) -> tuple[tuple[Note, ...], list[str]]:
    path = tmp_path / "notes.yaml"
    path.write_text(text)
    problems: list[str] = []
    return read_notes_file(path, problems), [each.rpartition("notes.yaml ")[2] for each in problems]


def test_notes_are_read_in_their_order_of_time(tmp_path):
    text = "notes:\n  - {date: 2026-02-03, note: Shorter}\n  - {note: Longer, date: 2026-01-03}\n"
    assert read(tmp_path, text) == (
        (Note(date(2026, 1, 3), "Longer"), Note(date(2026, 2, 3), "Shorter")),
        [],
    )


@pytest.mark.parametrize("path", [PROJECT / "config" / "notes.yaml", PROJECT / "config" / "none.yaml"])
def test_the_shipped_file_and_none_have_no_notes(path):
    problems = []
    assert read_notes_file(path, problems) == ()
    assert problems == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nots:\n", "line 1: 'nots' is not known; did you mean notes?"),
        ("notes: Shorter\n", "line 1: notes must be a list of dates and notes"),
        ("notes:\n  - Shorter\n", "line 2: each note has a `date:` and a `note:`, and nothing else"),
        ("notes:\n  - {date: 3 Feb, note: x}\n", "line 2: date must be a day like 2026-02-03, not '3 Feb'"),
        ("notes:\n  - {date: 2026-02-03, note: }\n", "line 2: note must be a printable text"),
        (f"notes:\n  - {{date: 2026-02-03, note: {'x' * 81}}}\n", "line 2: note must be a printable text"),
    ],
)
def test_whatever_else_stands_there_is_named_with_its_line(tmp_path, text, problem):
    notes, [said] = read(tmp_path, text)
    assert notes == ()
    assert said.startswith(problem)
