"""Databases that can't be read: damaged, or held by another program."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

# As DuckDB 1.5 words it for truncated, overwritten and bit-flipped files.
_DAMAGED = (
    "not a valid duckdb database file",
    "could not read enough bytes",
    "corrupt database file",
    "does not match stored checksum",
    "failure while replaying wal",
)


def is_damage(error: BaseException | str) -> bool:
    """Whether DuckDB says that the file itself is broken."""
    return any(text in str(error).lower() for text in _DAMAGED)


def is_held(error: duckdb.Error) -> bool:
    """Whether another program has the file open for writing (or, for a writer, at all)."""
    return "could not set lock" in str(error).lower()


def set_aside(database: Path) -> Path:
    """Rename a database, and its write-ahead log, to a dated name beside it."""
    stamp = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    aside = database.with_name(f"{database.stem}.set-aside-{stamp}{database.suffix}")
    database.rename(aside)
    log = database.with_name(database.name + ".wal")
    if log.exists():
        log.rename(aside.with_name(aside.name + ".wal"))
    return aside
