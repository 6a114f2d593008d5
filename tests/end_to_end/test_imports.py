"""Imports all the way: a file into HeyReach, what it lost, and what warehouse and report make of it."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from extract.sandbox.process import running_sandbox
from tests.conftest import Outcome, Workspace
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

pytestmark = pytest.mark.usefixtures("built_without_dbt")

CAMPAIGN = "40101"
PERIOD = ("--since", "2026-01-01", "--until", "2026-03-01")


def write_file(path: Path, header: str, names: list[str], **columns: str) -> Path:
    """A file of invented people, one a row; the header begins with URL, first and last name."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*header.split(","), *columns])
        for name in names:
            writer.writerow([f"https://www.linkedin.com/in/{name}/", "Quill", name, *columns.values()])
    return path


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory):
    """Three files: one taken whole, one that loses leads and fields, one only kept as evidence."""
    folder = tmp_path_factory.mktemp("imports")
    clay = write_file(
        folder / "clay_export.csv",
        "LinkedIn Profile,First Name,Last Name",
        [*(f"whole-{number}" for number in range(60)), "whole-3", "../company/acme"],
        ICP="sre",
    )
    zoominfo = write_file(
        folder / "zoom.csv",
        "LinkedIn Contact Profile URL,First Name,Last Name",
        [f"damaged-{number}" for number in range(120)],
    )
    with running_sandbox(seed=11, leads=150, now=FIRST_PULL) as sandbox:
        workspace = workspace_on(sandbox, folder / "data", IMPORT_READ_BACK_WAITS="0,0")
        before = workspace.run("run", *PERIOD)
        assert before.exit_code == 0, before.errors
        sandbox.advance_clock(3600)
        outcomes = {
            "clay": workspace.run("import", "--file", str(clay), "--campaign", CAMPAIGN, "--apply"),
        }
        sandbox.set_faults(
            {"name": "lost_fields", "fields": ["batch_id", "icp"]},
            {"name": "lost_leads", "nth": 20, "counted": False},
        )
        outcomes["zoominfo"] = workspace.run(
            "import", "--file", str(zoominfo), "--campaign", CAMPAIGN, "--set", "icp=platform", "--apply"
        )
        sandbox.set_faults()
        unknown = write_file(
            folder / "upstream_2025.csv",
            "profile_url,first_name,last_name",
            unattributed(workspace),
            source="search",
            icp="sre",
            batch_id="old-1",
        )
        outcomes["upstream"] = workspace.run(
            "import", "--file", str(unknown), "--upstream", "--apply",
            OUTBOUND_AS_OF=sandbox.clock().isoformat(),
        )  # fmt: skip
        sandbox.advance_clock(3600)
        after = workspace.run("run", *PERIOD)
        assert after.exit_code == 0, after.errors
        yield workspace, outcomes, after, sandbox.truth()["imports"]


def unattributed(workspace: Workspace) -> list[str]:
    """Slugs of people whose fields HeyReach lost long before."""
    rows = workspace.query(
        "select distinct normalized_profile_url from marts.heyreach_connections "
        "where attribution_origin = 'unknown' and normalized_profile_url like 'linkedin.com/in/%'"
    )
    slugs = sorted(row[0].removeprefix("linkedin.com/in/") for row in rows)
    assert slugs
    return slugs


def import_of(outcome: Outcome) -> str:
    (line,) = [line for line in outcome.printed.splitlines() if line.startswith("result: ")]
    return Path(line.removeprefix("result: ")).stem


def test_an_import_that_lost_something_fails_and_says_how_to_repair_it(imported):
    _, outcomes, _, _ = imported
    assert [outcome.exit_code for outcome in outcomes.values()] == [0, 3, 0]
    assert f"REPAIR={import_of(outcomes['zoominfo'])} APPLY=1" in outcomes["zoominfo"].errors


def test_the_warehouse_knows_of_each_row_what_the_server_did_with_it(imported):
    workspace, outcomes, _, truth = imported
    rows = workspace.query(
        "select import_id, split_part(normalized_profile_url, '/', 3), state, account_id, missing_fields "
        "from marts.heyreach_import_leads where target = 'campaign' and state <> 'left_out'"
    )
    applied = {entry["profile_key"]: entry for entry in truth}
    assert len(rows) == 180
    for import_id, person, state, account_id, missing_fields in rows:
        entry = next((entry for key, entry in applied.items() if key.endswith(f"/{person}")), None)
        if state == "missing_lead":
            assert entry is None
            continue
        assert entry["applied"] == 1
        assert str(entry["account_id"]) == account_id
        assert ("batch_id" in entry["fields"]) == (state == "verified")
        assert missing_fields == (None if state == "verified" else "batch_id, icp")
        if state == "verified":
            assert entry["fields"]["batch_id"] == import_id
    states = Counter((import_id, state) for import_id, _, state, _, _ in rows)
    assert states == {
        (import_of(outcomes["clay"]), "verified"): 60,
        (import_of(outcomes["zoominfo"]), "missing_fields"): 114,
        (import_of(outcomes["zoominfo"]), "missing_lead"): 6,
    }


