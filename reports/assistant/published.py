"""The published warehouse, opened for one answer and closed after it, so that a newer one is always seen."""

import contextlib
import threading
from collections.abc import Iterator
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


class SlowError(OutboundError):
    """An answer took too long."""


class Published:
    """What can be asked of one published warehouse, within time and memory."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection):
        self.path, self.connection = path, connection

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """The rows of a query, each by the names of its columns; what is no number is None."""
        answer = self.connection.execute(query, parameters)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, map(finite, row), strict=True)) for row in answer.fetchall()]


@contextlib.contextmanager
def published(workspace: Workspace, seconds: float = MOST_SECONDS) -> Iterator[Published]:
    """Open it; raises ConfigurationError where there is none of this release, SlowError after `seconds`."""
    path = require_published(workspace)
    connection = open_published(path, memory=MOST_MEMORY)
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield Published(path, connection)
    except duckdb.InterruptException:
        raise SlowError(f"It took longer than {seconds:g} seconds") from None
    except (duckdb.CatalogException, duckdb.BinderException):
        raise ConfigurationError(
            "The warehouse is of an earlier release: `make build` makes what is asked for"
        ) from None
    finally:
        timer.cancel()
        connection.close()
