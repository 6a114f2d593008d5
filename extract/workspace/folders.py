"""Folders that a run writes to: whether it can, what crashes left in them, and how full the disk is."""

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from extract.workspace.errors import ConfigurationError

# Working folders and files of a run; a new run holds the lock, so whoever made them is gone.
# DuckDB spills what doesn't fit into memory beside the database, and leaves it there when it is killed.
LEFTOVERS = (".dlt-*", ".period-*", ".docs-*", ".restore.partial", "*.duckdb.tmp")
# What readers of the published warehouse make for the moment in which they open it (reports/read_only.py).
READING = ".reading-"
# A report may be being written or read now, by a command that takes no lock.
OLD_PARTIAL_SECONDS = 3600
# As the operating system, DuckDB, dlt and SQLite word it.
_FULL = (
    *("no space left on device", "file too large", "disk quota exceeded", "out of disk space"),
    "database or disk is full",
)


def require_writable(folder: Path, what: str) -> None:
    """Make `folder` if need be; raises ConfigurationError, naming it, where nothing can be written to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=".writable-", dir=folder) as probe:
            probe.write(b"\0")
            probe.flush()
    except FileExistsError:
        raise ConfigurationError(f"{what} {str(folder)!r} is a file, not a folder") from None
    except OSError as error:
        if is_disk_full(error):
            raise
        raise ConfigurationError(
            f"{what} {str(folder)!r} can't be written to ({error.strerror}): change its permissions, or name "
            "another folder. Nothing was asked of HeyReach"
        ) from None


def sweep(workspace_dir: Path, reports_dir: Path) -> None:
    """Remove the working files that killed runs left behind; call it with the lock held."""
    for pattern in LEFTOVERS:
        for folder in workspace_dir.glob(pattern):
            shutil.rmtree(folder, ignore_errors=True)
    for folder in workspace_dir.glob(f"{READING}*"):
        if _is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)
    for partial in reports_dir.glob(".connection_analytics_*.partial"):
        if _is_old(partial):
            partial.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime > OLD_PARTIAL_SECONDS
    return False


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or what caused it, says that there is no more room."""
    while error:
        if any(text in str(error).lower() for text in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False


def disk_full_line(folder: Path) -> str:
    """What to tell the operator then."""
    while not folder.is_dir():
        folder = folder.parent
    free = os.statvfs(folder)
    megabytes = free.f_bavail * free.f_frsize / 1e6
    return (
        f"The disk is full: {megabytes:,.0f} MB are free in {folder}, or a limit on file sizes was reached. "
        "The published warehouse stays as it was. Make room, then run again"
    )
