"""`python -m tests.benchmark.steps STEP FOLDER`: one step over one workspace, and what it took as JSON.

Each step is a process of its own, so that the memory it needs is its own.
"""

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

import duckdb

from extract import raw
from extract.raw import load as heyreach
from extract.raw import routes
from extract.raw.landing import landed_files
from extract.workspace.sql_text import literal
from extract.workspace.variables import DEFAULTS
from tests.benchmark.workspaces import BASE_URL, HISTORY, NIGHT

Facts = dict[str, object]

# Rows a page; what is not listed is one answer, however long.
PAGE_LIMITS = {route.name: route.page_limit or sys.maxsize for route in routes.ROUTES}

# As dbt_project/profiles.yml sets it.
BUILD_SETTINGS = {
    "memory_limit": os.environ.get("OUTBOUND_MEMORY_LIMIT") or DEFAULTS["OUTBOUND_MEMORY_LIMIT"],
    "preserve_insertion_order": False,
}


def read_project(folder: Path) -> Facts:
    """dbt's start: what it must import and read before the first model, whatever the size."""
    began = time.monotonic()
    from dbt_project import warehouse  # noqa: PLC0415 - dbt is no part of the other steps' memory

    imported = time.monotonic()
    warehouse._parsed_project()
    return {"import_seconds": imported - began, "seconds": time.monotonic() - began}


def load(folder: Path) -> Facts:
    return _loaded(folder, HISTORY)


def load_night(folder: Path) -> Facts:
    return _loaded(folder, NIGHT)


def _loaded(folder: Path, landing: str) -> Facts:
    """What extract does with a landing folder once it is whole."""
    path = folder / "raw.duckdb"
    raw.initialize(path)
    before = _rows(path)
    began = time.monotonic()
    heyreach.load([folder / "landing" / landing], path)
    seconds = time.monotonic() - began
    return {"seconds": seconds, "rows": _rows(path) - before, "bytes": path.stat().st_size}


def _rows(path: Path) -> int:
    with raw.connect(path, read_only=True) as connection:
        return sum(
            connection.execute(f"select count(*) from {raw.SCHEMA}.{table}").fetchone()[0]
            for table in (*raw.OBSERVATIONS, "pulls")
        )


def read_json(folder: Path) -> Facts:
    """DuckDB alone: the same files into tables of the same columns."""
    path = folder / "read_json.duckdb"
    rows = 0
    began = time.monotonic()
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in (*raw.OBSERVATIONS, "pulls"):
            columns = {name: raw.DUCKDB_TYPES[kind] for name, kind in raw.TABLES[table].items()}
            for file in landed_files([folder / "landing" / HISTORY], table):
                connection.execute(
                    f"create table {table} as select * from read_json({literal(file)}, columns = {columns}, "
                    "format = 'newline_delimited')"
                )
                rows += connection.execute(f"select count(*) from {table}").fetchone()[0]
    seconds = time.monotonic() - began
    path.unlink()
    return {"seconds": seconds, "rows": rows}


def build(folder: Path) -> Facts:
    """`make build`: dbt and its tests in one run, then publishing."""
    from dbt_project import warehouse  # noqa: PLC0415

    took: dict[str, float] = {}
    nodes: dict[str, tuple[str, float]] = {}

    def noting_nodes(outcome) -> None:
        for result in getattr(outcome.result, "results", []):
            nodes[result.node.name] = (str(result.node.resource_type), result.execution_time)

    began = time.monotonic()
    with (
        _timed(warehouse, "_parsed_project", took),
        _timed(warehouse, "_invoke", took, noting_nodes),
        _timed(warehouse, "_settle", took),
        _timed(warehouse, "_publish", took),
    ):
        _command(folder, "build")
    seconds = time.monotonic() - began
    published = warehouse.files(folder).published
    return {
        "seconds": seconds,
        "parse_seconds": took["_parsed_project"],
        "dbt_seconds": took["_invoke"],  # parsing is one of them
        "publish_seconds": took["_settle"] + took["_publish"],
        "nodes": len(nodes),
        "bytes": published.stat().st_size,
        "slowest": _slowest({name: seconds for name, (_, seconds) in nodes.items()}),
    }


def comments(folder: Path) -> Facts:
    """The comments on all tables and columns, on copies of the published file that have none.

    In processor time, the least and the median of nine: with a busy machine the clock says little.
    """
    from dbt_project import warehouse  # noqa: PLC0415
    from dbt_project.comments import write_comments  # noqa: PLC0415

    project = warehouse._parsed_project()
    bare, copy = folder / "bare.duckdb", folder / "copy.duckdb"
    shutil.copyfile(warehouse.files(folder).published, bare)
    with duckdb.connect(str(bare)) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where not internal"
        ).fetchall()
        for schema, table in tables:
            connection.execute(f'comment on table "{schema}"."{table}" is null')
        for schema, table, column in columns:
            connection.execute(f'comment on column "{schema}"."{table}"."{column}" is null')
    took, clock = [], []
    for _ in range(9):
        shutil.copyfile(bare, copy)
        began = time.process_time(), time.monotonic()
        write_comments(copy, project)
        took.append(time.process_time() - began[0])
        clock.append(time.monotonic() - began[1])
    bare.unlink()
    copy.unlink()
    return {
        "seconds": min(took),
        "median_seconds": median(took),
        "clock_seconds": min(clock),
        "tables": len(tables),
        "columns": len(columns),
    }


