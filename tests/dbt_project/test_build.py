"""`dbt build` of everything, without the program: models, data tests, unit tests and case tables.

It runs in this process, which has read the project already; typed in dbt_project it is run by
test_one_model_is_built_beside_what_was_published.
"""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from dbt_project import warehouse
from dbt_project.catalogue import column_descriptions
from extract.workspace.sql_text import literal
from tests.compiled import instead_of_dbt
from tests.dbt_project.models import ephemeral_models, model_sql


@pytest.fixture(scope="module")
def built_by_hand(demo, tmp_path_factory):
    """The demo's raw data, built by plain dbt into a file of its own: the file, and what dbt says of it."""
    workspace, _ = demo
    folder = tmp_path_factory.mktemp("by_hand")
    raw = shutil.copy(workspace.data_dir / "demo" / "raw.duckdb", folder)
    database = folder / "build.duckdb"
    shutil.copy(workspace.data_dir / "demo" / "heyreach_account_config.csv", folder)
    environment = {"OUTBOUND_RAW_PATH": str(raw), "OUTBOUND_BUILD_PATH": str(database), "OUTBOUND_RUN_ID": ""}
    places = {
        **dict.fromkeys(("--project-dir", "--profiles-dir"), warehouse.PROJECT_DIR),
        **dict.fromkeys(("--target-path", "--log-path"), folder / "target"),
    }
    with patch.dict(os.environ, environment):
        outcome = dbtRunner(manifest=warehouse._parsed_project()).invoke(
            ["build", "--quiet", *(str(part) for place in places.items() for part in place)]
        )
    DuckDBConnectionManager.close_all_connections()
    return database, outcome


def test_every_model_and_test_passes(built_by_hand):
    _, outcome = built_by_hand
    assert outcome.success, outcome.exception
    results = list(outcome.result)
    assert {str(result.status) for result in results} == {"success", "pass", "no-op"}
    assert {"model", "test", "unit_test", "seed"} <= {result.node.resource_type for result in results}
    assert "assert_linkedin_url_cases" in {result.node.name for result in results}


def test_dbt_by_hand_builds_what_the_run_published(demo, built_by_hand):
    workspace, _ = demo
    database, _ = built_by_hand
    tables = "select table_schema, table_name from information_schema.tables where table_schema = 'marts'"
    with duckdb.connect(str(database), read_only=True) as connection:
        for schema, table in connection.execute(tables).fetchall():
            by_hand = connection.execute(f"select * from {schema}.{table} order by all").fetchall()
            assert by_hand == workspace.query(f"select * from {schema}.{table} order by all"), table


def test_the_compiled_models_build_what_dbt_builds(built_by_hand, compiled, tmp_path):
    """Tests of figures build with dbt's compiled SQL: of the same raw data it makes the same tables."""
    database, _ = built_by_hand
    paths = replace(warehouse.files(database.parent), build=tmp_path / "build", published=tmp_path / "built")
    with duckdb.connect(str(database), read_only=True) as connection:
        ((run_id,),) = connection.execute(
            "select run_id from staging.stg_operations__run_parameters"
        ).fetchall()
        with instead_of_dbt(compiled):
            warehouse.build_and_publish(paths, run_id)
        connection.execute(f"attach {literal(paths.published)} as compiled (read_only)")
        tables = connection.execute(
            """
            select schema_name || '.' || table_name from duckdb_tables()
            where database_name = current_database()
                and schema_name in ('staging', 'intermediate', 'findings', 'marts', 'lake')
            """
        ).fetchall()
        assert len(tables) > 50
        for (table,) in tables:
            difference = f"""
                (select * from {table} except all select * from compiled.{table})
                union all (select * from compiled.{table} except all select * from {table})
            """
            assert connection.execute(f"select count(*) from ({difference})").fetchone() == (0,), table


