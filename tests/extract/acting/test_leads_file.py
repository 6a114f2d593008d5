"""The leads behind a line of the report, as a file that a person opens and an import takes."""

import csv
import stat
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from extract.people.profile_urls import parse_profile_urls
from extract.people.suppression import Suppressions
from tests.conftest import Workspace
from tests.recording_sandbox import RUNNING


def leads(workspace: Workspace, *arguments: str):
    return workspace.run("leads", *arguments)


def written(workspace: Workspace) -> tuple[Path, list[dict[str, str]]]:
    [path] = (workspace.data_dir / "leads").iterdir()
    with path.open(newline="") as file:
        return path, list(csv.DictReader(file))


def test_who_waits_behind_a_line_is_written_for_people_and_for_an_import(workspace, sandbox):
    outcome = leads(workspace, "--bottleneck", "1")
    assert outcome.exit_code == 0, outcome.errors
    path, rows = written(workspace)
    assert path.name == "1-campaign_paused-20260209T0600.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    waiting = sandbox.waiting()
    assert {row["campaign_lead_id"] for row in rows} == {str(each["id"]) for each in waiting}
    # A spreadsheet would run it.
    assert {row["company_name"] for row in rows} == {'\'=HYPERLINK("x")'}
    assert f"({len(waiting)} leads, and why each is there)" in outcome.printed
    assert "to act on it: make resume CAMPAIGN=40106" in outcome.printed
    assert sandbox.asked() == []
    # Who is in another campaign is not asked for here.
    workspace.warehouse.unlink()
    imported = workspace.run(
        "import", "--file", str(path), "--campaign", RUNNING, "--allow-other-campaigns", "--set", "icp=sre"
    )
    assert imported.exit_code == 0, imported.errors
    assert "mapping spreadsheet" in imported.printed
    assert f"  {len(waiting)} rows, " in imported.printed


def test_the_same_line_of_the_same_report_is_the_same_file(workspace):
    leads(workspace, "--bottleneck", "1")
    path, rows = written(workspace)
    before = path.read_bytes()
    assert leads(workspace, "--bottleneck", "1").exit_code == 0
    assert written(workspace) == (path, rows)
    assert path.read_bytes() == before


def test_whoever_was_erased_since_is_in_no_file(workspace, sandbox):
    url = sandbox.waiting()[0]["linkedInUserProfile"]["profileUrl"]
    [parsed] = parse_profile_urls([url])
    Suppressions(workspace.data_dir / "suppressed").add([parsed.key], datetime(2026, 2, 9, tzinfo=UTC).date())
    leads(workspace, "--bottleneck", "1")
    path, rows = written(workspace)
    assert len(rows) == len(sandbox.waiting()) - 1
    assert url not in path.read_text()


def test_where_nobody_stands_behind_a_line_nothing_is_written(workspace):
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("delete from marts.rpt_bottleneck_leads")
    outcome = leads(workspace, "--bottleneck", "1")
    assert outcome.exit_code == 0, outcome.errors
    assert "nobody stands behind it, so nothing was written" in outcome.printed
    assert not (workspace.data_dir / "leads").exists()


def test_without_a_number_the_lines_are_listed(workspace):
    outcome = leads(workspace)
    assert (outcome.exit_code, outcome.printed) == (0, "1. Some wait behind a paused campaign.\n")
    assert not (workspace.data_dir / "leads").exists()


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("2", "There is no line 2 in the report as it is published now, which has 1 lines, from 1"),
        ("0", "There is no line 0"),
        ("first", "BOTTLENECK must be the number of a line in the report, like 1, not 'first'"),
    ],
)
def test_a_line_that_is_not_there_is_said_and_nothing_written(workspace, number, told):
    refused = leads(workspace, "--bottleneck", number)
    assert refused.exit_code == 2
    assert told in refused.errors
    assert not (workspace.data_dir / "leads").exists()


def test_a_line_that_is_gone_is_said(workspace):
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("delete from marts.rpt_bottlenecks")
    refused = leads(workspace, "--bottleneck", "1")
    assert refused.exit_code == 2
    assert "which has no line: nothing stalls" in refused.errors


def test_before_the_first_run_there_is_nothing_to_follow(workspace):
    workspace.warehouse.unlink()
    refused = leads(workspace, "--bottleneck", "1")
    assert (refused.exit_code, "`make run` first" in refused.errors) == (2, True)
