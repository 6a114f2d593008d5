"""dbt's own compiled SQL of every model and test, run in order in one DuckDB file: what is left without dbt.

test_build.py holds one such build against `dbt build`, table by table and row by row; tests/benchmark
measures what dbt adds to it. Tests that look at figures, and not at dbt, build with it (`instead_of_dbt`).
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from unittest.mock import patch

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.nodes import GenericTestNode, SingularTestNode

from dbt_project import warehouse
from dbt_project.warehouse import PROJECT_DIR, AuditError
from extract import raw
from extract.heyreach.accounts import Account, write_account_seed
from extract.workspace.sql_text import literal

# dbt writes the name of the file into what it compiles.
DATABASE_NAME = "build"
DataTest = GenericTestNode | SingularTestNode
# Many workspaces side by side, one processor each. To find the best compression of a few rows takes longer
# than to write them.
ONE_OF_MANY = {"threads": 1, "preserve_insertion_order": False, "force_compression": "uncompressed"}


class Model(NamedTuple):
    """A model: where its rows go, the query that brings them, and the columns its contract enforces.

    A column of a contract is a name, a type, and `not null` or nothing.
    """

    relation: str
    query: str
    contract: tuple[tuple[str, str, str], ...]
    is_view: bool = False


class Project(NamedTuple):
    """The compiled project: its models, each after those it reads, and a database with the seeds alone.

    `tests` are dbt's nodes of the data tests by name, where asked for: the rows that their queries bring are
    wrong. `guards` names those that stop a publication, `of_period` the models that a report of another
    period builds anew.
    """

    models: list[Model]
    seeds: Path
    tests: dict[str, DataTest]
    guards: frozenset[str] = frozenset()
    of_period: frozenset[str] = frozenset()


def compile_project(folder: Path, *, with_tests: bool = False) -> Project:
    """Compile the models and load the seeds, once for all workspaces; `folder` keeps the seeds' database."""
    with tempfile.TemporaryDirectory() as scratch:
        raw.initialize(Path(scratch) / "raw.duckdb")
        seeds = folder / f"{DATABASE_NAME}.duckdb"
        write_account_seed([], folder / "heyreach_account_config.csv")
        environment = {
            "OUTBOUND_RUN_ID": "",
            "OUTBOUND_RAW_PATH": f"{scratch}/raw.duckdb",
            "OUTBOUND_BUILD_PATH": str(seeds),
        }
        with patch.dict(os.environ, environment):
            _dbt(scratch, "seed", "--exclude", "tag:test_cases")
            kinds = ["resource_type:model", *(["resource_type:test"] if with_tests else [])]
            compiled = _dbt(
                scratch, "compile", "--select", *kinds, "--exclude", "tag:test_cases", warehouse.OVER_ALL
            )
            selected = ["--select", warehouse.PERIOD_SELECTION, "--exclude", warehouse.LAKE]
            of_period = _dbt(scratch, "list", *selected, "--output", "name")
    models = (result.node for result in compiled if result.node.resource_type == "model")
    nodes = {node.unique_id: node for node in models if node.config.materialized != "ephemeral"}
    tests = [result for result in compiled if result.node.resource_type == "test"]
    # All of the project: dbt compiles ephemeral models as parts of others, and names them in no result.
    order = TopologicalSorter(
        {
            node.unique_id: node.depends_on.nodes
            for node in warehouse._parsed_project().nodes.values()
            if node.resource_type == "model"
        }
    )
    return Project(
        [_model(nodes[name]) for name in order.static_order() if name in nodes],
        seeds,
        {result.node.name: result.node for result in tests},
        frozenset(
            result.node.name for result in tests if str(result.node.config.severity).lower() == "error"
        ),
        frozenset(node.relation_name for node in nodes.values() if node.name in of_period),
    )


def only_for(project: Project, tables: Iterable[str]) -> Project:
    """The project with the models alone that these tables (schema.name) are made of."""
    models = {model.relation: model for model in project.models}
    wanted = ['"' + '"."'.join((DATABASE_NAME, *table.split("."))) + '"' for table in tables]
    needed: set[str] = set()
    while wanted:
        relation = wanted.pop()
        if relation not in needed:
            needed.add(relation)
            wanted += [name for name in models if name in models[relation].query]
    return project._replace(models=[model for model in project.models if model.relation in needed])