def test_the_warehouse_shows_of_each_lead_what_was_sent_counted_and_read_back(imported):
    workspace, outcomes, _, _ = imported
    damaged = import_of(outcomes["zoominfo"])
    rows = workspace.query(
        f"""
        select state, sent_fields, arrived_fields, max(request_leads), max(request_added)
        from marts.heyreach_import_leads where import_id = '{damaged}' group by all order by state
        """
    )
    sent = f"batch_id={damaged}; icp=platform; source=zoominfo; source_list=zoom"
    assert rows == [
        ("missing_fields", sent, "source=zoominfo; source_list=zoom", 100, 95),
        ("missing_lead", sent, None, 100, 95),
    ]


def test_imports_are_counted_by_source_with_the_reasons(imported):
    workspace, outcomes, _, _ = imported
    rows = workspace.query(
        """
        select import_id, source, file_rows, valid_rows, people, left_out_duplicate_in_file,
            left_out_invalid_profile_url, sent, added, failed, arrived, verified, missing_lead, missing_fields
        from marts.heyreach_imports where known_from = 'ledger' order by source
        """
    )
    assert rows == [
        (import_of(outcomes["clay"]), "clay", 62, 61, 60, 1, 1, 60, 60, 0, 60, 60, 0, 0),
        (import_of(outcomes["zoominfo"]), "zoominfo", 120, 120, 120, 0, 0, 120, 114, 0, 114, 0, 6, 114),
    ]


def test_what_was_sent_stands_in_for_what_heyreach_lost(imported):
    workspace, outcomes, _, _ = imported
    rows = workspace.query(
        """
        select batch_id, source, icp, attribution_origin, is_attribution_complete, count(*)
        from marts.heyreach_connections
        where normalized_profile_url like '%/in/damaged-%' or normalized_profile_url like '%/in/whole-%'
        group by all order by source
        """
    )
    assert rows == [
        (import_of(outcomes["clay"]), "clay", "sre", "campaign_list", True, 60),
        (import_of(outcomes["zoominfo"]), "zoominfo", "platform", "campaign_list", True, 114),
    ]


def test_upstream_files_attribute_leads_imported_before_this_tool(imported):
    workspace, _, _, _ = imported
    rows = workspace.query(
        "select attribution_origin, source, batch_id, count(*) > 0 from marts.heyreach_connections "
        "where attribution_origin in ('upstream', 'unknown') and normalized_profile_url is not null "
        "group by all"
    )
    assert rows == [("upstream", "search", "old-1", True)]


def test_imported_people_are_dated_by_the_ledger_and_lost_ones_not_at_all(imported):
    workspace, _, _, _ = imported
    rows = workspace.query(
        "select imported_at_method, first_touch_source, count(*) from marts.heyreach_leads "
        "where normalized_profile_url like '%/in/damaged-%' or normalized_profile_url like '%/in/whole-%' "
        "group by all order by all"
    )
    assert rows == [
        ("import_ledger", "clay", 60),
        ("import_ledger", "zoominfo", 114),
        ("never_arrived", None, 6),
    ]


def test_the_report_names_the_import_that_lost_something(imported):
    _, outcomes, after, _ = imported
    report = after.reports[".md"].read_text(encoding="utf-8")
    preface = report.split("## 1. Summary")[0]
    damaged = import_of(outcomes["zoominfo"])
    assert (
        f"114 of 120 leads of import {damaged} stand in HeyReach without what was sent (batch\\_id, icp)"
        in preface
    )
    assert f"6 of 120 leads of import {damaged} never arrived in HeyReach" in preface
    assert f"`make import REPAIR={damaged}`" in preface
    assert import_of(outcomes["clay"]) not in preface


def test_the_report_shows_coverage_over_time_and_of_the_account_file(imported):
    _, _, after, _ = imported
    assert ">Attribution of the leads of each week</h3>" in after.reports[".html"].read_text(encoding="utf-8")
    report = after.reports[".md"].read_text(encoding="utf-8")
    assert "| Requests to date by senders that are described whole " in report


def test_the_coverage_gate_names_the_batch_that_heyreach_did_not_take_whole(imported):
    """And no other, although the ledger knows what was lost."""
    workspace, outcomes, _, _ = imported
    failed = workspace.query(
        "select segment, coverage, leads, lost_in_heyreach from marts.rpt_attribution_coverage "
        "where scope = 'batch' and level = 'fail'"
    )
    assert failed == [(import_of(outcomes["zoominfo"]), 1.0, 114, 114)]
