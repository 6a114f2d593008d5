"""`connection-analytics import` as an operator uses it, against a sandbox over HTTP."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import yaml

from extract.http import retry
from extract.importer.ledger import Ledger
from extract.importer.lots import Lots
from extract.importer.options import ImportOptions, check
from extract.sandbox import DEMO_END
from extract.sandbox import people as sandbox_people
from extract.sandbox.imports import FIELD_UPDATES
from extract.workspace.errors import ConfigurationError
from tests.conftest import Outcome, Workspace
from tests.endurance.kill_importer import kill_importer
from tests.extract.importer.conftest import (
    COMPANY_LIST,
    DRAFT,
    LIST,
    LIST_LEADS,
    OTHER_RUNNING,
    ImportWorkspace,
    keys,
    people,
    workspace_of,
)
from tests.recording_sandbox import ADD_TO_CAMPAIGN, FINISHED, PAUSED, RUNNING

PROJECT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "reports.cli", "import")
REFUSED = {"name": "server_error", "status": 400, "route": ADD_TO_CAMPAIGN}
KEY_REFUSED = {"name": "server_error", "status": 403, "route": ADD_TO_CAMPAIGN}
FIELDS = {"source": "clay", "source_list": "leads", "icp": "sre"}


def succeeded(outcome: Outcome) -> str:
    """What a command that must succeed printed."""
    assert outcome.exit_code == 0, outcome.errors + outcome.printed
    return outcome.printed


def failed(outcome: Outcome, exit_code: int) -> str:
    """The one error line of a command that must fail."""
    assert outcome.exit_code == exit_code, outcome.errors + outcome.printed
    [line] = outcome.errors.splitlines()
    return line


def test_a_file_is_imported_once_with_every_field_and_a_sender(sandbox, workspace, write_file):
    printed = succeeded(workspace.import_("--file", write_file(people(5)), "--campaign", RUNNING, "--apply"))
    assert "HeyReach counted 5 added, 0 updated, 0 failed in 1 request\n" in printed
    assert "read back: 5 verified" in printed
    imported = sandbox.imported()
    assert imported.keys() == keys(5)
    import_id = workspace.newest_import()
    for entry in imported.values():
        assert entry["applied"] == 1
        assert entry["campaign_id"] == int(RUNNING)
        assert entry["fields"] == FIELDS | {"batch_id": import_id}
    rows = workspace.ledger()[import_id]
    assert {row.person: row.account_id for row in rows} == {
        person: str(entry["account_id"]) for person, entry in imported.items()
    }
    assert [(row["row_number"], row["state"]) for row in workspace.result()] == [
        (str(number), "verified") for number in range(2, 7)
    ]
    assert f"result: {workspace.data_dir / 'imports' / import_id}.csv" in printed


def test_a_dry_run_sends_nothing_and_keeps_nothing(sandbox, workspace, write_file):
    printed = succeeded(workspace.import_("--file", write_file(people(5)), "--campaign", RUNNING))
    assert "5 leads to send" in printed
    assert printed.endswith("dry run: nothing was sent; APPLY=1 sends it\n")
    assert sandbox.writes() == []
    assert not workspace.ledger_path.exists()
    assert not (workspace.data_dir / "imports").exists()


def test_the_preview_counts_every_row_once(sandbox, workspace, write_file):
    rows = [
        *people(3, Phone="555"),
        people(1)[0] | {"LinkedIn Profile": "https://de.linkedin.com/in/Sample-0/?trk=x"},
        people(1)[0] | {"LinkedIn Profile": ""},
        people(1)[0] | {"LinkedIn Profile": "https://www.linkedin.com/company/acme"},
        people(1, "nameless")[0] | {"Last Name": " "},
        people(1)[0] | {"LinkedIn Profile": sandbox.listed("60101")[0]},
        people(1, "other")[0] | {"ICP": "exec"},
    ]
    printed = succeeded(workspace.import_("--file", write_file(rows), "--campaign", RUNNING))
    lines = [re.sub(r"leads-\d{8}-\d{6}", "IMPORT", line).strip() for line in printed.splitlines()]
    assert lines == [
        "leads.csv, mapping clay, into campaign 40101 'Platform engineers EU' (IN_PROGRESS)",
        "9 rows, 7 with a valid profile URL, 6 different people",
        "left out: 1 without a profile URL (row 6)",
        "left out: 1 whose URL is no person's profile (row 7)",
        "left out: 1 without a first or last name (HeyReach drops them without a word) (row 8)",
        "left out: 1 who stand further up in the file already (row 5)",
        "left out: 1 who stand in the list already (row 9)",
        "not checked: who is in another campaign, because there is no warehouse yet (`make run`)",
        "4 leads to send as IMPORT",
        "batch_id: 'IMPORT'",
        "icp: 'sre' 3, 'exec' 1",
        "source: 'clay'",
        "source_list: 'leads'",
        "not taken, because mapping clay does not name them: 'Phone'",
        "sender 50101 Maren Aldous (limit 13 a day): 1 lead",
        "sender 50105 Nora Fenwick (limit 24 a day): 2 leads",
        "sender 50106 Felix Tarnow (limit 18 a day): 1 lead",
        "dry run: nothing was sent; APPLY=1 sends it",
    ]


def test_left_out_rows_stand_in_the_result_with_their_reason(workspace, write_file):
    rows = [*people(1), *people(1), people(1, "nameless")[0] | {"First Name": ""}]
    succeeded(workspace.import_("--file", write_file(rows), "--campaign", RUNNING, "--apply"))
    assert [(row["state"], row["reason"]) for row in workspace.result()] == [
        ("verified", ""),
        ("left_out", "duplicate_in_file"),
        ("left_out", "missing_name"),
    ]


# Refused before anything is sent


def test_a_missing_required_field_refuses_the_whole_batch(sandbox, workspace, write_file):
    rows = [*people(3), *people(8, "segmentless", ICP="")]
    outcome = workspace.import_("--file", write_file(rows), "--campaign", RUNNING, "--apply")
    assert outcome.exit_code == 2
    problem, last = outcome.errors.splitlines()
    assert problem == (
        "error: icp is missing in rows 5, 6, 7, 8, 9 and 3 more: fill the column 'ICP', or give it to every "
        "lead with SET='icp=...'"
    )
    assert last == "Nothing was sent"
    assert sandbox.writes() == []
    assert workspace.ledger() == {}
    succeeded(
        workspace.import_(
            "--file", write_file(rows), "--campaign", RUNNING, "--set", "icp=platform", "--apply"
        )
    )
    assert {entry["fields"]["icp"] for entry in sandbox.imported().values()} == {"platform"}


def test_the_required_fields_are_those_of_the_settings(workspace, write_file, monkeypatch, tmp_path):
    project = tmp_path / "project"
    (project / "config").mkdir(parents=True)
    for name in ("import_mappings.yaml", "settings.yaml"):
        text = (PROJECT / "config" / name).read_text()
        text = text.replace("[source, source_list, icp, batch_id]", "[source, keywords]")
        (project / "config" / name).write_text(text)
    monkeypatch.setattr("reports.cli.frame.PROJECT_DIR", project)
    outcome = workspace.import_("--file", write_file(people(2, ICP="")), "--campaign", RUNNING)
    assert outcome.exit_code == 2
    assert "keywords is missing in rows 2, 3: fill the column 'Keywords'" in outcome.errors
    assert "icp" not in outcome.errors


TRAITS = """
hr:
  source: hr
  lead: {profile_url: Link, first_name: First, last_name: Last}
  custom_fields: {icp: ICP, is_employed: Employed}
