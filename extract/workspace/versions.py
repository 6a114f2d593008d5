"""Versions of what lasts, and what a program does with a file that a newer one wrote.

A number goes up when an older program would misread what is written from then on, or lose a part of it. A
new table or an optional column needs none: whoever opens an older file adds them. What was written before
there were versions counts as 0: it opens unchanged, and has a number from the next write on.
"""

import os
import sqlite3
from pathlib import Path

from extract.workspace.errors import ConfigurationError

# The newest version of each that this program reads and writes.
KNOWN = {
    "raw database": 1,
    "landing folders": 2,
    "journals": 1,
    "import ledger": 1,
    "enrichment ledger": 1,
    "ledger of acts": 1,
    "ledger of plans": 1,
    "ledger of jobs": 1,
    "backup": 1,
}
FILE_NAME = "version"


class NewerError(ConfigurationError):
    """A file was written by a newer release, and nothing was done with it."""


def require_known(kind: str, path: Path, found: int) -> None:
    """Raise NewerError where `path`, one of KNOWN, has a version that is not known yet."""
    if found > KNOWN[kind]:
        raise NewerError(
            f"{path} has version {found} of the {kind}, and this program knows versions up to {KNOWN[kind]}: "
            "a newer release wrote it. Bring this program up to date, or set "
            "OUTBOUND_DATA_DIR to another folder"
        )


def require_known_folder(kind: str, folder: Path) -> None:
    """The same for a folder, whose version stands in a file in it; nothing is wrong where it is missing."""
    require_known(kind, folder, _of_folder(folder))


def stamp_folder(kind: str, folder: Path) -> None:
    """Require a known version, and write the present one; the folder must exist."""
    found = _of_folder(folder)
    require_known(kind, folder, found)
    if found < KNOWN[kind]:
        unfinished = folder / f".{FILE_NAME}-{os.getpid()}"
        unfinished.write_text(f"{KNOWN[kind]}\n")
        os.replace(unfinished, folder / FILE_NAME)


def require_known_sqlite(kind: str, path: Path, database: sqlite3.Connection) -> None:
    """The same for an SQLite file, whose version is its `user_version`."""
    require_known(kind, path, database.execute("pragma user_version").fetchone()[0])


def of_sqlite_file(path: Path) -> int:
    """The version of an SQLite file that may not be opened, because that writes: it stands in its header."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64], "big")


def stamp_sqlite(kind: str, database: sqlite3.Connection) -> None:
    """Write the present version into an SQLite file."""
    if database.execute("pragma user_version").fetchone()[0] != KNOWN[kind]:
        database.execute(f"pragma user_version = {KNOWN[kind]}")


def _of_folder(folder: Path) -> int:
    path = folder / FILE_NAME
    try:
        text = path.read_text().strip()
    except FileNotFoundError:
        return 0
    except UnicodeDecodeError:
        text = ""
    if not text.isdecimal():
        raise ConfigurationError(f"{path} holds no version number: restore it from a backup")
    return int(text)
