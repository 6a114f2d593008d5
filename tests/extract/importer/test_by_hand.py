"""`make lead`: one lead that is typed, through what a file goes through."""

import pytest

from tests.conftest import Outcome
from tests.extract.importer.conftest import LIST, ImportWorkspace
from tests.recording_sandbox import RUNNING

ADA = "linkedin.com/in/ada-sample"
NAMED = ("--url", f"https://www.{ADA}", "--first-name", "Ada", "--last-name", "Sample")


def typed(workspace: ImportWorkspace, *arguments: str) -> Outcome:
    return workspace.run("lead", *arguments)


def test_a_lead_by_hand_arrives_with_its_fields_and_is_sent_once(sandbox, workspace):
    told = ("--title", "Head of SRE", "--company", "Sample Works", "--icp", "sre", "--set", "keywords=oncall")
    arguments = (*NAMED, *told, "--campaign", RUNNING)
    shown = typed(workspace, *arguments)
    assert "1 lead to send as by_hand-" in shown.printed
    assert sandbox.writes() == []
    for _ in range(2):
        assert typed(workspace, *arguments, "--apply").exit_code == 0
    [(person, entry)] = sandbox.imported().items()
    assert (person, len(sandbox.writes())) == (ADA, 1)
    fields = entry["fields"]
    assert fields.pop("batch_id").startswith("by_hand-")
    assert fields == {
        "source": "manual",
        "source_list": "by_hand",
        "icp": "sre",
        "keywords": "oncall",
        "title": "Head of SRE",
        "company_name": "Sample Works",
    }
    assert workspace.states() == {ADA: "verified"}


def test_a_source_that_is_said_counts_and_a_list_takes_the_lead_too(sandbox, workspace):
    arguments = (*NAMED, "--source", "event", "--icp", "sre", "--list", LIST, "--apply")
    assert typed(workspace, *arguments).exit_code == 0
    assert sandbox.fields_of(ADA)["source"] == "event"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (NAMED[:2], "Say where the lead goes: CAMPAIGN=40101, LIST=60101, or UPSTREAM=1"),
        ((*NAMED[:2], "--list", LIST), "HeyReach takes no lead without a name: FIRST_NAME="),
        (("--list", LIST), "make lead needs the profile: URL="),
        ((*NAMED, "--list", LIST), "icp is missing in row 1: say it with ICP=..."),
        ((*NAMED, "--icp", "sre", "--list", LIST, "--set", "gender=female"), "gender is an inference"),
    ],
)
def test_what_is_missing_or_stays_here_is_said_and_nothing_sent(sandbox, workspace, arguments, says):
    outcome = typed(workspace, *arguments, "--apply")
    assert outcome.exit_code == 2
    assert says in outcome.errors
    assert sandbox.writes() == []


def test_what_is_no_profile_is_left_out_with_the_reason(sandbox, workspace):
    outcome = typed(workspace, "--url", "https://example.com/ada", *NAMED[2:], "--list", LIST, "--apply")
    assert "left out: 1 whose URL is no person's profile" in outcome.printed
    assert sandbox.writes() == []


def test_one_kept_as_evidence_needs_no_name_and_is_kept_once(sandbox, workspace):
    arguments = (*NAMED[:2], "--source", "card", "--icp", "sre", "--upstream", "--apply")
    assert "kept as by_hand-" in typed(workspace, *arguments).printed
    assert "is kept already" in typed(workspace, *arguments).printed
    assert sandbox.writes() == []
