"""The dlt source: landed NDJSON -> raw tables.

A resource is a table of tables.py; what a row of it is, the sources in dbt_project/models/staging say. Every
table is append-only: a row is an observation, and observations don't change. dlt imports the files untouched
(`with_file_import`), its one path at DuckDB's own reading speed and without variant columns.
"""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

# Read by dlt while it is imported: else it prints a traceback for what is one line here, and tells its makers
# of each load.
os.environ |= {"RUNTIME__LOG_LEVEL": "CRITICAL", "RUNTIME__DLTHUB_TELEMETRY": "false"}

import dlt
import duckdb
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.extract import DltResource

from extract import raw
from extract.raw.destination import RawDestination
from extract.raw.landing import landed_files

# An observation says by itself when it was made, so their order in the file is free; keeping it costs memory.
LOAD_SETTINGS = {"memory_limit": "1GB", "preserve_insertion_order": False}


@dlt.source(name=raw.SCHEMA)
def heyreach(folders: list[Path], tables: list[str], without: Collection[Path] = ()) -> Iterator[DltResource]:
    """One resource per raw table, fed from landing folders."""
    for table in tables:
        yield dlt.resource(
            _imported,
            name=table,
            columns={name: {"data_type": kind} for name, kind in raw.TABLES[table].items()},
            write_disposition="append",
        )(landed_files(folders, table, without))


def _imported(files: list[Path]):
    for file in files:
        with file.open("rb") as lines:
            count = sum(1 for _ in lines)
        yield dlt.mark.with_file_import(str(file), "jsonl", count)


def load(folders: list[Path], raw_path: Path, without: Collection[Path] = ()) -> None:
    """Bring finished landing folders into raw, but for the files in `without`.

    `pulls` goes last, in a load of its own: a pull counts only once it is listed there, so a load that is
    cut short leaves nothing that anybody reads. The working folder is new each time: a package left behind
    by a crash would otherwise be loaded instead of what is asked for now.
    """
    if not folders:
        return
    others = [table for table in raw.TABLES if table != "pulls" and landed_files(folders, table, without)]
    # Else dlt reads back what it remembers of earlier loads; raw/tables.py declares every table.
    dlt.config["restore_from_destination"] = False
    working_dir = Path(tempfile.mkdtemp(prefix=".dlt-", dir=raw_path.parent))
    try:
        # Opened once: dlt opens and closes what it is not given six times.
        with duckdb.connect(str(raw_path)) as connection:
            pipeline = dlt.pipeline(
                "heyreach",
                pipelines_dir=str(working_dir),
                destination=RawDestination(DuckDbCredentials(connection, global_config=LOAD_SETTINGS)),
                dataset_name=raw.SCHEMA,
            )
            for tables in (others, ["pulls"]):
                if tables:
                    pipeline.run(heyreach(folders, tables, without))
    finally:
        shutil.rmtree(working_dir, ignore_errors=True)
