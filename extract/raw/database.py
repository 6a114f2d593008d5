"""The raw database: an append-only log of what HeyReach said, and of when it was asked.

Only this module and dlt write it. Observations enter through dlt (load.py); this module creates the
tables while they are empty (dlt makes no table for a resource without rows, and a quiet workspace must
still build) and answers what the next pull has to know.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from extract.raw.tables import DUCKDB_TYPES, OBSERVATIONS, RUN_PARAMETERS, SCHEMA, TABLES
from extract.workspace import versions
from extract.workspace.damage import is_damage, is_held
from extract.workspace.errors import OutboundError

KIND = "raw database"  # see extract/workspace/versions.py; one row says which version it has
VERSION_TABLE = "schema_version"


@dataclass(frozen=True)
class Origin:
    """Where the rows of a raw database came from."""

    base_url: str
    workspace_id: str | None


@contextlib.contextmanager
def connect(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with UTC as its time zone, closed (and so checkpointed) at the end.

    Raises RawError where the file is damaged, or another program holds it, NewerError where a newer release
    wrote it.
    """
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
        try:
            connection.execute("set TimeZone = 'UTC'")
            versions.require_known(KIND, path, _version(connection))
            yield connection
        finally:
            connection.close()
    except duckdb.Error as error:
        if is_damage(error):
            raise RawError(damaged(path)) from error
        if is_held(error):
            raise RawError(f"{path} is open in another program: close it there, then run again") from error
        raise


def _version(connection: duckdb.DuckDBPyConnection) -> int:
    """0 for a raw database of before there were versions."""
    try:
        found = connection.execute(f"select max(version) from {SCHEMA}.{VERSION_TABLE}").fetchone()
    except duckdb.CatalogException:
        return 0
    return found[0] or 0


class RawError(OutboundError):
    """The raw database can't be used as it is."""


def damaged(path: Path) -> str:
    """What to tell the operator about a damaged raw database."""
    return (
        f"The raw database {path} is damaged. The published warehouse stays as it was. `make recover` sets "
        "the file aside and makes it anew from the landing files"
    )


def initialize(path: Path) -> None:
    """Create the raw database, and any of its tables and columns that it lacks: that migrates older ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with connect(path, read_only=False) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        columns_there = "select table_name, column_name from duckdb_columns() where schema_name = ?"
        existing = set(connection.execute(columns_there, [SCHEMA]).fetchall())
        tables = {table for table, _ in existing}
        for table, columns in TABLES.items():
            if table not in tables:
                declared = ", ".join(f"{name} {DUCKDB_TYPES[kind]}" for name, kind in columns.items())
                connection.execute(f"create table {SCHEMA}.{table} ({declared})")
                continue
            for name, kind in columns.items():
                if (table, name) not in existing:
                    connection.execute(f"alter table {SCHEMA}.{table} add column {name} {DUCKDB_TYPES[kind]}")
        if _version(connection) < versions.KNOWN[KIND]:
            connection.execute(f"create or replace table {SCHEMA}.{VERSION_TABLE} (version bigint)")
            connection.execute(f"insert into {SCHEMA}.{VERSION_TABLE} values (?)", [versions.KNOWN[KIND]])


def newest_hashes(
    connection: duckdb.DuckDBPyConnection, resource: str
) -> dict[tuple[str, ...], dict[str, str]]:
    """Scope -> row key -> hash of its newest observation, for all scopes of one resource.

    Newest by pull and by request within it: HeyReach's clock may have been set back in between.
    """
    columns = ", ".join(OBSERVATIONS[resource])
    rows = connection.execute(
        f"""
        select
            {columns},
            arg_max(content_hash, (pull_id, coalesce(request_number, 0), observed_at, content_hash))
        from {SCHEMA}.{resource}
        group by {columns}
        """
    ).fetchall()
    hashes: dict[tuple[str, ...], dict[str, str]] = {}
    for *scope, key, newest in rows:
        hashes.setdefault(tuple(scope), {})[key] = newest
    return hashes


def loaded_landings(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The landing folders whose pulls are in raw."""
    rows = connection.execute(f"select distinct landing_id from {SCHEMA}.pulls").fetchall()
    return {row[0] for row in rows}


def newest_whole_walk(connection: duckdb.DuckDBPyConnection, resource: str) -> datetime | None:
    """When the newest walk of a resource that came to its end began; None before there was one."""
    return connection.execute(
        f"select max(started_at) from {SCHEMA}.pulls where resource = ? and is_complete", [resource]
    ).fetchone()[0]


def origin(connection: duckdb.DuckDBPyConnection) -> Origin | None:
    """The base URL and workspace of the newest pull in raw, or None before the first one."""
    row = connection.execute(
        f"""
        select arg_max(base_url, finished_at), arg_max(workspace_id, finished_at)
        from {SCHEMA}.pulls
        """
    ).fetchone()
    return Origin(*row) if row and row[0] else None


@dataclass(frozen=True)
class PullTimes:
    """When pulls ended; None while there was no complete one, or no complete full one."""

    first: datetime
    newest: datetime
    newest_complete: datetime | None
    newest_full: datetime | None


