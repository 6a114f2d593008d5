"""Look at a database file with the one DuckDB of this process: to start one takes ten times as long."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from extract.workspace.sql_text import literal


@contextmanager
def look_at(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on which the file, opened anew and read only, is the database in which names are found."""
    with _database().cursor() as connection:
        connection.execute(f"attach {literal(path)} as looked_at (read_only)")
        try:
            connection.execute("use looked_at")
            yield connection
        finally:
            connection.execute("use memory")
            connection.execute("detach looked_at")


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()
