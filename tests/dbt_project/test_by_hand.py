"""Plain dbt beside a published warehouse: one model alone, without building everything first."""

import shutil
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from dbt_project import warehouse
from extract import raw


def dbt(folder: Path, *arguments: str) -> None:
    """As `dbt` typed by hand, with the files of this folder; raises AuditError with what it printed last."""
    files = {
        "OUTBOUND_RAW_PATH": str(folder / "raw.duckdb"),
        "OUTBOUND_BUILD_PATH": str(folder / "build.duckdb"),
    }
    project = warehouse._parsed_project()
    with warehouse._environment(files):
        try:
            outcome = warehouse._invoke(dbtRunner(manifest=project), list(arguments), folder / "dbt")
        finally:
            DuckDBConnectionManager.close_all_connections()
    assert outcome.success, [result.message for result in outcome.result.results]


def test_one_model_is_built_beside_what_was_published(demo, tmp_path):
    workspace, _ = demo
    for name in ("raw", "warehouse"):
        shutil.copy(workspace.data_dir / "demo" / f"{name}.duckdb", tmp_path)
    published = (tmp_path / "warehouse.duckdb").read_bytes()
    dbt(tmp_path, "build", "--select", "rpt_funnel", "--exclude-resource-type", "unit_test")
    with duckdb.connect(str(tmp_path / "build.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select stage, people from marts.rpt_funnel order by stage_order"
        ).fetchall()
        [(leads,)] = connection.execute("select count(*) from marts.heyreach_leads").fetchall()
    assert rows == workspace.query("select stage, people from marts.rpt_funnel order by stage_order")
    assert [(leads,)] == workspace.query("select count(*) from marts.heyreach_leads")
    assert (tmp_path / "warehouse.duckdb").read_bytes() == published


def test_before_the_first_run_one_line_says_what_to_do(tmp_path):
    raw.initialise(tmp_path / "raw.duckdb")
    with pytest.raises(warehouse.AuditError) as refused:
        dbt(tmp_path, "build", "--select", "rpt_funnel")
    told = str(refused.value).partition("(./dbt_project.yml) ")[2]
    assert told.startswith("Nothing has been pulled yet: `make run` in the project folder first")
