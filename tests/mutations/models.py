"""Only `python -m tests.mutations` asks for these: the models run at all, and dbt's unit tests one by one.

`test_every_model_and_test_passes` runs the same unit tests in the suite, all in one.
"""

import os
from pathlib import Path
from unittest.mock import patch

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from dbt_project import warehouse
from extract import raw
from tests.compiled import DATABASE_NAME, Project, build
from tests.mutations.mutation import unit_tests


@pytest.fixture(scope="module")
def empty_workspace(compiled: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a warehouse in which nothing happened, and its raw database."""
    folder = tmp_path_factory.mktemp("empty")
    raw.initialize(folder / "raw.duckdb")
    build(compiled, folder / "raw.duckdb", [], folder / f"{DATABASE_NAME}.duckdb")
    return folder


def test_every_model_runs(empty_workspace: Path):
    assert (empty_workspace / f"{DATABASE_NAME}.duckdb").stat().st_size > 0


@pytest.mark.parametrize("name", unit_tests())
def test_unit_test(empty_workspace: Path, tmp_path: Path, name: str):
    environment = {
        "OUTBOUND_RUN_ID": "",
        "OUTBOUND_RAW_PATH": str(empty_workspace / "raw.duckdb"),
        "OUTBOUND_BUILD_PATH": str(empty_workspace / f"{DATABASE_NAME}.duckdb"),
    }
    project = warehouse._parsed_project()
    selected = ["test", "--no-write-json", "--select", f"test_type:unit,{name}"]
    with patch.dict(os.environ, environment):
        try:
            outcome = warehouse._invoke(dbtRunner(manifest=project), selected, tmp_path)
        finally:
            DuckDBConnectionManager.close_all_connections()
    # The hook that begins every run has a result too.
    result = next(each for each in outcome.result.results if each.node.name == name)
    if result.status not in ("pass", "fail"):
        raise RuntimeError(result.message)
    assert result.status == "pass", result.message
