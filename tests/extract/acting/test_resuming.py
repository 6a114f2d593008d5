"""A campaign resumed and paused: shown first, done once, never too early, not at all where it has changed."""

import csv
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest

from extract.acting import campaigns
from extract.acting.command import ActOptions, run_resume
from extract.acting.ledger import ActLedger
from extract.heyreach.client import HeyReachClient
from extract.people.profile_urls import parse_profile_urls
from extract.people.suppression import Suppressions
from extract.sandbox import DEMO_SEED, DEMO_START
from extract.sandbox.world import World
from extract.sandbox.writes import PROFILE_TEXTS, SuppliedLead
from extract.workspace.workspace import load_workspace
from reports.cli.frame import PROJECT_DIR
from tests.conftest import Outcome, Workspace
from tests.extract.acting.conftest import LEFT_OUT
from tests.recording_sandbox import FINISHED, PAUSE, PAUSED, RESUME, RUNNING, STOP

EXCEPT = ("--except", "source=ZoomInfo")
NEW = SuppliedLead(
    "linkedin.com/in/new-here",
    {"profileUrl": "https://www.linkedin.com/in/new-here", "firstName": "New", "lastName": "Here"}
    | dict.fromkeys(PROFILE_TEXTS),
    None,
)
SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"


def resume(workspace: Workspace, *arguments: str) -> Outcome:
    return workspace.run("resume", "--campaign", PAUSED, *arguments)


def pause(workspace: Workspace, *arguments: str, campaign: str = RUNNING) -> Outcome:
    return workspace.run("pause", "--campaign", campaign, *arguments)


def left_out(workspace: Workspace) -> set[str]:
    """The leads that EXCEPT means."""
    query = "select campaign_lead_id from marts.rpt_bottleneck_leads where source = 'zoominfo'"
    return {number for (number,) in workspace.query(query)}


def states(workspace: Workspace) -> tuple[list[str], list[str]]:
    """How far the acts are that the ledger holds, and the leads of the last one."""
    with ActLedger(workspace.data_dir / "acts.sqlite") as ledger:
        acts = ledger.acts()
        return [ledger.state(act) for act in acts], [stop.state for stop in ledger.stops(acts[-1])]


def test_it_is_shown_first_and_nothing_is_done(workspace, sandbox):
    waiting = len(sandbox.waiting())
    shown = resume(workspace, *EXCEPT)
    assert shown.exit_code == 0, shown.errors
    assert f"is PAUSED; waiting there: {waiting} leads" in shown.printed
    assert f"{LEFT_OUT} leads to be stopped first, for good: source=zoominfo" in shown.printed
    assert f"{waiting - LEFT_OUT} leads to be asked" in shown.printed
    assert "ALLOW_OTHER_CAMPAIGNS=1" in shown.printed
    assert "(logged out of LinkedIn: they go on waiting)" in shown.printed
    assert shown.printed.endswith("dry run: nothing was done; APPLY=1 does it\n")
    assert sandbox.asked() == []
    assert not (workspace.data_dir / "acts.sqlite").exists()


def test_who_is_left_out_is_stopped_for_good_then_it_is_resumed(workspace, sandbox):
    done = resume(workspace, *EXCEPT, "--apply")
    assert done.exit_code == 0, done.errors
    assert sandbox.asked() == [STOP] * LEFT_OUT + [RESUME]
    assert sandbox.stopped() == left_out(workspace)
    assert sandbox.status() == "IN_PROGRESS"
    assert states(workspace) == (["done"], ["done"] * LEFT_OUT)
    [path] = (workspace.data_dir / "leads").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="") as file:
        assert {row["campaign_lead_id"] for row in csv.DictReader(file)} == left_out(workspace)
    again = resume(workspace, *EXCEPT, "--apply")
    assert (again.exit_code, "is IN_PROGRESS, and only one that is paused" in again.errors) == (2, True)
    assert sandbox.asked() == [STOP] * LEFT_OUT + [RESUME]