def build(
    project: Project,
    raw_path: Path,
    accounts: Sequence[Account],
    database: Path,
    config: Mapping[str, object] = ONE_OF_MANY,
) -> dict[str, float]:
    """Fill `database` from a raw one, as `dbt build` would without its tests; returns seconds by model."""
    folder = database.parent / DATABASE_NAME
    folder.mkdir()
    working = folder / f"{DATABASE_NAME}.duckdb"
    write_account_seed(accounts, folder / "accounts.csv")
    seconds = _filled(project, raw_path, folder / "accounts.csv", working, config)
    os.replace(working, database)
    shutil.rmtree(folder)
    return seconds


def run_tests(
    project: Project, raw_path: Path, database: Path, config: Mapping[str, object] = ONE_OF_MANY
) -> dict[str, float]:
    """Run the data tests on a database that `build` filled; returns seconds by test."""
    seconds = {}
    with _opened(raw_path, database, config) as connection:
        for name, node in project.tests.items():
            began = time.monotonic()
            connection.execute(f"select count(*) from ({node.compiled_code})").fetchall()
            seconds[name] = time.monotonic() - began
    return seconds


def broken_guards(project: Project, raw_path: Path, database: Path) -> dict[str, int]:
    """The data tests that would stop the publication of this database, with the rows each complains of."""
    with _opened(raw_path, database, ONE_OF_MANY) as connection:
        complaints = {name: _failures(connection, project.tests[name]) for name in sorted(project.guards)}
    return {name: rows for name, rows in complaints.items() if rows}


@contextmanager
def instead_of_dbt(project: Project) -> Iterator[None]:
    """Within, whatever builds a warehouse in this process, or the part that another period needs, runs the
    compiled SQL; a whole one with every data test.

    The docs, and the models over all workspaces, are left to dbt. What dbt knows of tables and columns is not
    written into the database: half a second of a build.
    """
    real = warehouse._dbt

    def run(paths: warehouse.Files, run_id: str, database: Path, arguments: list[str]) -> list[str]:
        is_over_all = "--select" in arguments and warehouse.OVER_ALL in arguments
        if arguments[0] not in ("build", "run") or is_over_all:
            return real(paths, run_id, database, arguments)
        try:
            if arguments[0] == "run":
                _made_anew(project, paths.raw, database, run_id)
                return []
            _filled(project, paths.raw, paths.account_seed, database, ONE_OF_MANY, at_once=True)
        except duckdb.Error as error:
            raise AuditError(f"A model failed: {error}") from error
        failed = _failed(project, paths.raw, database)
        guarded = [result for name, result in failed.items() if name in project.guards]
        if problems := warehouse._described(guarded, database):
            raise AuditError("\n  ".join(problems))
        return warehouse._described(failed.values(), database)

    with patch.object(warehouse, "_dbt", run), patch.object(warehouse, "write_comments"):
        yield


def _filled(
    project: Project,
    raw_path: Path,
    account_rows: Path,
    working: Path,
    config: Mapping[str, object],
    *,
    at_once: bool = False,
) -> dict[str, float]:
    """Make the tables of every seed and model in a new file of dbt's name; returns seconds by model.

    `at_once` they are one transaction, and not one each as dbt's: fewer writes to the disk.
    """
    seconds = {}
    shutil.copyfile(project.seeds, working)
    with duckdb.connect(str(working), config=dict(config)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(raw_path)} as raw (read_only)")
        connection.execute(
            f"""
            create or replace table seeds.heyreach_account_config as
            from read_csv({literal(account_rows)}, all_varchar = true, header = true)
            """
        )
        # Written once; the schemas first, for each statement of a transaction is planned.
        if at_once:
            connection.begin()
        for schema in {model.relation.rpartition(".")[0] for model in project.models}:
            connection.execute(f"create schema if not exists {schema}")
        for model in project.models:
            began = time.monotonic()
            _made(connection, model)
            seconds[model.relation] = time.monotonic() - began
        if at_once:
            connection.commit()
    return seconds


