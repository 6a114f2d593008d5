"""Build, audit, publish: raw in, `warehouse.duckdb` out.

A build happens in a file of its own. Only when every model and test has passed does that file replace the
published one, in one step; readers see the old warehouse or the new one, never anything between.
"""

import contextlib
import functools
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from dbt_project.comments import write_comments
from extract import raw
from extract.workspace.damage import is_damage
from extract.workspace.errors import OutboundError
from extract.workspace.folders import is_disk_full
from extract.workspace.paths import Paths

# dbt takes seconds to import, and most verbs don't build: what needs it imports it.
if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner, dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

PROJECT_DIR = Path(__file__).parent
# What dbt knows of the project after reading it: the same for every workspace of this checkout.
PARSED_DIR = PROJECT_DIR / "target" / "parsed"

# Models that read the period, or what ran since; the rest of a published warehouse is the same for each.
PERIOD_SELECTION = (
    "stg_operations__run_parameters fnd_period_facts+ rpt_funnel rpt_import_performance "
    "rpt_change_decomposition rpt_headline stg_operations__pipeline_run_events+ stg_operations__alert_events+"
)

# What an agency is told of a workspace.
LAKE = "path:models/lake"
# The models over all workspaces of an agency. They read what these brought into the lake, and nothing else.
OVER_ALL = "tag:agency"


class AuditError(OutboundError):
    """A model or a test failed, so nothing was published."""

    exit_code = 1


@dataclass(frozen=True)
class Files:
    """The files of one workspace that dbt works with, and the memory it may hold (blank: the profile's)."""

    raw: Path
    build: Path
    published: Path
    account_seed: Path
    target: Path
    memory_limit: str = ""


def files(workspace_dir: Path, memory_limit: str = "") -> Files:
    """Where a workspace keeps its databases and dbt's working files."""
    paths = Paths(workspace_dir)
    return Files(
        raw=paths.raw,
        build=paths.build,
        published=paths.published,
        account_seed=paths.account_seed,
        target=paths.dbt,
        memory_limit=memory_limit,
    )


def build_and_publish(
    paths: Files, run_id: str, finish: Callable[[Path], None] = lambda build: None
) -> list[str]:
    """Build everything from raw, run all data tests, publish; returns the warnings of the tests.

    `finish` adds to the build what is published with it. Raises AuditError, naming what failed, with the
    published file left as it was.
    """
    warnings = _built(paths, run_id, excluded=["tag:test_cases", OVER_ALL])
    _settle(paths, finish, "select run_id from staging.stg_operations__run_parameters", run_id)
    _publish(paths)
    return warnings


def build_over_all(paths: Files, run_id: str) -> list[str]:
    """Build, test and publish the models over all workspaces; returns the warnings of their tests.

    `paths.raw` has the tables of the lake as views, in the schema `lake`. Raises AuditError as
    build_and_publish does, with what was published before left as it was.
    """
    warnings = _built(paths, run_id, selected=[OVER_ALL])
    # Whatever the lake holds, each metric has a row.
    _settle(paths, lambda build: None, "select min(metric) from marts.agency_benchmarks", "accept_rate")
    _publish(paths)
    return warnings


def _built(
    paths: Files, run_id: str, selected: Iterable[str] = (), excluded: Iterable[str] = ()
) -> list[str]:
    """Fill a new build with what is selected (everything, where nothing is named); returns warnings."""
    _remove_database(paths.build)
    try:
        return _dbt(
            paths,
            run_id,
            paths.build,
            # Unit tests check the code, not the data: `make test` runs them.
            [
                "build",
                "--no-write-json",
                "--exclude-resource-type",
                "unit_test",
                *(["--select", *selected] if selected else []),
                "--exclude",
                *excluded,
                # One query of the hook at the end in place of a test for each table.
                "test_name:valid_rows",
            ],
        )
    except AuditError as error:
        if is_disk_full(error):  # what is left of the build would keep the room that is missing
            _remove_database(paths.build)
        raise


@contextlib.contextmanager
def other_period(paths: Files, run_id: str) -> Iterator[Path]:
    """A copy of the published warehouse with the reporting models of another period; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=".period-", dir=paths.published.parent) as folder:
        copy = Path(folder) / "build.duckdb"
        shutil.copyfile(paths.published, copy)
        # Another period is nobody's but its reader's: no lake is made of it.
        left_out = ["--exclude", LAKE]
        _dbt(paths, run_id, copy, ["run", "--no-write-json", "--select", PERIOD_SELECTION, *left_out])
        yield copy


def build_docs(paths: Files, run_id: str) -> Path:
    """Generate the dbt docs of the published warehouse as one page that needs no network."""
    with tempfile.TemporaryDirectory(prefix=".docs-", dir=paths.published.parent) as folder:
        copy = Path(folder) / "build.duckdb"
        shutil.copyfile(paths.published, copy)
        _dbt(paths, run_id, copy, ["docs", "generate", "--static", "--exclude", "tag:test_cases", OVER_ALL])
    page = paths.published.parent / "docs" / "index.html"
    page.parent.mkdir(exist_ok=True)
    os.replace(paths.target / "static_index.html", page)
    return page


def _dbt(paths: Files, run_id: str, database: Path, arguments: list[str]) -> list[str]:
    """Run dbt in this process on one database file; returns warnings, raises AuditError on failures."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    environment = {
        "OUTBOUND_RUN_ID": run_id,
        "OUTBOUND_RAW_PATH": str(paths.raw),
        "OUTBOUND_BUILD_PATH": str(database),
        "OUTBOUND_MEMORY_LIMIT": paths.memory_limit,
    }
    project = _parsed_project()
    with _environment(environment):
        try:
            outcome = _invoke(dbtRunner(manifest=project), arguments, paths.target)
        finally:
            # dbt keeps the file open and locked until told otherwise.
            DuckDBConnectionManager.close_all_connections()
    results = getattr(outcome.result, "results", [])
    problems = _described((result for result in results if result.status in _FAILED), database)
    if any(is_damage(line) for line in problems):  # the build is new, so it is not that file
        raise AuditError(raw.damaged(paths.raw))
    if any("Out of Memory Error" in line for line in problems):
        problems.append("It needs more memory than OUTBOUND_MEMORY_LIMIT lets it hold: raise that in .env")
    if problems or not outcome.success:
        raise AuditError(
            "The build failed, and the published warehouse stays as it was:\n  " + "\n  ".join(problems)
        )
    return _described((result for result in results if result.status == _WARNED), database)