def test_without_exception_everybody_is_asked(workspace, sandbox):
    assert resume(workspace, "--apply").exit_code == 0
    assert sandbox.asked() == [RESUME]
    assert sandbox.status() == "IN_PROGRESS"


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def dying_at(moment: int, before_resuming: Callable[[], None] = lambda: None) -> Iterator[None]:
    """What a process does on disk or at HeyReach has two moments, before and after; it dies at one."""
    passed = iter(range(10_000))

    def mortal(act: Callable) -> Callable:
        def acting(*arguments, **named):
            if next(passed) == moment:
                raise Killed
            if RESUME in arguments:
                before_resuming()
            answer = act(*arguments, **named)
            if next(passed) == moment:
                raise Killed
            return answer

        return acting

    with ExitStack() as patches:
        for kind, names in {
            ActLedger: ("plan", "plan_stops", "record"),
            HeyReachClient: ("command",),
        }.items():
            for name in names:
                patches.enter_context(patch.object(kind, name, mortal(getattr(kind, name))))
        yield


def test_killed_at_any_moment_the_same_command_goes_on_and_resumes_nothing_too_early(
    serve, publish, sandbox, tmp_path
):
    first = publish(sandbox)
    wanted = left_out(first)
    settings = load_workspace(PROJECT_DIR, first.environment)
    options = ActOptions(PAUSED, "source=zoominfo", apply=True)
    resumed_over: list[set[str]] = []
    moment, is_over = 0, False
    while not is_over:
        acted_on = serve()
        folder = tmp_path / f"killed-{moment}"
        folder.mkdir()
        os.link(first.warehouse, folder / first.warehouse.name)
        workspace = replace(settings, data_dir=folder, base_url=acted_on.base_url)
        try:
            with dying_at(moment, lambda acted_on=acted_on: resumed_over.append(acted_on.stopped())):
                run_resume(workspace, options, lambda line: None)
            is_over = True
        except Killed:
            with ActLedger(folder / "acts.sqlite") as ledger:
                was_done = [ledger.state(act) for act in ledger.acts()] == ["done"]
            if not was_done:
                run_resume(workspace, options, lambda line: None)
        assert acted_on.status() == "IN_PROGRESS", moment
        assert acted_on.stopped() == wanted, moment
        assert acted_on.asked() == [STOP] * LEFT_OUT + [RESUME], moment
        moment += 1
    assert moment > 20
    assert all(stopped == wanted for stopped in resumed_over)


def test_answers_that_are_lost_are_settled_by_looking(workspace, sandbox):
    sandbox.set_faults({"name": "lost_response"})
    done = resume(workspace, *EXCEPT, "--apply")
    assert done.exit_code == 0, done.errors
    assert sandbox.asked() == [STOP] * LEFT_OUT + [RESUME]
    assert sandbox.stopped() == left_out(workspace)


def test_requests_that_never_came_are_sent_again(workspace, sandbox):
    sandbox.set_faults({"name": "server_error", "status": 503, "route": STOP, "count": 2})
    assert resume(workspace, *EXCEPT, "--apply").exit_code == 0
    assert sandbox.stopped() == left_out(workspace)
    assert sandbox.status() == "IN_PROGRESS"


def test_where_heyreach_refuses_to_stop_leads_of_a_paused_campaign_nothing_is_resumed(serve, publish):
    twists = ["refuses_stops_while_paused"]
    sandbox = serve(World.generate("boutique", DEMO_SEED, leads=150, start=DEMO_START, twists=twists))
    workspace = publish(sandbox)
    for _ in range(2):
        sandbox.api.received.clear()
        refused = resume(workspace, *EXCEPT, "--apply")
        assert refused.exit_code == 3
        assert f"HeyReach stopped 0 of {LEFT_OUT} leads" in refused.errors
        assert "the workflow is in PAUSED state" in refused.errors
        assert sandbox.asked() == [STOP]
        assert sandbox.status() == "PAUSED"


