"""The published warehouse, as answers read it: always the newest, given back soon after the last one."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.workspace import Workspace
from reports.jobs.frame import require_published
from reports.read_only import finite, open_published

Row = dict[str, Any]
# Answers are rows of marts that are small: what takes longer, or more, is broken.
MOST_SECONDS = 10.0
MOST_MEMORY = "512MB"
# Opening takes longer than answering, so questions that follow one another share it. Not longer: while it
# is open, a file that was replaced keeps its place on the disk, and with it whom an erasure took out.
HELD_SECONDS = 2.0


class SlowError(OutboundError):
    """An answer took too long."""


class Published:
    """What can be asked of one published warehouse, within time and memory."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self.connection = connection

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """The rows of a query, each by the names of its columns; what is no number is None."""
        answer = self.connection.execute(query, parameters)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, map(finite, row), strict=True)) for row in answer.fetchall()]


@dataclass
class _Opened:
    """The file as it was when it was opened."""

    state: tuple[int, int, int]
    connection: duckdb.DuckDBPyConnection
    answers: int = 0


# One answer after another: a cursor beside the first would have another time zone than the one locked in.
_lock = threading.RLock()
_open: dict[Path, _Opened] = {}


@contextlib.contextmanager
def published(workspace: Workspace, seconds: float = MOST_SECONDS) -> Iterator[Published]:
    """Read it; raises ConfigurationError where there is none of this release, SlowError after `seconds`."""
    path = require_published(workspace)
    with _lock:
        connection = _newest(path)
        timer = threading.Timer(seconds, connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield Published(connection)
        except duckdb.InterruptException:
            raise SlowError(f"It took longer than {seconds:g} seconds") from None
        except (duckdb.CatalogException, duckdb.BinderException):
            raise ConfigurationError(
                "The warehouse is of an earlier release: `make build` makes what is asked for"
            ) from None
        finally:
            timer.cancel()
            opened = _open[path]
            closing = threading.Timer(HELD_SECONDS, _close, (path, opened, opened.answers))
            closing.daemon = True
            closing.start()


def _newest(path: Path) -> duckdb.DuckDBPyConnection:
    """The file as it is now, opened unless it is already."""
    status = path.stat()
    state = (status.st_ino, status.st_mtime_ns, status.st_size)
    if path in _open and _open[path].state != state:
        _close(path, _open[path])
    if path not in _open:
        _open[path] = _Opened(state, open_published(path, MOST_MEMORY))
    opened = _open[path]
    opened.answers += 1
    return opened.connection


def _close(path: Path, opened: _Opened, after: int | None = None) -> None:
    """Close it; `after` an answer, unless it has given another one since."""
    with _lock:
        if _open.get(path) is opened and after in (None, opened.answers):
            del _open[path]
            opened.connection.close()
