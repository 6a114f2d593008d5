"""Pulls again and again: repeated landings and bad days change no number."""

import shutil

import pytest

from extract import raw
from extract.raw.landing import finished_folders
from extract.raw.load import load
from tests.conftest import Workspace
from tests.end_to_end.test_truth import numbers
from tests.endurance.replay_with_faults import replay

pytestmark = pytest.mark.usefixtures("built_without_dbt")


def test_replayed_landings_change_no_number(demo, tmp_path):
    """Load the demo's landing files twice into a fresh raw database, as a crash at the worst moment would."""
    original, _ = demo
    shutil.copytree(original.data_dir, tmp_path / "data")
    workspace = Workspace(tmp_path / "data", {})
    raw_path = tmp_path / "data" / "demo" / "raw.duckdb"
    raw_path.unlink()
    raw.initialize(raw_path)
    folders = finished_folders(tmp_path / "data" / "demo" / "landing")
    for _ in range(2):
        load(folders, raw_path)
    outcome = workspace.run("build", "--since", "2026-01-01", "--until", "2026-02-01")
    assert outcome.exit_code == 0, outcome.errors
    assert numbers(workspace) == numbers(original)


def test_bad_days_and_an_outage_only_widen_bounds(tmp_path):
    """`python -m tests.endurance.replay_with_faults --nights 30` does it for longer."""
    comparison = replay(8, tmp_path)
    assert comparison.violations == [], str(comparison)
    assert comparison.failed_nights == 2
    assert comparison.struck > 20
    assert comparison.widened > 0