def test_a_stop_that_was_taken_and_is_not_seen_resumes_nothing(workspace, sandbox):
    with patch.object(sandbox.api.imports, "stop", lambda lead, now: None):
        undone = resume(workspace, *EXCEPT, "--apply")
    assert undone.exit_code == 3
    assert "it took the request, and still shows the lead as waiting" in undone.errors
    assert sandbox.asked() == [STOP]
    assert sandbox.status() == "PAUSED"
    assert resume(workspace, *EXCEPT, "--apply").exit_code == 0
    assert sandbox.stopped() == left_out(workspace)


def test_a_campaign_that_falls_back_is_not_called_resumed(workspace, sandbox):
    def fall_back(name: str) -> None:
        if name == RESUME:
            sandbox.api.imports.set_status(int(PAUSED), "PAUSED", sandbox.api.now)

    sandbox.api.after_write = fall_back
    undone = resume(workspace, "--apply")
    assert undone.exit_code == 3
    assert "still is PAUSED after HeyReach was asked to resume it" in undone.errors
    assert states(workspace)[0] == ["refused"]


def test_leads_that_can_not_be_read_whole_resume_nothing(workspace, sandbox):
    sandbox.set_faults({"name": "total_count_wrong", "route": "campaign/GetLeadsFromCampaign"})
    unread = resume(workspace, *EXCEPT, "--apply")
    assert unread.exit_code == 4
    assert "could not be read whole" in unread.errors
    assert sandbox.asked() == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Say which campaign"),
        (("--campaign", "Execs"), "by HeyReach's number"),
        (("--campaign", "1"), "HeyReach has no campaign 1; there are: "),
        (("--campaign", RUNNING), "is IN_PROGRESS, and only one that is paused can be resumed: nothing"),
        (("--campaign", FINISHED), "is FINISHED, and only one that is paused can be resumed"),
        (("--campaign", PAUSED, "--except", "source"), "EXCEPT: 'source' is not understood"),
        (
            ("--campaign", PAUSED, "--except", "sauce=clay"),
            "there is no 'sauce'; did you mean source?",
        ),
        (("--campaign", PAUSED, "--except", "source=zomminfo"), "nobody who waits there has source=zomminfo"),
        (("--campaign", PAUSED, "--except", "lead_gender=female"), "EXCEPT: there is no 'lead_gender'"),
        (("--campaign", PAUSED, "--except", "keyword=go"), "EXCEPT leaves nobody to be asked"),
        (("--campaign", PAUSED, "--except", "icp=unknown"), "EXCEPT leaves nobody to be asked"),
    ],
)
def test_what_can_not_be_resumed_is_said_and_nothing_done(workspace, sandbox, arguments, told):
    refused = workspace.run("resume", *arguments, "--apply")
    assert refused.exit_code == 2, refused.printed
    assert told in refused.errors
    assert sandbox.asked() == []


def test_without_a_report_nothing_is_resumed(workspace, sandbox):
    workspace.warehouse.unlink()
    refused = resume(workspace, "--apply")
    assert (refused.exit_code, "`make run` first" in refused.errors) == (2, True)
    assert sandbox.asked() == []


def test_a_campaign_paused_since_the_report_is_not_resumed(workspace, sandbox):
    sandbox.by_hand(PAUSE, params={"campaignId": int(RUNNING)})
    refused = workspace.run("resume", "--campaign", RUNNING, "--apply")
    assert refused.exit_code == 2
    assert "the published report knows nobody who waits behind it" in refused.errors
    assert sandbox.asked() == []


def test_a_campaign_that_has_changed_since_the_report_is_not_resumed(workspace, sandbox):
    sandbox.by_hand(STOP, json={"campaignId": int(PAUSED), "leadUrl": url_of(sandbox.waiting()[-1])})
    sandbox.api.imports.add_to_campaign(int(PAUSED), [NEW], sandbox.api.now)
    for arguments in ((), EXCEPT):
        refused = resume(workspace, *arguments, "--apply")
        assert refused.exit_code == 2
        assert "1 leads are new there, 1 no longer wait. `make run` first; nothing was done" in refused.errors
    assert sandbox.asked() == []
    assert not (workspace.data_dir / "leads").exists()


