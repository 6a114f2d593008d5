"""A week all the way: planned, handed over to a HeyReach over HTTP, sent by it, and held against the plan."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from extract.outreach.plan_ledger import PlanLedger
from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace.workspace import load_workspace
from reports.cli.frame import PROJECT_DIR
from reports.jobs.plan import hand_over_tonight
from tests.conftest import Outcome, Workspace
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

pytestmark = pytest.mark.usefixtures("built_without_dbt")

CAMPAIGN = "40101"
MONDAY = "2026-01-26"
WEEK = ("--week", MONDAY)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    """A workspace that was pulled on a Wednesday."""
    with running_sandbox(seed=5, leads=600, now=FIRST_PULL) as sandbox:
        workspace = workspace_on(sandbox, tmp_path_factory.mktemp("plan"), IMPORT_READ_BACK_WAITS="0,0")
        assert workspace.run("run").exit_code == 0
        yield sandbox, workspace


def plan(world: tuple[Sandbox, Workspace], *arguments: str) -> Outcome:
    """`make plan` by the sandbox's clock."""
    sandbox, workspace = world
    return workspace.run("plan", *arguments, OUTBOUND_AS_OF=sandbox.clock().isoformat())


def by_night(world: tuple[Sandbox, Workspace]):
    """The workspace as a nightly job has it."""
    sandbox, workspace = world
    places = {"OUTBOUND_DATA_DIR": str(workspace.data_dir), "OUTBOUND_AS_OF": sandbox.clock().isoformat()}
    return load_workspace(PROJECT_DIR, {**workspace.environment, **places})


def refused(outcome: Outcome) -> str:
    assert outcome.exit_code == 2, outcome.printed
    return outcome.errors


def given(world: tuple[Sandbox, Workspace]) -> dict[str, dict]:
    """What the server was given by plans: person -> entry."""
    return {
        entry["profile_key"]: entry
        for entry in world[0].truth()["imports"]
        if entry["fields"].get("batch_id", "").startswith("plan_")
    }


def assert_missed_are_planned_anew(world: tuple[Sandbox, Workspace], missed: set[str]) -> None:
    """Whom the week that is over planned, and nobody handed over, is in the plan of the next."""
    shown = plan(world, "--week", "2026-02-02", "--campaign", CAMPAIGN, "--format", "json").printed
    lines = json.loads(shown)["lines"]
    assert "planned" not in {line["reason"] for line in lines}
    assert len(missed & {line["person"] for line in lines if line["reason"] is None}) > 5


def test_bad_input_is_a_line(world):
    assert "the week of 2026-01-19 is over; today is 2026-01-28" in refused(
        plan(world, "--week", "2026-01-20")
    )
    assert "must be a day like 2026-02-09, not 'soon'" in refused(plan(world, "--week", "soon"))
    assert "There is no campaign 99; there are: 40101 " in refused(plan(world, *WEEK, "--campaign", "99"))
    assert "There is no plan for the week of 2026-02-09 yet" in refused(
        plan(world, "--week", "2026-02-09", "--apply")
    )
    for day in ("2027-01-28", "9999-12-31"):
        assert "is more than 92 days ahead; today is 2026-01-28" in refused(plan(world, "--week", day))
    assert "PILOT must be a number of requests, like 20, not -1" in refused(
        plan(world, *WEEK, "--pilot", "-1")
    )
    for named in (("--pilot", "5"), ("--campaign", CAMPAIGN)):
        assert "APPLY=1 hands over the plan that is kept" in refused(plan(world, *WEEK, *named, "--apply"))
    saturday = world[0].clock() + timedelta(days=3)
    late = world[1].run("plan", *WEEK, OUTBOUND_AS_OF=saturday.isoformat())
    assert "has no day left on which HeyReach sends: name a later one, as in WEEK=2026-02-02" in refused(late)


def test_what_was_shown_last_is_what_is_kept(world):
    whole = plan(world, *WEEK, "--campaign", CAMPAIGN).printed
    assert (
        "Week of 2026-01-26: 2 requests" in plan(world, *WEEK, "--campaign", CAMPAIGN, "--pilot", "2").printed
    )
    again = plan(world, *WEEK, "--campaign", CAMPAIGN).printed
    assert again.splitlines()[1:] == whole.splitlines()[1:]
    with PlanLedger(world[1].data_dir / "plans.sqlite") as ledger:
        [newest] = ledger.newest().values()
        asked = [line for line in ledger.lines(newest) if line.reason is None]
    assert f"Week of 2026-01-26: {len(asked)} requests, plan {newest.plan_id}," in again

    nobody = plan(world, *WEEK, "--campaign", CAMPAIGN, "--pilot", "0")
    assert nobody.exit_code == 0, nobody.errors
    assert "Week of 2026-01-26: 0 requests" in nobody.printed
    assert "nothing is expected: nobody is planned" in nobody.printed


def test_a_plan_without_a_campaign_or_without_some_senders_says_so(world):
    without = plan(world, *WEEK, "--pilot", "3").printed
    assert "to be handed over, a plan needs a campaign" in without
    named = plan(world, *WEEK, "--pilot", "3", "--campaign", "40106").printed
    assert "to be handed over" not in named
    assert "no sender of the campaign" in named


