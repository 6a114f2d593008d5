"""What was reported, kept: the figures of every published report outlive the warehouse that showed them.

The published warehouse holds its own snapshot. It is copied into a journal after publishing, and again before
anything replaces the published file, so that a run killed between the two loses nothing; a snapshot that is
there already is not written again.
"""

from pathlib import Path

import duckdb

from extract import raw
from extract.workspace import journal

# Those of its columns that the release which built it knew.
COLUMNS = ["run_id", "as_of", "since", "until", "reported_at", "metrics", "advice"]
SNAPSHOT = "select columns(name -> list_contains(?, name)) from marts.rpt_snapshot"


def keep(database: Path, path: Path) -> None:
    """Add the snapshot that a built warehouse holds to the journal, unless it is in there.

    Raises duckdb.Error where the file is damaged or was built before there were snapshots.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        answer = connection.execute(SNAPSHOT, [COLUMNS])
        names = [column[0] for column in answer.description]
        snapshots = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
    kept = {row["run_id"] for row in journal.rows(path)}
    for snapshot in snapshots:
        if snapshot["run_id"] not in kept:
            journal.append(path, snapshot)


def land(path: Path, raw_path: Path) -> None:
    """Bring the snapshots of the journal that raw lacks into raw."""
    raw.append_missing(raw_path, "analytics_snapshots", ("run_id",), journal.rows(path))