def test_somebody_who_comes_while_others_are_stopped_is_not_asked(workspace, sandbox):
    def add(name: str) -> None:
        sandbox.api.imports.add_to_campaign(int(PAUSED), [NEW], sandbox.api.now)

    sandbox.api.after_write = add
    refused = resume(workspace, *EXCEPT, "--apply")
    assert refused.exit_code == 2
    assert "1 leads are new there" in refused.errors
    assert sandbox.asked() == [STOP] * LEFT_OUT
    assert sandbox.status() == "PAUSED"


def url_of(row: dict) -> str:
    return row["linkedInUserProfile"]["profileUrl"]


def test_whoever_was_erased_and_waits_in_heyreach_is_not_asked(workspace, sandbox):
    row = sandbox.waiting()[0]
    [url] = parse_profile_urls([url_of(row)])
    Suppressions(workspace.data_dir / "suppressed").add([url.key], datetime(2026, 2, 9, tzinfo=UTC).date())
    with duckdb.connect(str(workspace.warehouse)) as connection:
        for table in ("heyreach_connections", "rpt_bottleneck_leads"):
            connection.execute(f"delete from marts.{table} where campaign_lead_id = ?", [str(row["id"])])
    refused = resume(workspace, "--apply")
    assert refused.exit_code == 2
    assert "1 were erased or purged here, and would be asked" in refused.errors
    assert sandbox.asked() == []


def test_what_was_cut_off_goes_on_only_as_it_was_begun(serve, publish):
    sandbox = serve()
    workspace = publish(sandbox)
    with pytest.raises(Killed), dying_at(8):
        resume(workspace, *EXCEPT, "--apply")
    refused = resume(workspace, "--apply")
    assert refused.exit_code == 2
    assert "was to leave out source=zoominfo: give the same EXCEPT to go on with it" in refused.errors
    assert sandbox.status() == "PAUSED"
    sandbox.by_hand(RESUME, params={"campaignId": int(PAUSED)})
    assert resume(workspace, *EXCEPT, "--apply").exit_code == 2
    assert states(workspace)[0] == ["overtaken"]
    sandbox.by_hand(PAUSE, params={"campaignId": int(PAUSED)})
    assert "has changed since the report" in resume(workspace, "--apply").errors


def test_a_campaign_is_paused_and_read_back(workspace, sandbox):
    shown = pause(workspace)
    assert (shown.exit_code, sandbox.asked()) == (0, [])
    assert "dry run: nothing was done; APPLY=1 pauses it" in shown.printed
    sandbox.set_faults({"name": "lost_response", "route": PAUSE})
    done = pause(workspace, "--apply")
    assert done.exit_code == 0, done.errors
    assert (sandbox.asked(), sandbox.status(RUNNING)) == ([PAUSE], "PAUSED")
    again = pause(workspace, "--apply")
    assert again.exit_code == 2
    assert "is PAUSED, and only one that runs can be paused: nothing was done" in again.errors
    assert sandbox.asked() == [PAUSE]


def test_a_pause_that_was_cut_off_is_not_asked_for_twice(workspace, sandbox):
    # plan, record and command, two moments each: it dies when HeyReach has paused the campaign.
    with pytest.raises(Killed), dying_at(5):
        pause(workspace, "--apply")
    assert sandbox.status(RUNNING) == "PAUSED"
    again = pause(workspace, "--apply")
    assert (again.exit_code, "by the call that was cut off" in again.printed) == (0, True)
    assert states(workspace)[0] == ["done"]
    assert sandbox.asked() == [PAUSE]


def test_what_can_be_resumed_and_is_over_is_what_the_warehouse_takes_for_it():
    with (SEEDS / "campaign_statuses.csv").open(newline="") as file:
        waiting = {row["status"] for row in csv.DictReader(file) if row["waits_for_resuming"] == "true"}
    assert set(campaigns.RESUMABLE) == waiting
    with (SEEDS / "campaign_lead_statuses.csv").open(newline="") as file:
        queued = {
            row["status"]
            for row in csv.DictReader(file)
            if row["is_stopped"] == "false" and row["unasked_as"] == "queued"
        }
    assert not queued & set(campaigns.OVER)