def test_the_earlier_week_has_people_and_room_first(world):
    later = json.loads(
        plan(world, "--week", "2026-02-02", "--campaign", CAMPAIGN, "--format", "json").printed
    )
    earlier = json.loads(plan(world, *WEEK, "--campaign", CAMPAIGN, "--format", "json").printed)
    people = [{line["person"] for line in each["lines"] if not line["reason"]} for each in (later, earlier)]
    assert people[0] & people[1]
    assert "The week of 2026-01-26 was planned after that of 2026-02-02" in refused(
        plan(world, "--week", "2026-02-02", "--apply")
    )
    again = json.loads(
        plan(world, "--week", "2026-02-02", "--campaign", CAMPAIGN, "--format", "json").printed
    )
    assert people[1].isdisjoint({line["person"] for line in again["lines"] if not line["reason"]})


def test_a_week_is_planned_handed_over_and_followed(world):
    sandbox, workspace = world
    shown = plan(world, *WEEK, "--campaign", CAMPAIGN)
    assert shown.exit_code == 0, shown.errors
    assert "Week of 2026-01-26: " in shown.printed
    assert "expected: " in shown.printed
    assert "Mon 2026-01-26" not in shown.printed
    assert "Wed 2026-01-28" in shown.printed
    assert plan(world, *WEEK, "--campaign", CAMPAIGN).printed == shown.printed

    told = json.loads(plan(world, *WEEK, "--campaign", CAMPAIGN, "--format", "json").printed)
    lines = [line for line in told["lines"] if line["reason"] is None]
    assert len({line["person"] for line in lines}) == len(lines) > 20
    today = [line for line in lines if line["day"] == "2026-01-28"]
    erased, *kept = today
    assert workspace.run("erase", "--url", erased["profile_url"]).exit_code == 0

    assert given(world) == {}
    applied = plan(world, *WEEK, "--apply")
    assert applied.exit_code == 0, applied.errors
    sent = given(world)
    assert sent.keys() == {line["person"] for line in kept}
    for line in kept:
        entry = sent[line["person"]]
        assert entry["applied"] == 1
        assert str(entry["account_id"]) == line["account_id"]
        texts = line["lead"]["fields"]
        assert {name: entry["fields"][name] for name in texts} == texts
        assert texts["segment"] == line["segment"]
        assert texts["connection_note"]
    assert "nothing of plan" in plan(world, *WEEK, "--apply").printed
    assert given(world) == sent

    # The next night hands over its day's, and whoever was handed over is planned no more.
    sandbox.advance_clock(24 * 3600)
    hand_over_tonight(by_night(world), say=print)
    assert len(given(world)) == len(kept) + sum(line["day"] == "2026-01-29" for line in lines)
    again = json.loads(plan(world, *WEEK, "--campaign", CAMPAIGN, "--format", "json").printed)
    planned_again = {line["person"] for line in again["lines"] if line["reason"] is None}
    assert planned_again.isdisjoint(given(world))
    with PlanLedger(workspace.data_dir / "plans.sqlite") as ledger:
        people = {line.person for each in ledger.plans() for line in ledger.lines(each)}
    assert erased["person"] not in people

    # A week on, HeyReach has sent some of them.
    sandbox.advance_clock(5 * 24 * 3600)
    assert workspace.run("run").exit_code == 0
    truth = {entry["profile_key"]: entry for entry in given(world).values() if entry["sent_at"]}
    rows = workspace.query(
        """
        select leads.normalized_profile_url, sends.state, sends.is_accepted
        from marts.planned_sends as sends
        inner join marts.heyreach_leads as leads on sends.lead_id = leads.lead_id
        where sends.handed_over_at is not null
        """
    )
    assert len(rows) == len(given(world))
    assert {person for person, state, _ in rows if state == "sent"} == truth.keys()
    assert {person for person, _, is_accepted in rows if is_accepted} == {
        person for person, entry in truth.items() if entry["accepted_at"]
    }
    variance = workspace.query(
        "select sum(handed_over), sum(sent), sum(accepted) from marts.rpt_plan_variance"
    )
    assert variance == [(len(rows), len(truth), sum(bool(entry["accepted_at"]) for entry in truth.values()))]
    assert_missed_are_planned_anew(world, planned_again - given(world).keys())
    by_segment = Counter(entry["fields"]["segment"] for entry in given(world).values())
    assert dict(
        workspace.query(
            "select segment, sum(handed_over) from marts.rpt_plan_variance where handed_over > 0 group by all"
        )
    ) == dict(by_segment)


def test_whose_text_was_changed_since_and_a_campaign_that_rests_wait(world):
    """After the week above: the campaign that asked then runs, and 40105 has finished."""
    workspace, week = world[1], ("--week", "2026-02-02")
    asked = given(world).keys()
    assert plan(world, *week, "--pilot", "4", "--campaign", "40105").exit_code == 0
    resting = plan(world, *week, "--apply")
    assert "of campaign 40105, which is FINISHED: nobody would be contacted" in resting.printed
    assert given(world).keys() == asked

    shown = plan(world, *week, "--pilot", "8", "--campaign", CAMPAIGN, "--format", "json").printed
    today = str(world[0].clock().date())
    reworded, *others = [line for line in json.loads(shown)["lines"] if line["day"] == today]
    own = ("messages", "--url", reworded["profile_url"], "--step", "connection_note")
    assert workspace.run(*own, "--text", "Only for you, {first_name}").exit_code == 0
    assert (
        "held back: 1 whose text was changed since the plan was made" in plan(world, *week, "--apply").printed
    )
    assert given(world).keys() - asked == {line["person"] for line in others}

    assert workspace.run(*own).exit_code == 0
    assert plan(world, *week, "--apply").exit_code == 0
    assert given(world).keys() - asked == {line["person"] for line in (reworded, *others)}