def _made_anew(project: Project, raw_path: Path, database: Path, run_id: str) -> None:
    """Make the models that another period needs in a copy of a whole warehouse.

    Compiled without the name of a run, the project takes the newest that published; this one doesn't.
    """
    with duckdb.connect(str(database), config=ONE_OF_MANY) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(raw_path)} as raw (read_only)")
        connection.begin()
        for model in project.models:
            if model.relation in project.of_period:
                connection.execute(f"drop table {model.relation}")
                query = model.query.replace("purpose = 'publish'", f"run_id = {literal(run_id)}")
                _made(connection, model._replace(query=query))
        connection.commit()


def _made(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    if model.is_view:
        connection.execute(f"create view {model.relation} as {model.query}")
        return
    if not model.contract:
        connection.execute(f"create table {model.relation} as {model.query}")
        return
    columns = ", ".join(" ".join(column) for column in model.contract)
    names = ", ".join(name for name, _, _ in model.contract)
    connection.execute(f"create table {model.relation} ({columns})")
    connection.execute(f"insert into {model.relation} ({names}) select {names} from ({model.query})")


def _failed(project: Project, raw_path: Path, database: Path) -> dict[str, SimpleNamespace]:
    """What dbt would say of each data test that failed; what keeps its rows has a table in `database`."""
    results = {}
    with duckdb.connect(str(database), config=ONE_OF_MANY) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(raw_path)} as raw (read_only)")
        for name, node in project.tests.items():
            if node.relation_name:
                connection.execute(f"create schema if not exists {node.relation_name.rpartition('.')[0]}")
                connection.execute(f"create table {node.relation_name} as {node.compiled_code}")
            if getattr(getattr(node, "test_metadata", None), "name", "") == "valid_rows":
                if broken := connection.execute(node.compiled_code).fetchall():
                    results[name] = _as_said_at_the_end(node, broken)
            elif failures := _failures(connection, node):
                results[name] = SimpleNamespace(
                    node=node, failures=failures, message=f"Got {failures} results"
                )
    return results


def _as_said_at_the_end(node: DataTest, broken: list[tuple[str, int]]) -> SimpleNamespace:
    """Broken rules of a table as the hook says those of all."""
    rules = "; ".join(f"{rule} ({rows} rows break it)" for rule, rows in broken)
    message = f"{warehouse.BROKEN_RULES}{node.attached_node.rpartition('.')[2]}: {rules}"
    return SimpleNamespace(node=SimpleNamespace(resource_type="operation"), message=message)


def _failures(connection: duckdb.DuckDBPyConnection, node: DataTest) -> int:
    return connection.execute(f"select count(*) from ({node.compiled_code})").fetchone()[0]


@contextmanager
def _opened(
    raw_path: Path, database: Path, config: Mapping[str, object]
) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=dict(config)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(database)} as {DATABASE_NAME} (read_only)")
        connection.execute(f"attach {literal(raw_path)} as raw (read_only)")
        yield connection


def _dbt(target: str, *arguments: str) -> list:
    places = {
        "project-dir": PROJECT_DIR,
        "profiles-dir": PROJECT_DIR,
        "target-path": target,
        "log-path": target,
    }
    options = [text for name, place in places.items() for text in (f"--{name}", str(place))]
    outcome = dbtRunner(manifest=warehouse._parsed_project()).invoke(
        [
            *arguments,
            "--no-write-json",
            "--quiet",
            "--log-level",
            "none",
            "--log-level-file",
            "none",
            *options,
        ]
    )
    DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        raise RuntimeError(f"dbt {arguments[0]} failed: {outcome.exception or outcome.result}")
    return list(outcome.result)


def _model(node) -> Model:
    is_enforced = node.contract.enforced
    contract = [
        (column.name, column.data_type, "not null" if column.constraints else "")
        for column in (node.columns.values() if is_enforced else ())
    ]
    is_view = node.config.materialized == "view"
    return Model(node.relation_name, node.compiled_code, tuple(contract), is_view)