"""


def hr_export(write_file, employed: str) -> Path:
    return write_file([{"Link": "https://www.linkedin.com/in/sample-0", "First": "Sample", "Last": "Tester",
                        "ICP": "sre", "Employed": employed}])  # fmt: skip


@pytest.fixture
def hr_project(monkeypatch, tmp_path):
    """A project whose mapping takes a trait from a file; its config/enrichment.yaml is yet to be written."""
    project = tmp_path / "project"
    (project / "config").mkdir(parents=True)
    shutil.copy(PROJECT / "config" / "settings.yaml", project / "config")
    (project / "config" / "import_mappings.yaml").write_text(TRAITS)
    monkeypatch.setattr("reports.cli.frame.PROJECT_DIR", project)
    return project / "config" / "enrichment.yaml"


@pytest.mark.parametrize("name", ["gender", "Estimated_Age", "sex", "employment", "lead_gender"])
def test_what_is_inferred_about_people_is_not_given_to_heyreach(sandbox, workspace, write_file, name):
    outcome = workspace.import_(
        "--file", write_file(people(2)), "--campaign", RUNNING, "--set", f"{name}=x", "--apply"
    )
    assert outcome.exit_code == 2
    assert f"{name} is an inference about a person and stays out of HeyReach" in outcome.errors
    assert "another company: SET gives it. Leave it out" in outcome.errors
    assert sandbox.writes() == []


def test_nor_from_a_column_unless_the_setting_allows_it(sandbox, workspace, write_file, hr_project):
    arguments = ("--campaign", RUNNING, "--apply")
    outcome = workspace.import_("--file", hr_export(write_file, "yes"), *arguments)
    assert outcome.exit_code == 2
    assert "is_employed is an inference" in outcome.errors
    assert "a column is mapped to it" in outcome.errors
    assert sandbox.writes() == []
    hr_project.write_text("write_back_sensitive: true\n")
    succeeded(workspace.import_("--file", hr_export(write_file, "yes"), *arguments))
    assert [entry["fields"]["is_employed"] for entry in sandbox.imported().values()] == ["yes"]


def test_a_blank_column_of_it_and_a_file_kept_as_evidence_give_nothing_away(
    sandbox, workspace, write_file, hr_project
):
    succeeded(workspace.import_("--file", hr_export(write_file, "yes"), "--upstream", "--apply"))
    assert sandbox.writes() == []
    succeeded(workspace.import_("--file", hr_export(write_file, ""), "--campaign", RUNNING, "--apply"))
    assert [set(entry["fields"]) & {"is_employed"} for entry in sandbox.imported().values()] == [set()]


@pytest.mark.parametrize("name", ["company size", "größe", "icp-2"])
def test_a_field_name_heyreach_would_refuse_is_refused_here(sandbox, workspace, write_file, name):
    outcome = workspace.import_(
        "--file", write_file(people(2)), "--campaign", RUNNING, "--set", f"{name}=x", "--apply"
    )
    assert f"'{name}=x'" in failed(outcome, 2)
    assert sandbox.writes() == []


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (
            ("--campaign", DRAFT),
            "Campaign 40107 'SRE pilot Q2' is DRAFT: HeyReach takes no leads for a draft",
        ),
        (("--campaign", "40999"), "HeyReach has no campaign 40999; there are: 40101 'Platform engineers EU'"),
        (("--campaign", "Platform engineers EU"), "CAMPAIGN must be HeyReach's number, like 40101"),
        (("--list", COMPANY_LIST), "HeyReach has no list of people 60191; there are: 60101 'Platform EU'"),
        (("--list", "60999"), "HeyReach has no list of people 60999"),
        ((), "Say where the file goes"),
        (("--campaign", RUNNING, "--list", LIST), "Say where the file goes"),
    ],
    ids=["draft", "unknown campaign", "a name", "companies", "unknown list", "no target", "two targets"],
)
def test_a_target_that_takes_no_leads_is_refused_before_sending(sandbox, workspace, write_file, target, says):
    outcome = workspace.import_("--file", write_file(people(2)), *target, "--apply")
    assert says in failed(outcome, 2)
    assert sandbox.writes() == []


@pytest.mark.parametrize("status", ["CANCELED", "FAILED"])
def test_a_campaign_that_is_over_is_refused_before_sending(sandbox, workspace, write_file, status):
    sandbox.api.imports.set_status(int(RUNNING), status, sandbox.api.now)
    outcome = workspace.import_("--file", write_file(people(2)), "--campaign", RUNNING, "--apply")
    assert f"is {status}: it" in failed(outcome, 2)
    assert sandbox.writes() == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "make import needs one of FILE=leads.csv, RESUME=import or REPAIR=import"),
        (("--resume", "a", "--repair", "b"), "make import needs one of"),
        (("--resume", "gone"), "There is no import gone; the latest are: none yet"),
        (("--repair", "gone"), "There is no import gone; the latest are: none yet"),
    ],
)
def test_arguments_that_name_nothing_to_do_are_refused(workspace, arguments, says):
    assert says in failed(workspace.import_(*arguments, "--apply"), 2)


# Campaigns at rest, lists


@pytest.mark.parametrize(("campaign", "status"), [(PAUSED, "PAUSED"), (FINISHED, "FINISHED")])
def test_a_campaign_at_rest_is_not_woken(sandbox, workspace, write_file, campaign, status):
    printed = succeeded(workspace.import_("--file", write_file(people(3)), "--campaign", campaign, "--apply"))
    assert f"the campaign stays {status}: nobody is contacted until it runs (WAKE=1)" in printed
    assert sandbox.imported().keys() == keys(3)
    assert sandbox.status(campaign) == status


@pytest.mark.parametrize(("campaign", "status"), [(PAUSED, "PAUSED"), (FINISHED, "FINISHED")])
def test_a_campaign_at_rest_is_woken_on_demand(sandbox, workspace, write_file, campaign, status):
    printed = succeeded(
        workspace.import_("--file", write_file(people(3)), "--campaign", campaign, "--wake", "--apply")
    )
    assert f"the campaign is {status} and will be woken" in printed
    assert sandbox.status(campaign) == "IN_PROGRESS"


def test_a_list_is_filled_and_called_no_campaign(sandbox, workspace, write_file):
    printed = succeeded(workspace.import_("--file", write_file(people(130)), "--list", LIST, "--apply"))
    assert "a list is not a campaign: nobody is contacted" in printed
    assert "sender" not in printed
    assert sandbox.sizes() == [100, 30]
    entries = sandbox.imported().values()
    assert {(entry["campaign_id"], entry["list_id"], entry["applied"]) for entry in entries} == {
        (None, int(LIST), 1)
    }
    assert set(workspace.states().values()) == {"verified"}


# Answers that get lost


@pytest.mark.parametrize("options", [{}, {"status": 500}], ids=["connection closed", "status 500"])
def test_nobody_is_imported_twice_when_answers_are_lost_after_the_deed(
    sandbox, workspace, write_file, options
):
    sandbox.set_faults({"name": "lost_response", "every": 2} | options)
    printed = succeeded(
        workspace.import_("--file", write_file(people(450)), "--campaign", RUNNING, "--apply")
    )
    assert "2 requests were never answered; their leads were looked for in the list" in printed
    assert sandbox.sizes() == [100, 100, 100, 100, 50]
    assert {entry["applied"] for entry in sandbox.imported().values()} == {1}
    assert sandbox.imported().keys() == keys(450)
    assert set(workspace.states().values()) == {"verified"}


@pytest.mark.parametrize(
    "fault",
    [{"name": "server_error", "status": 500}, {"name": "dropped_connection"}],
    ids=["status 500", "connection closed"],
)
def test_what_got_lost_before_the_deed_is_sent_again(sandbox, workspace, write_file, fault):
    sandbox.set_faults(fault | {"route": ADD_TO_CAMPAIGN, "after": 1, "count": 1})
    succeeded(workspace.import_("--file", write_file(people(250)), "--campaign", RUNNING, "--apply"))
    assert sandbox.sizes() == [100, 100, 50, 100]
    assert {entry["applied"] for entry in sandbox.imported().values()} == {1}
    assert sandbox.imported().keys() == keys(250)


def test_two_thousand_leads_on_a_bad_day_arrive_once_each(sandbox, workspace, write_file, monkeypatch):
    """Names missing, people repeated, 429s, and every tenth answer lost after the deed."""
    monkeypatch.setattr(retry, "_jitter", lambda low, high: low)  # tries again at once
    rows = people(2000)
    rows[500:500] = people(20, "nameless", **{"Last Name": ""})
    rows += [row | {"LinkedIn Profile": f"{row['LinkedIn Profile']}/?trk=again"} for row in people(30)]
    sandbox.set_faults(
        {"name": "lost_response", "every": 10},
        {"name": "too_many_requests", "route": ADD_TO_CAMPAIGN, "after": 7, "count": 2},
    )
    succeeded(workspace.import_("--file", write_file(rows), "--campaign", RUNNING, "--apply"))
    imported = sandbox.imported()
    assert imported.keys() == keys(2000)
    assert Counter(entry["applied"] for entry in imported.values()) == {1: 2000}
    [rows] = workspace.ledger().values()
    assert Counter(row.reason or row.state for row in rows) == {
        "verified": 2000,
        "missing_name": 20,
        "duplicate_in_file": 30,
    }
    for row in rows:
        if row.reason is None:
            fields = {field["name"]: field["value"] for field in row.lead["customUserFields"]}
            assert imported[row.person]["fields"] == fields
            assert str(imported[row.person]["account_id"]) == row.account_id


# What HeyReach loses


def test_lost_leads_are_named_and_a_repair_sends_one_of_them_first(sandbox, workspace, write_file):
    sandbox.set_faults({"name": "lost_leads", "nth": 10, "counted": True})
    outcome = workspace.import_("--file", write_file(people(30)), "--campaign", RUNNING, "--apply")
    import_id = workspace.newest_import()
    line = failed(outcome, 3)
    assert "Not everything arrived: 3 missing_lead" in line
    assert f"`make import REPAIR={import_id} APPLY=1`" in line
    lost = [row["row_number"] for row in workspace.result() if row["state"] == "missing_lead"]
    assert lost == ["11", "21", "31"]
    sandbox.set_faults()

    printed = succeeded(workspace.import_("--repair", import_id))
    assert "3 leads are to be sent again with all their fields (rows 11, 21, 31)" in printed
    assert sandbox.sizes() == [30]

    succeeded(workspace.import_("--repair", import_id, "--wake", "--apply"))
    assert sandbox.sizes() == [30, 1, 2]
    assert all(
        body["resumePausedCampaign"] is body["resumeFinishedCampaign"] is False for body in sandbox.writes()
    )
    assert {entry["applied"] for entry in sandbox.imported().values()} == {1}
    assert sandbox.imported().keys() == keys(30)
    assert {row["state"] for row in workspace.result()} == {"verified"}
    assert "has lost nothing" in succeeded(workspace.import_("--repair", import_id, "--apply"))


def test_the_result_says_of_each_lead_what_was_sent_what_was_counted_and_what_arrived(
    sandbox, workspace, write_file
):
    sandbox.set_faults(
        {"name": "lost_fields", "fields": ["icp"]}, {"name": "lost_leads", "nth": 4, "counted": False}
    )
    file = write_file([*people(4), *people(1, "nameless", **{"First Name": ""})])
    failed(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"), 3)
    *rows, nameless = workspace.result()
    columns = ("state", "sent_icp", "arrived_icp", "sent_source", "arrived_source")
    arrived = ("missing_fields", "sre", "", "clay", "clay")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        *[arrived] * 3,
        ("missing_lead", "sre", "", "clay", ""),
    ]
    [request] = {row["request_id"] for row in rows}
    assert request
    counters = ("leads", "added", "updated", "failed")
    assert [rows[0][f"request_{counter}"] for counter in counters] == ["4", "3", "0", "0"]
    assert nameless["state"] == "left_out"
    assert {value for name, value in nameless.items() if name.startswith(("sent_", "request_"))} == {""}


def test_no_cell_of_the_result_is_a_formula(workspace, write_file):
    """What a file brings in comes from whoever wrote the profile; HeyReach gets it as it is."""
    rows = [*people(1, ICP="=HYPERLINK(1)"), people(1)[0] | {"LinkedIn Profile": "@SUM(1+1)"}]
    succeeded(workspace.import_("--file", write_file(rows), "--list", "60190", "--apply"))
    sent, left_out = workspace.result()
    assert (sent["state"], sent["sent_icp"], sent["arrived_icp"]) == ("verified", *["'=HYPERLINK(1)"] * 2)
    assert left_out["profile_url"] == "'@SUM(1+1)"


@pytest.mark.parametrize("field_updates", FIELD_UPDATES)
def test_lost_fields_are_named_and_a_repair_loses_no_others(serve, tmp_path, write_file, field_updates):
    sandbox = serve(field_updates=field_updates)
    workspace = workspace_of(sandbox, tmp_path / "data")
    sandbox.set_faults({"name": "lost_fields", "fields": ["icp", "source"]})
    outcome = workspace.import_("--file", write_file(people(3)), "--campaign", RUNNING, "--apply")
    assert "3 missing_fields (icp, source)" in failed(outcome, 3)
    assert [row["missing_fields"] for row in workspace.result()] == ["icp source"] * 3
    import_id = workspace.newest_import()
    sandbox.set_faults()

    # Meanwhile somebody notes something of their own on one of them.
    fields = sandbox.imported()["linkedin.com/in/sample-0"]["fields"]
    sandbox.add_by_hand(RUNNING, "linkedin.com/in/sample-0", fields | {"noted_by": "hand"})

    succeeded(workspace.import_("--repair", import_id, "--apply"))
    assert sandbox.sizes() == [3, 1, 1, 2]
    complete = FIELDS | {"batch_id": import_id}
    assert {person: entry["fields"] for person, entry in sandbox.imported().items()} == {
        "linkedin.com/in/sample-0": complete | {"noted_by": "hand"},
        "linkedin.com/in/sample-1": complete,
        "linkedin.com/in/sample-2": complete,
    }
    assert set(workspace.states().values()) == {"verified"}


def test_a_repair_ends_when_the_first_lead_is_lost_again(sandbox, workspace, write_file):
    sandbox.set_faults({"name": "lost_fields", "fields": ["icp"]})
    failed(workspace.import_("--file", write_file(people(4)), "--campaign", RUNNING, "--apply"), 3)
    line = failed(workspace.import_("--repair", workspace.newest_import(), "--apply"), 3)
    assert "Row 2 was sent alone first and did not arrive whole again, so the other 3 lost leads" in line
    assert sandbox.sizes() == [4, 1]


def test_a_list_that_lags_is_waited_for(sandbox, workspace, write_file):
    sandbox.set_faults({"name": "list_lag", "reads": 2})
    succeeded(workspace.import_("--file", write_file(people(3)), "--campaign", RUNNING, "--apply"))
    assert sandbox.sizes() == [3]
    assert set(workspace.states().values()) == {"verified"}


def test_a_list_that_lags_too_long_costs_a_repair_and_no_second_send(sandbox, workspace, write_file):
    sandbox.set_faults({"name": "list_lag", "reads": 1000})
    line = failed(workspace.import_("--file", write_file(people(3)), "--campaign", RUNNING, "--apply"), 3)
    assert "3 missing_lead" in line
    sandbox.set_faults()
    succeeded(workspace.import_("--repair", workspace.newest_import(), "--apply"))
    assert sandbox.sizes() == [3]
    assert set(workspace.states().values()) == {"verified"}


def test_a_list_that_cannot_be_read_whole_settles_nobody(sandbox, workspace, write_file):
    file = write_file(people(3))
    sandbox.set_faults(
        {"name": "lost_leads", "nth": 3},
        {"name": "total_count_wrong", "route": LIST_LEADS, "after": 1},
    )
    line = failed(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"), 4)
    assert "could not be read whole" in line
    assert f"`make import RESUME={workspace.newest_import()} APPLY=1`" in line
    assert Counter(workspace.states().values()) == {"verified": 2, "answered": 1}
    sandbox.set_faults()
    failed(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"), 3)
    assert Counter(workspace.states().values()) == {"verified": 2, "missing_lead": 1}
    assert sandbox.sizes() == [3]


# Requests that are refused, HeyReach that is down


def test_a_refused_request_stops_the_import_and_says_how_to_go_on(sandbox, workspace, write_file):
    sandbox.set_faults(REFUSED | {"after": 1, "count": 1})
    outcome = workspace.import_("--file", write_file(people(350)), "--campaign", RUNNING, "--apply")
    import_id = workspace.newest_import()
    line = failed(outcome, 3)
    assert "150 leads were not sent, because HeyReach refused a request (HeyReach " in line
    assert "400, refused" in line
    assert f"`make import RESUME={import_id} APPLY=1` sends them, and REPAIR={import_id} what it" in line
    assert sandbox.sizes() == [100, 100]
    assert Counter(row["state"] for row in workspace.result()) == {
        "verified": 100,
        "refused": 100,
        "planned": 150,
    }
    assert "100 refused (HeyReach " in failed(workspace.import_("--resume", import_id, "--apply"), 3)
    assert sandbox.sizes()[2:] == [100, 50]
    succeeded(workspace.import_("--repair", import_id, "--apply"))
    assert sandbox.sizes()[4:] == [1, 99]
    assert Counter(entry["applied"] for entry in sandbox.imported().values()) == {1: 350}


def test_a_repair_sends_no_canary_while_other_leads_are_still_refused(sandbox, workspace, write_file):
    sandbox.set_faults(REFUSED)
    failed(workspace.import_("--file", write_file(people(250)), "--campaign", RUNNING, "--apply"), 3)
    line = failed(workspace.import_("--repair", workspace.newest_import(), "--apply"), 3)
    assert "50 leads were not sent, because HeyReach refused a request" in line
    assert sandbox.sizes() == [100, 100]


def test_while_heyreach_gives_no_answer_the_import_ends_and_goes_on_later(sandbox, workspace, write_file):
    file = write_file(people(250))
    sandbox.set_faults({"name": "server_error", "status": 503, "route": ADD_TO_CAMPAIGN, "after": 1})
    line = failed(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"), 4)
    import_id = workspace.newest_import()
    assert f"run `make import RESUME={import_id} APPLY=1` later" in line
    assert Counter(workspace.states().values()) == {"verified": 100, "planned": 150}
    sandbox.set_faults()
    printed = succeeded(workspace.import_("--resume", import_id))
    assert "150 leads are still to be sent, 0 may have been sent" in printed
    assert "dry run" in printed
    succeeded(workspace.import_("--resume", import_id, "--apply"))
    assert Counter(entry["applied"] for entry in sandbox.imported().values()) == {1: 250}
    assert list(workspace.ledger()) == [import_id]


def test_an_import_that_stopped_is_finished_before_another_into_the_same_campaign(
    sandbox, workspace, write_file
):
    file, other = write_file(people(3)), write_file(people(3, "other"), "other.csv")
    sandbox.set_faults(KEY_REFUSED)
    assert "HEYREACH_API_KEY" in failed(
        workspace.import_("--file", file, "--campaign", RUNNING, "--apply"), 4
    )
    sandbox.set_faults()
    import_id = workspace.newest_import()
    line = failed(workspace.import_("--file", other, "--campaign", RUNNING, "--apply"), 2)
    assert f"`make import RESUME={import_id} APPLY=1` first" in line
    assert sandbox.imported() == {}
    succeeded(workspace.import_("--file", other, "--campaign", OTHER_RUNNING, "--apply"))
    printed = succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert f"import {import_id} of this file is unfinished: going on with it" in printed
    succeeded(workspace.import_("--file", other, "--list", LIST, "--apply"))
    assert set(workspace.states().values()) == {"verified"}
    assert len(workspace.ledger()) == 3


# Who is there already


def test_the_same_file_again_sends_nothing(sandbox, workspace, write_file):
    file = write_file(people(3))
    succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    printed = succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert "left out: 3 who were sent by an earlier import" in printed
    assert "nothing is to be sent" in printed
    assert sandbox.sizes() == [3]
    assert len(workspace.ledger()) == 1


@pytest.mark.parametrize("spell", sandbox_people.SPELLINGS)
def test_people_are_known_again_in_every_spelling(sandbox, workspace, write_file, spell):
    succeeded(workspace.import_("--file", write_file(people(1)), "--campaign", RUNNING, "--apply"))
    rows = [people(1)[0] | {"LinkedIn Profile": spell("sample-0"), "First Name": "Sam"}, *people(1, "new")]
    file = write_file(rows, "apollo.csv")
    succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert [row["reason"] for row in workspace.result()] == ["imported_before", ""]
    assert sandbox.imported().keys() == keys(1) | keys(1, "new")


def test_people_whose_import_lost_them_are_sent_by_its_repair_and_by_no_other_file(
    sandbox, workspace, write_file
):
    sandbox.set_faults({"name": "lost_leads", "nth": 2})
    failed(workspace.import_("--file", write_file(people(2)), "--campaign", RUNNING, "--apply"), 3)
    sandbox.set_faults()
    again = write_file([*people(2), *people(1, "new")])
    printed = succeeded(workspace.import_("--file", again, "--campaign", RUNNING, "--apply"))
    assert "left out: 2 who were sent by an earlier import (its REPAIR sends again what was lost)" in printed
    assert sandbox.imported().keys() == keys(1) | keys(1, "new")
    first, _ = workspace.ledger()
    succeeded(workspace.import_("--repair", first, "--apply"))
    assert sandbox.imported().keys() == keys(2) | keys(1, "new")


@pytest.mark.parametrize(
    ("faults", "state"),
    [([], "verified"), ([{"name": "lost_fields", "fields": ["icp"]}], "missing_fields")],
    ids=["whole", "without a field"],
)
def test_who_arrived_late_is_recognised_by_the_next_import(sandbox, workspace, write_file, faults, state):
    sandbox.set_faults({"name": "list_lag", "reads": 1000}, *faults)
    failed(workspace.import_("--file", write_file(people(3)), "--campaign", RUNNING, "--apply"), 3)
    assert set(workspace.states().values()) == {"missing_lead"}
    sandbox.set_faults()
    succeeded(workspace.import_("--file", write_file(people(1, "new")), "--campaign", RUNNING, "--apply"))
    assert [{row.state for row in rows} for rows in workspace.ledger().values()] == [{state}, {"verified"}]
    assert sandbox.sizes() == [3, 1]


def test_who_was_refused_may_come_by_another_file_and_is_its_own(sandbox, workspace, write_file):
    sandbox.set_faults(REFUSED | {"count": 1})
    failed(workspace.import_("--file", write_file(people(2)), "--campaign", RUNNING, "--apply"), 3)
    succeeded(workspace.import_("--file", write_file(people(2)), "--campaign", RUNNING, "--apply"))
    succeeded(workspace.import_("--file", write_file(people(1, "new")), "--campaign", RUNNING, "--apply"))
    states = [{row.state for row in rows} for rows in workspace.ledger().values()]
    assert states == [{"refused"}, {"verified"}, {"verified"}]


def test_people_of_a_campaign_are_known_after_it_was_given_another_list(sandbox, workspace, write_file):
    file = write_file(people(2))
    succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    campaigns = sandbox.api.imports.campaigns
    campaigns[int(RUNNING)] = replace(campaigns[int(RUNNING)], list_id=60102)
    printed = succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert "left out: 2 who were sent by an earlier import" in printed
    assert sandbox.sizes() == [2]


def publish_connections(workspace: Workspace, *connections: tuple[str, str, bool]) -> None:
    """A published warehouse of which the importer sees what it asks for: (person, campaign, is present)."""
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.heyreach_connections "
            "(normalized_profile_url varchar, campaign_id varchar, is_present boolean)"
        )
        connection.executemany("insert into marts.heyreach_connections values (?, ?, ?)", connections)
        connection.execute(
            "create table marts.heyreach_leads as "
            "select distinct normalized_profile_url, 1::bigint as list_count from marts.heyreach_connections"
        )
        connection.execute("insert into marts.heyreach_leads values ('linkedin.com/in/sample-3', 0)")


@pytest.mark.parametrize(
    ("mart", "columns"),
    [
        (
            "heyreach_connections",
            {"normalized_profile_url": "varchar", "campaign_id": "varchar", "is_present": "boolean"},
        ),
        ("heyreach_leads", {"normalized_profile_url": "varchar", "list_count": "bigint"}),
    ],
)
def test_the_published_marts_have_the_columns_the_importer_asks_for(mart, columns):
    [path] = (PROJECT / "dbt_project" / "models").rglob(f"{mart}.yml")
    [model] = yaml.safe_load(path.read_text())["models"]
    types = {column["name"]: column["data_type"] for column in model["columns"]}
    assert columns == {name: types[name] for name in columns}


def test_people_in_another_campaign_are_left_out_unless_it_is_allowed(sandbox, workspace, write_file):
    workspace.data_dir.mkdir()
    publish_connections(
        workspace,
        ("linkedin.com/in/sample-0", OTHER_RUNNING, True),
        ("linkedin.com/in/sample-1", OTHER_RUNNING, False),
        ("linkedin.com/in/sample-2", RUNNING, True),
    )
    file = write_file(people(4))
    printed = succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert (
        "left out: 1 who are in another campaign (ALLOW_OTHER_CAMPAIGNS=1 sends them all the same)" in printed
    )
    assert "not checked" not in printed
    assert "2 of them stand in other lists of HeyReach already" in printed
    assert sandbox.imported().keys() == keys(4) - keys(1)
    arguments = ("--file", file, "--campaign", RUNNING, "--allow-other-campaigns", "--apply")
    succeeded(workspace.import_(*arguments))
    assert sandbox.imported().keys() == keys(4)


def test_people_imported_into_another_campaign_are_known_before_the_warehouse_is(
    sandbox, workspace, write_file
):
    file = write_file(people(2))
    succeeded(workspace.import_("--file", file, "--campaign", OTHER_RUNNING, "--apply"))
    printed = succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert "left out: 2 who are in another campaign" in printed
    assert sandbox.sizes() == [2]


def test_people_of_an_unfinished_import_into_another_campaign_are_not_sent(sandbox, workspace, write_file):
    file = write_file(people(2))
    sandbox.set_faults(KEY_REFUSED)
    failed(workspace.import_("--file", file, "--campaign", OTHER_RUNNING, "--apply"), 4)
    sandbox.set_faults()
    printed = succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert "left out: 2 who are in another campaign" in printed
    assert sandbox.imported() == {}


# Requests and senders


def test_a_request_holds_at_most_100_leads_of_one_source(sandbox, workspace, write_file):
    rows = [*people(130, "a", Source="webinar"), *people(30, "b"), *people(10, "c", Source="webinar")]
    succeeded(workspace.import_("--file", write_file(rows), "--campaign", RUNNING, "--apply"))
    sources = [
        {
            field["value"]
            for pair in body["accountLeadPairs"]
            for field in pair["lead"]["customUserFields"]
            if field["name"] == "source"
        }
        for body in sandbox.writes()
    ]
    assert sources == [{"clay"}, {"webinar"}, {"webinar"}]
    assert sandbox.sizes() == [30, 100, 40]


def senders_of(workspace: ImportWorkspace) -> list[str | None]:
    return [row.account_id for row in workspace.ledger()[workspace.newest_import()]]


def test_senders_follow_their_daily_limits_unless_asked_otherwise(sandbox, workspace, write_file):
    succeeded(workspace.import_("--file", write_file(people(55)), "--campaign", RUNNING, "--apply"))
    limits = {"50101": 13, "50105": 24, "50106": 18}
    assert Counter(senders_of(workspace)) == limits
    assert Counter(str(entry["account_id"]) for entry in sandbox.imported().values()) == limits


def test_senders_follow_the_files_column_where_it_has_one(sandbox, workspace, write_file):
    rows = [*people(3, **{"Sender Account Id": "50106"}), *people(1, "x", **{"Sender Account Id": "50101"})]
    file = write_file(rows)
    succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert senders_of(workspace) == ["50106", "50106", "50106", "50101"]
    assert sandbox.imported()["linkedin.com/in/x-0"]["account_id"] == 50101


def test_a_sender_of_the_file_who_cannot_send_refuses_the_whole_batch(sandbox, workspace, write_file):
    rows = [
        *people(2, **{"Sender Account Id": "50106"}),
        *people(1, "x", **{"Sender Account Id": "50104"}),
        *people(1, "y", **{"Sender Account Id": ""}),
    ]
    arguments = ("--file", write_file(rows), "--campaign", RUNNING, "--apply")
    outcome = workspace.import_(*arguments)
    assert outcome.exit_code == 2
    foreign, none, last = outcome.errors.splitlines()
    assert foreign.startswith("error: row 4: '50104' is no sender of this campaign")
    assert none.startswith("row 5: no sender account is named")
    assert last == "Nothing was sent"
    assert sandbox.writes() == []
    succeeded(workspace.import_(*arguments, "--senders", "limits"))
    assert sandbox.sizes() == [4]


def test_senders_by_an_experiment_are_the_same_in_any_file(serve, tmp_path, write_file):
    chosen = []
    for rows in (people(40), people(40)[::-1]):
        sandbox = serve()
        workspace = workspace_of(sandbox, tmp_path / f"data {len(chosen)}")
        by_hash = ("--senders", "hash", "--experiment", "spring", "--apply")
        succeeded(workspace.import_("--file", write_file(rows), "--campaign", RUNNING, *by_hash))
        chosen.append({person: entry["account_id"] for person, entry in sandbox.imported().items()})
        with Ledger(workspace.ledger_path) as ledger:
            assert [entry.experiment for entry in ledger.imports()] == ["spring"]
    assert chosen[0] == chosen[1]
    assert set(chosen[0].values()) == {50101, 50105, 50106}


@pytest.mark.parametrize("arguments", [("--senders", "hash"), ("--experiment", "spring")])
def test_a_hash_needs_its_experiment_and_an_experiment_its_hash(workspace, write_file, arguments):
    outcome = workspace.import_("--file", write_file(people(1)), "--campaign", RUNNING, *arguments)
    assert "SENDERS=hash and EXPERIMENT=name belong together" in failed(outcome, 2)


def test_a_test_of_messages_has_to_be_registered(workspace, write_file):
    outcome = workspace.import_("--file", write_file(people(1)), "--campaign", RUNNING, "--test", "note")
    assert "config/message_tests.yaml has no test 'note'; there is none yet" in failed(outcome, 2)


def test_nobody_is_in_an_experiment_of_senders_and_a_test_of_messages():
    lots = Lots("note", (("short", 50), ("long", 50)))
    options = ImportOptions(file=Path("a.csv"), campaign_id="1", senders="hash", experiment="x", lots=lots)
    with pytest.raises(ConfigurationError, match="EXPERIMENT and TEST don't go together"):
        check(options)
    with pytest.raises(ConfigurationError, match="TEST=note needs a campaign"):
        check(ImportOptions(file=Path("a.csv"), list_id="1", lots=lots))


# Lists kept as evidence, the demo


def test_an_upstream_list_is_kept_without_asking_heyreach(tmp_path, write_file):
    nowhere = {"HEYREACH_API_KEY": "key", "HEYREACH_BASE_URL": "http://127.0.0.1:9"}
    workspace = ImportWorkspace(tmp_path / "data", nowhere)
    nameless = people(1, "nameless", **{"First Name": ""})
    file = write_file([*people(3), *nameless, *nameless, *people(1)])
    printed = succeeded(workspace.import_("--file", file, "--upstream"))
    assert "dry run: nothing was kept" in printed
    assert not workspace.ledger_path.exists()
    printed = succeeded(workspace.import_("--file", file, "--upstream", "--apply"))
    assert "6 rows, 4 people with a profile" in printed
    assert "kept as " in printed
    [rows] = workspace.ledger().values()
    assert {row.person for row in rows if row.reason is None} == keys(3) | keys(1, "nameless")
    assert "is kept already" in succeeded(workspace.import_("--file", file, "--upstream", "--apply"))
    assert len(workspace.ledger()) == 1


def test_evidence_is_kept_without_any_name(tmp_path, write_file):
    nowhere = {"HEYREACH_API_KEY": "key", "HEYREACH_BASE_URL": "http://127.0.0.1:9"}
    workspace = ImportWorkspace(tmp_path / "data", nowhere)
    rows = [
        {"LinkedIn URL": f"https://www.linkedin.com/in/{slug}", "source": "event"} for slug in ("a-b", "c-d")
    ]
    rows.append({"LinkedIn URL": "https://www.linkedin.com/in/e-f", "first_name": "#N/A", "source": "event"})
    file = write_file([{"first_name": "", **row} for row in rows])
    printed = succeeded(workspace.import_("--file", file, "--upstream", "--apply"))
    assert "3 rows, 3 people with a profile" in printed
    [kept] = workspace.ledger().values()
    assert [(row.reason, "firstName" in row.lead) for row in kept] == [(None, False)] * 3


def test_an_upstream_list_stops_no_import_of_its_people(sandbox, workspace, write_file):
    file = write_file(people(2))
    succeeded(workspace.import_("--file", file, "--upstream", "--apply"))
    import_id = workspace.newest_import()
    for verb in ("--resume", "--repair"):
        assert "is an upstream list" in failed(workspace.import_(verb, import_id, "--apply"), 2)
    succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    assert sandbox.imported().keys() == keys(2)


def test_the_demo_imports_into_its_own_sandbox_and_keeps_nothing(tmp_path, write_file):
    demo = ImportWorkspace(tmp_path / "data", {})
    outcome = demo.import_("--file", write_file(people(3)), "--campaign", RUNNING, "--apply")
    assert "3 verified" in outcome.printed
    assert outcome.exit_code == 0
    assert "demo data" in outcome.errors
    assert not list((tmp_path / "data").rglob("*.sqlite"))


def test_the_demo_keeps_upstream_lists_beside_its_data(tmp_path, write_file):
    """Dated so that the demo's warehouse, whose clock stands still, sees them."""
    demo = ImportWorkspace(tmp_path / "data", {})
    outcome = demo.import_("--file", write_file(people(3)), "--upstream", "--apply")
    assert "kept as " in succeeded(outcome)
    assert outcome.errors == "demo data: the file is kept beside the demo's data\n"
    with Ledger(tmp_path / "data" / "demo" / "imports.sqlite") as ledger:
        assert [(entry.target, entry.planned_at) for entry in ledger.imports()] == [("upstream", DEMO_END)]