def _parsed_project() -> "Manifest":
    """The project as dbt reads it, as if nothing had been done with it yet.

    dbt notes in it of each model whether its ephemeral parts were put in, and would not put them in again.
    """
    project = _project_as_read()
    for node in project.nodes.values():
        if node.resource_type == "model" and node.extra_ctes_injected:
            node.extra_ctes_injected, node.extra_ctes = False, []
    return project


@functools.cache
def _project_as_read() -> "Manifest":
    """The project, read once for all that this process does with dbt.

    Read with paths of no workspace: dbt reads everything anew where those of the profile have changed. What
    it remembers of files that an update moved can be in its way; then it reads everything anew, too.
    """
    with _environment({"OUTBOUND_RAW_PATH": "raw.duckdb", "OUTBOUND_BUILD_PATH": "build.duckdb"}):
        if PARSED_DIR.exists():
            with contextlib.suppress(AuditError):
                return _read_project()
            shutil.rmtree(PARSED_DIR)
        return _read_project()


def _read_project() -> "Manifest":
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    return _invoke(dbtRunner(), ["parse", "--no-write-json"], PARSED_DIR).result


def _invoke(runner: "dbtRunner", arguments: list[str], target: Path) -> "dbtRunnerResult":
    with _without_garbage_collection():
        outcome = runner.invoke(
            [
                *arguments,
                "--project-dir", str(PROJECT_DIR),
                "--profiles-dir", str(PROJECT_DIR),
                "--target-path", str(target),
                "--log-path", str(target / "logs"),
                "--log-level-file", "none",
                "--quiet",
                "--log-level", "none",
                "--no-use-colors",
                "--no-send-anonymous-usage-stats",
            ]
        )  # fmt: skip
    if isinstance(outcome.exception, KeyboardInterrupt):  # dbt hands out even what was to end the process
        raise outcome.exception
    if outcome.exception:
        raise AuditError(f"dbt could not run: {_one_line(str(outcome.exception))}")
    return outcome


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Python's collector goes through all that dbt knows again and again: a tenth of a small build."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


# As dbt's NodeStatus spells them.
_FAILED = ("error", "fail", "runtime error")
_WARNED = "warn"
# Before what the hook rules_at_once says: one line for each table with broken rules.
BROKEN_RULES = "Invalid Input Error: "


def _described(results: Iterable, database: Path) -> list[str]:
    """What of these failed, in lines: a table whose rules are broken, a test with the rows that it keeps.

    Neither holds personal data.
    """
    return [line for result in results for line in _lines(result, database)]


def _lines(result, database: Path) -> list[str]:
    node = result.node
    if node.resource_type == "operation" and BROKEN_RULES in str(result.message):
        return [_one_line(line) for line in result.message.partition(BROKEN_RULES)[2].splitlines()]
    line = f"{node.name}: {_one_line(result.message or str(result.status))}"
    relation = getattr(node, "relation_name", None)
    if node.resource_type == "test" and relation and result.failures:
        with duckdb.connect(str(database), read_only=True) as connection:
            schema_and_table = relation.split(".", 1)[1]
            rows = connection.execute(f"select * from {schema_and_table} limit 5").fetchall()  # noqa: S608
        line += " — " + "; ".join(", ".join(str(value) for value in row) for row in rows)
    return [line]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def _settle(paths: Files, finish: Callable[[Path], None], query: str, expected: str) -> None:
    """Describe the build, bring all of it into its one file, and look at it as readers will.

    A whole one answers `query` with the one value that is expected: DuckDB writes the last of it while
    closing, and says nothing when that fails.
    """
    try:
        write_comments(paths.build, _parsed_project())
        finish(paths.build)
        if _wal(paths.build).exists():
            with duckdb.connect(str(paths.build)) as connection:
                connection.execute("force checkpoint")
        with duckdb.connect(str(paths.build), read_only=True) as connection:
            found = connection.execute(query).fetchall()
        is_whole = found == [(expected,)] and not _wal(paths.build).exists()
        reason = "its file is not whole"
    except duckdb.Error as error:
        is_whole, reason = False, _one_line(str(error))
    if not is_whole:
        _remove_database(paths.build)
        raise AuditError(
            f"The build could not be finished, and the published warehouse stays as it was: {reason}"
        )


def _publish(paths: Files) -> None:
    # Only a crashed writer leaves a .wal beside the published file, and it would not fit the new one.
    _wal(paths.published).unlink(missing_ok=True)
    with paths.build.open("rb") as built:
        os.fsync(built.fileno())
    os.replace(paths.build, paths.published)
    folder = os.open(paths.published.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _remove_database(path: Path) -> None:
    path.unlink(missing_ok=True)
    _wal(path).unlink(missing_ok=True)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