def pull_times(connection: duckdb.DuckDBPyConnection, before: datetime | None = None) -> PullTimes | None:
    """When the first pull (`before` a moment) ended, and the newest of each kind; None without any."""
    first, newest, newest_complete, newest_full = connection.execute(
        f"""
        select
            min(finished_at),
            max(finished_at),
            max(finished_at) filter (is_complete),
            max(finished_at) filter (is_complete and kind = 'full')
        from {SCHEMA}.pulls
        where resource = 'pull' and finished_at < coalesce($before, 'infinity'::timestamptz)
        """,
        {"before": before},
    ).fetchone()
    return PullTimes(first, newest, newest_complete, newest_full) if first else None


def newest_pull_id(connection: duckdb.DuckDBPyConnection) -> str:
    """The last pull's name, blank before the first one."""
    return connection.execute(f"select coalesce(max(pull_id), '') from {SCHEMA}.pulls").fetchone()[0]


def counted_days(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Sender and campaign -> the first day (ISO) for which HeyReach ever gave counts."""
    rows = connection.execute(
        f"select account_id, campaign_id, min(stat_date) from {SCHEMA}.account_campaign_days group by all"
    ).fetchall()
    return {(account_id, campaign_id): day for account_id, campaign_id, day in rows}


def requests_of_full_pull(connection: duckdb.DuckDBPyConnection) -> int | None:
    """How many requests the newest complete full pull made; None before the first one."""
    return connection.execute(
        f"""
        select arg_max(requests, finished_at)
        from {SCHEMA}.pulls
        where resource = 'pull' and kind = 'full' and is_complete
        """
    ).fetchone()[0]


def account_ids(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Every sender account HeyReach ever listed."""
    rows = connection.execute(f"select distinct account_id from {SCHEMA}.sender_accounts").fetchall()
    return {row[0] for row in rows}


def last_import_events(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Import -> the number of its last event in raw, 0 where it has none; only imports that raw holds."""
    rows = connection.execute(
        f"""
        select imports.import_id, coalesce(max(import_events.event_id), 0)
        from {SCHEMA}.imports
        left join {SCHEMA}.import_events on imports.import_id = import_events.import_id
        group by imports.import_id
        """
    ).fetchall()
    return dict(rows)


def known_enrichments(connection: duckdb.DuckDBPyConnection) -> tuple[set[str], int, set[int]]:
    """What raw holds of the enrichment ledger: runs, the number of the last ask, calls with an answer."""
    runs = connection.execute(f"select distinct run_id from {SCHEMA}.enrichment_runs").fetchall()
    asks = connection.execute(f"select coalesce(max(ask_id), 0) from {SCHEMA}.enrichment_asks").fetchone()
    calls = connection.execute(f"select distinct call_id from {SCHEMA}.enrichment_answers").fetchall()
    return {row[0] for row in runs}, asks[0], {row[0] for row in calls}


def known_plans(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The plans that raw holds."""
    return {row[0] for row in connection.execute(f"select plan_id from {SCHEMA}.plans").fetchall()}


def files_read(connection: duckdb.DuckDBPyConnection, table: str) -> set[tuple[str, int, int]]:
    """Name, size and time of change (ns) of every state of a file that was read to its end."""
    rows = connection.execute(f"select file_name, size_bytes, modified_ns from {SCHEMA}.{table}").fetchall()
    return set(rows)


def known_lines(connection: duckdb.DuckDBPyConnection, table: str, keys: list[str]) -> set[str]:
    """Those of the keys of lines that raw holds."""
    rows = connection.execute(
        f"select event_key from {SCHEMA}.{table} where event_key in (select unnest(?))", [keys]
    ).fetchall()
    return {row[0] for row in rows}


def known_quarantined_lines(
    connection: duckdb.DuckDBPyConnection, table: str, places: list[str]
) -> set[tuple[str, str]]:
    """Place and text of the lines of a table that were set aside at any of these places (`file:line`)."""
    rows = connection.execute(
        f"""
        select scope_id, row_text
        from {SCHEMA}.quarantined_rows
        where resource = ? and scope_id in (select unnest(?))
        """,
        [table, places],
    ).fetchall()
    return set(rows)


def append_run_parameters(path: Path, parameters: dict) -> None:
    """Add the row of parameters that the next build reads: the run's own, and every threshold by its name."""
    initialize(path)  # raw may be older than a column
    columns = list(TABLES["run_parameters"])
    thresholds = {name: value for name, value in parameters.items() if name not in RUN_PARAMETERS}
    hashes = ("scoring_config_hash", "outreach_config_hash", "sequences_config_hash")
    left_out = dict.fromkeys(("against_since", "against_until", "notes", *hashes))
    parameters = {**left_out, **parameters, "thresholds": json.dumps(thresholds)}
    with connect(path, read_only=False) as connection:
        connection.execute(
            f"insert into {SCHEMA}.run_parameters ({', '.join(columns)}) "
            f"values ({', '.join('?' * len(columns))})",
            [parameters[column] for column in columns],
        )


def append_missing(path: Path, table: str, key: tuple[str, ...], rows: list[dict]) -> None:
    """Add those rows of a journal whose key the table lacks."""
    columns = list(TABLES[table])
    with connect(path, read_only=False) as connection:
        known = set(connection.execute(f"select {', '.join(key)} from {SCHEMA}.{table}").fetchall())
        missing = [row for row in rows if tuple(row[name] for name in key) not in known]
        if missing:
            connection.executemany(
                f"insert into {SCHEMA}.{table} ({', '.join(columns)}) "
                f"values ({', '.join('?' * len(columns))})",
                [[row.get(column) for column in columns] for row in missing],
            )
