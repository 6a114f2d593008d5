"""The published warehouse as whoever reads it opens it: the file of this moment, in UTC."""

import os
from pathlib import Path

import duckdb

from extract.workspace.sql_text import literal


def connect_published(published: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the published file, which is only ever replaced whole.

    In an instance of its own: while one connection to a path is open, DuckDB hands its file out again, though
    another one stands there by now. Raises what DuckDB raises for a file that is missing or damaged.
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"attach {literal(published)} as warehouse (type duckdb, read_only)")
        connection.execute("use warehouse; set TimeZone = 'UTC'")
    except BaseException:
        connection.close()
        raise
    return connection


def version_of(published: os.stat_result) -> str:
    """What tells one published file from another that stood, or stands later, in its place."""
    return f"{published.st_ino:x}-{published.st_mtime_ns:x}-{published.st_size:x}"
