"""config/notes.yaml: what the operator changed, and when."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import quoted, shown, suggestion

KEYS = ("date", "note")
LONGEST = 80


@dataclass(frozen=True)
class Note:
    """What was changed on a day."""

    date: date
    note: str


def read_notes_file(path: Path, problems: list[str]) -> tuple[Note, ...]:
    """The notes in their order of time; none, and `problems`, where the file can't be read."""
    if not path.exists():
        return ()
    try:
        document = strict_yaml.load(path)
    except ConfigurationError as error:
        problems.extend(error.problems)
        return ()
    found = [
        f"{shown(path)} line {line}: {quoted(name)} is not known; {suggestion(name, ['notes'])}"
        for name, line in document.lines.items()
        if name != "notes"
    ]
    entries = document.get("notes")
    if entries is None:
        entries = strict_yaml.Items(line=1)
    if not isinstance(entries, strict_yaml.Items):
        found.append(f"{shown(path)} line {document.lines['notes']}: notes must be a list of dates and notes")
        entries = strict_yaml.Items(line=1)
    notes = []
    for line, entry in zip(entries.lines, entries, strict=True):
        try:
            notes.append(_note(entry))
        except ValueError as error:
            found.append(f"{shown(path)} line {line}: {error}")
    problems.extend(found)
    return tuple(sorted(notes, key=lambda note: (note.date, note.note)))


def _note(entry: strict_yaml.Value) -> Note:
    if not isinstance(entry, strict_yaml.Mapping) or set(entry) != set(KEYS):
        raise ValueError("each note has a `date:` and a `note:`, and nothing else")
    try:
        day = date.fromisoformat(entry["date"] if isinstance(entry["date"], str) else "")
    except ValueError:
        raise ValueError(f"date must be a day like 2026-02-03, not {quoted(entry['date'])}") from None
    text = entry["note"]
    if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > LONGEST:
        raise ValueError(f"note must be a printable text of at most {LONGEST} characters, not {quoted(text)}")
    return Note(day, text.strip())