# The ledger


def test_a_ledger_of_another_server_is_refused(serve, workspace, write_file):
    succeeded(workspace.import_("--file", write_file(people(1)), "--campaign", RUNNING, "--apply"))
    elsewhere = workspace_of(serve(), workspace.data_dir)
    outcome = elsewhere.import_("--file", write_file(people(2)), "--campaign", RUNNING, "--apply")
    line = failed(outcome, 2)
    assert (
        f"holds imports into {workspace.environment['HEYREACH_BASE_URL']}, but HEYREACH_BASE_URL is" in line
    )
    assert "set OUTBOUND_DATA_DIR" in line


def test_a_damaged_ledger_stops_the_import_with_one_line(sandbox, workspace, write_file):
    file = write_file(people(1))
    succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    workspace.ledger_path.write_bytes(b"this was a database once " * 400)
    outcome = workspace.import_("--file", file, "--campaign", RUNNING, "--apply")
    assert "can't be used as the import ledger (file is not a database)" in failed(outcome, 2)
    assert sandbox.sizes() == [1]


def test_a_second_importer_is_turned_away_while_the_first_one_sends(sandbox, workspace, write_file):
    file = write_file(people(250))
    seconds = []

    def import_too(route: str) -> None:
        if not seconds:
            seconds.append(None)
            seconds[0] = subprocess.run(
                [*COMMAND, "--file", str(file), "--campaign", RUNNING, "--apply"],
                env={**os.environ, **workspace.environment, "OUTBOUND_DATA_DIR": str(workspace.data_dir)},
                cwd=PROJECT,
                capture_output=True,
                text=True,
                check=False,
            )

    # Between the first importer's request and its answer.
    sandbox.api.before_write = import_too
    succeeded(workspace.import_("--file", file, "--campaign", RUNNING, "--apply"))
    [second] = seconds
    assert second.returncode == 75, second.stderr
    assert "Another import is active" in second.stderr
    assert sandbox.sizes() == [100, 100, 50]
    assert Counter(entry["applied"] for entry in sandbox.imported().values()) == {1: 250}
    with Ledger(workspace.ledger_path) as ledger:
        assert len(ledger.imports()) == 1


def test_an_importer_killed_at_any_moment_imports_everybody_once(tmp_path):
    """A few of the kills of `python -m tests.endurance.kill_importer`."""
    tally = kill_importer(kills=2, seed=20260209, folder=tmp_path)
    assert tally.violations == []
    assert tally.phases.total() == 2
    assert tally.people > 0
