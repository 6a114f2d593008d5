"""Plain dbt beside a published warehouse: one model alone, without building everything first."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from dbt_project import warehouse
from extract import raw


def in_folder(folder: Path) -> dict[str, str]:
    """The files of a folder, for `dbt`."""
    return {
        "OUTBOUND_RAW_PATH": str(folder / "raw.duckdb"),
        "OUTBOUND_BUILD_PATH": str(folder / "build.duckdb"),
    }


def dbt(folder: Path, *arguments: str, files: Mapping[str, str]) -> None:
    """As `dbt` typed by hand, which works in `folder`; raises AuditError with what it printed last."""
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
    # A table, and a view.
    selected = ("--select", "rpt_funnel", "lead_scores", "--exclude-resource-type", "unit_test")
    dbt(tmp_path, "build", *selected, files=in_folder(tmp_path))
    with duckdb.connect(str(tmp_path / "build.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select stage, people from marts.rpt_funnel order by stage_order"
        ).fetchall()
        [(leads,)] = connection.execute("select count(*) from marts.heyreach_leads").fetchall()
        scores = connection.execute("select count(*), sum(total_score) from marts.lead_scores").fetchall()
    assert rows == workspace.query("select stage, people from marts.rpt_funnel order by stage_order")
    assert [(leads,)] == workspace.query("select count(*) from marts.heyreach_leads")
    assert scores == workspace.query("select count(*), sum(total_score) from marts.lead_scores")
    assert (tmp_path / "warehouse.duckdb").read_bytes() == published


def test_before_the_first_run_one_line_says_what_to_do(tmp_path):
    raw.initialize(tmp_path / "raw.duckdb")
    with pytest.raises(warehouse.AuditError) as refused:
        dbt(tmp_path, "build", "--select", "rpt_funnel", files=in_folder(tmp_path))
    # dbt calls it a compilation error, which tests/mutations/verdict.py takes for one if it is shown.
    is_said = "Nothing has been pulled yet: `make run` in the project" in str(refused.value)
    assert is_said


@pytest.mark.parametrize(("target", "place"), [("demo", "../data/demo"), ("real", "../data")])
@pytest.mark.parametrize("command", ["build", "show"])
@pytest.mark.parametrize("has_folder", [False, True])
def test_in_a_fresh_clone_one_line_says_what_to_do(tmp_path, monkeypatch, target, place, command, has_folder):
    """Nobody has made the data folder yet, or nothing is in it; DuckDB would name a file it can't open."""
    clone = tmp_path / "dbt_project"
    clone.mkdir()
    if has_folder:
        (clone / place).mkdir(parents=True)
    monkeypatch.chdir(clone)
    said = (
        rf"dbt could not run: .*Nothing has been pulled yet, there is no {place}/raw\.duckdb: `make run` in "
        r"the project folder first \(without a key it is demo data: --target demo\)"
    )
    with pytest.raises(warehouse.AuditError, match=said) as refused:
        dbt(clone, command, "--select", "rpt_funnel", "--target", target, files={})
    assert "IO Error" not in str(refused.value)
    assert not list(tmp_path.rglob("*.duckdb"))