def models_and_tests(folder: Path) -> Facts:
    """dbt's models and its tests one after the other, on the raw database as the last build read it."""
    from dbt_project import warehouse  # noqa: PLC0415

    paths = warehouse.files(folder)
    with raw.connect(paths.raw, read_only=True) as connection:
        [(run_id,)] = connection.execute(
            f"select run_id from {raw.SCHEMA}.run_parameters order by requested_at desc limit 1"
        ).fetchall()
    warehouse._parsed_project()
    usual = ["--no-write-json", "--exclude", "tag:test_cases", warehouse.OVER_ALL, "test_name:valid_rows"]
    seconds = {}
    for name, arguments in {
        "seeds": ["seed", *usual],
        "models": ["run", *usual],
        "tests": ["test", *usual, "--exclude-resource-type", "unit_test"],
    }.items():
        began = time.monotonic()
        warehouse._dbt(paths, run_id, paths.build, arguments)
        seconds[name] = time.monotonic() - began
    warehouse._remove_database(paths.build)
    return {"seconds": sum(seconds.values()), **{f"{name}_seconds": value for name, value in seconds.items()}}


def bare_sql(folder: Path) -> Facts:
    """The compiled SQL of the same models and tests, in order, in one DuckDB process."""
    from extract.heyreach.accounts import load_accounts  # noqa: PLC0415
    from tests import compiled  # noqa: PLC0415

    scratch = folder / "compiled"
    scratch.mkdir()
    project = compiled.compile_project(scratch, with_tests=True)
    accounts, database = load_accounts(folder / "accounts.yaml"), folder / "bare.duckdb"
    models = compiled.build(project, folder / "raw.duckdb", accounts, database, BUILD_SETTINGS)
    tests = compiled.run_tests(project, folder / "raw.duckdb", database, BUILD_SETTINGS)
    database.unlink()
    return {
        "models": len(models),
        "models_seconds": sum(models.values()),
        "tests": len(tests),
        "tests_seconds": sum(tests.values()),
        "seconds": sum(models.values()) + sum(tests.values()),
        "slowest": _slowest(
            {relation.split(".")[-1].strip('"'): seconds for relation, seconds in models.items()}
        ),
        "slowest_tests": _slowest(tests),
    }


def report(folder: Path) -> Facts:
    return _timed_command(folder, "report")


def report_of_another_period(folder: Path) -> Facts:
    return _timed_command(folder, "report", "--since", "2026-01-12", "--until", "2026-02-09")


def extract(folder: Path) -> Facts:
    """A full pull over HTTP and its load; FOLDER/api.json says where from."""
    return _extracted(folder, "full")


def extract_night(folder: Path) -> Facts:
    return _extracted(folder, "daily")


def _extracted(folder: Path, kind: str) -> Facts:
    from extract import pipeline  # noqa: PLC0415

    took: dict[str, float] = {}
    with _timed(pipeline, "run_pull", took), _timed(pipeline, "load", took):
        facts = _timed_command(folder, "extract", "--kind", kind)
    with raw.connect(folder / "raw.duckdb", read_only=True) as connection:
        walks = connection.execute(
            f"""
            select resource, coalesce(total_count, 0), requests from {raw.SCHEMA}.pulls
            where pull_id = (select max(pull_id) from {raw.SCHEMA}.pulls) and resource != 'pull'
            """
        ).fetchall()
    return facts | {
        "pull_seconds": took["run_pull"],
        "load_seconds": took["load"],
        "requests": sum(requests for _, _, requests in walks),
        "fewest_requests": sum(max(1, -(-total // PAGE_LIMITS[resource])) for resource, total, _ in walks),
    }


def _timed_command(folder: Path, *arguments: str) -> Facts:
    began = time.monotonic()
    _command(folder, *arguments)
    return {"seconds": time.monotonic() - began}


def _command(folder: Path, *arguments: str) -> None:
    """`connection-analytics` on the workspace, in this process."""
    from reports.cli import main  # noqa: PLC0415

    api = folder / "api.json"
    settings = json.loads(api.read_text()) if api.exists() else {"HEYREACH_BASE_URL": BASE_URL}
    os.environ.update(
        {
            "HEYREACH_API_KEY": "benchmark",
            "OUTBOUND_DATA_DIR": str(folder),
            "ACCOUNT_METADATA_PATH": str(folder / "accounts.yaml"),
            **settings,
        }
    )
    with patch("builtins.print"):
        exit_code = main(arguments)
    if exit_code:
        raise SystemExit(f"{arguments[0]} ended with {exit_code}")


@contextmanager
def _timed(
    module, name: str, took: dict[str, float], note: Callable = lambda outcome: None
) -> Iterator[None]:
    """Add up the seconds spent in a function of a module."""
    function = getattr(module, name)

    def timing(*arguments, **options):
        began = time.monotonic()
        outcome = function(*arguments, **options)
        took[name] = took.get(name, 0.0) + time.monotonic() - began
        note(outcome)
        return outcome

    with patch.object(module, name, timing):
        yield


def _slowest(seconds: dict[str, float]) -> dict[str, float]:
    return dict(sorted(seconds.items(), key=lambda item: -item[1])[:8])


STEPS = (
    *(
        read_project,
        load,
        load_night,
        read_json,
        build,
        comments,
        models_and_tests,
        bare_sql,
        report,
        report_of_another_period,
    ),
    *(extract, extract_night),
)

if __name__ == "__main__":
    step, place = sys.argv[1:]
    facts = {each.__name__: each for each in STEPS}[step](Path(place))
    # Not getrusage: what that says begins with the memory of whoever started this process.
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps(facts | {"peak_mb": int(peak) / 1024}))
