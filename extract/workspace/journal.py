"""Journals: append-only files of JSON lines, for what must outlive a crash and a rebuild of raw.

A line is written whole and forced to disk before the next thing happens. A line that a crash cut short is
passed over by readers, and the next one starts on a line of its own.
"""

import os
from datetime import datetime
from pathlib import Path

import orjson

from extract.workspace import versions
from extract.workspace.whole_files import write_whole

KIND = "journals"


def append(path: Path, row: dict) -> None:
    """Add one row; it is on disk when this returns. Raises NewerError for a folder of a newer release."""
    path.parent.mkdir(parents=True, exist_ok=True)
    versions.stamp_folder(KIND, path.parent)
    append_line(path, row)


def append_line(path: Path, row: dict) -> None:
    """Add one row to a file of lines in a folder that is there; it is on disk when this returns."""
    line = orjson.dumps(row, option=orjson.OPT_UTC_Z) + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:  # a full disk may take a part
            line = line[os.write(descriptor, line) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def drop_before(path: Path, column: str, moment: datetime, *, counts_only: bool = False) -> int:
    """Remove the rows whose `column` is a time before `moment`, in one step; returns how many there are."""
    found = rows(path)
    kept = [row for row in found if datetime.fromisoformat(row[column]) >= moment]
    dropped = len(found) - len(kept)
    if dropped and not counts_only:
        write_whole(path, b"".join(orjson.dumps(row) + b"\n" for row in kept))
    return dropped


def rows(path: Path) -> list[dict]:
    """All rows, oldest first; none where there is no journal yet. Raises NewerError as `append`."""
    versions.require_known_folder(KIND, path.parent)
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(row, dict):
            found.append(row)
    return found