def test_rules_that_rows_break_end_a_run_one_line_a_table(built_by_hand, tmp_path, monkeypatch):
    """A run checks all rules in one query at its end, and not by a test for each table."""
    database = Path(shutil.copy(built_by_hand[0], tmp_path))
    paths = replace(warehouse.files(built_by_hand[0].parent), target=tmp_path / "target")
    select = ["--select", "rpt_headline", "rpt_funnel", "rpt_notes", "--exclude", "test_name:valid_rows"]
    assert warehouse._dbt(paths, "", database, ["build", *select]) == []
    broken = {"rpt_headline": ["span = 'it''s; another'"], "rpt_funnel": ["as_of is null", "1 = 0"]}
    graph = warehouse._parsed_project().flat_graph["nodes"]
    for test in graph.values():
        model = (test.get("attached_node") or "").rpartition(".")[2]
        if model in broken and test["test_metadata"]["name"] == "valid_rows":
            monkeypatch.setitem(test["test_metadata"]["kwargs"], "always_true", broken[model])
    with pytest.raises(warehouse.AuditError) as refused:
        warehouse._dbt(paths, "", database, ["build", *select])
    with duckdb.connect(str(database), read_only=True) as connection:
        (spans,) = connection.execute("select count(*) from marts.rpt_headline").fetchone()
        (stages,) = connection.execute("select count(*) from marts.rpt_funnel").fetchone()
    assert str(refused.value).splitlines()[1:] == [
        f"  rpt_funnel: 1 = 0 ({stages} rows break it); as_of is null ({stages} rows break it)",
        f"  rpt_headline: span = 'it''s; another' ({spans} rows break it)",
    ]


def test_a_second_run_of_dbt_in_one_process_puts_in_ephemeral_models_too(built_by_hand, tmp_path):
    """A report of another period follows a build, in a server many of them."""
    database, _ = built_by_hand
    paths = replace(warehouse.files(database.parent), target=tmp_path)
    for _ in range(2):
        warehouse._dbt(paths, "", database, ["compile", "--select", "rpt_change_decomposition"])
        node = warehouse._parsed_project().nodes["model.outbound_warehouse.rpt_change_decomposition"]
        assert node.compiled_code.count("__dbt__cte__rpt_change_counts as (") == 1


def test_every_model_and_column_is_described(demo):
    """The YAML and the tables agree: no column undocumented, none documented that isn't there.

    What a catalogue names is described by the mart that shows it, and need not be on the way there; a part of
    other models describes what is new in it.
    """
    workspace, _ = demo
    described = {}
    models = warehouse.PROJECT_DIR / "models"
    # What is over all workspaces is in none of them (test_agency_models).
    for path in set(models.rglob("*.yml")) - set((models / "agency").iterdir()):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            assert len(model["description"]) > 20, model["name"]
            described[model["name"]] = {
                column["name"] for column in model.get("columns", []) if column["description"]
            }
    built = {}
    for table, column in workspace.query(
        """
        select table_name, column_name from information_schema.columns
        where table_schema in ('staging', 'intermediate', 'findings', 'marts', 'lake')
        """
    ):
        built.setdefault(table, set()).add(column)
    # What is no table has the columns that its SQL gives.
    parts = ephemeral_models()
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        connection.execute("set search_path = 'staging,intermediate,findings,marts,seeds'")
        for name in parts:
            columns = connection.execute(f"describe {model_sql(name)}").fetchall()
            built[name] = {column for column, *_ in columns}
    assert described.keys() == built.keys()
    named = column_descriptions(warehouse._parsed_project()).keys()
    for table, columns in built.items():
        assert described[table] <= columns, table
        assert table in parts or columns - described[table] <= named, table


def test_every_published_table_and_column_carries_its_description(demo):
    """A client shows what dbt knows, doc blocks included."""
    workspace, _ = demo
    said = workspace.query(
        """
        select table_name, null as column_name, comment from duckdb_tables()
        union all
        select table_name, column_name, comment from duckdb_columns() where not internal
        """
    )
    assert not [row for row in said if not row[2] or "doc(" in row[2]]
    comments = {(table, column): text for table, column, text in said}
    assert comments["rpt_funnel", "people"] == 'People who reached the stage. Printed as "People".'
    assert comments["rpt_funnel", "since"] == "First moment of the period, included (UTC midnight)."
    assert comments["lead_sources", None].startswith(
        "Spellings of lead sources and the canonical source each"
    )
    assert "HeyReach's id" in comments["heyreach_account_config", "account_id"]
