"""Pulls far apart, counts that are corrected, a clock that is wrong: what is known then, and what is said."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Workspace
from tests.end_to_end.hand_made import Campaign, HandMade, Lead, workspace_of

pytestmark = pytest.mark.usefixtures("built_without_dbt")

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
WINDOW = timedelta(days=14)
ANA, BEA, CARA = 501, 502, 503
NAMES = {ANA: "Ana", BEA: "Bea", CARA: "Cara"}
FIRST, SECOND, YOUNG = 101, 102, 103
GAP_FROM, GAP_TO = START + timedelta(days=19, hours=16), START + timedelta(days=80)


def at(day: float, hour: float = 0) -> datetime:
    return START.replace(hour=0) + timedelta(days=day, hours=hour)


def three_a_day(days: int) -> list[tuple[datetime, str]]:
    """By night with everything, and at 10 and 18 the leads alone."""
    kinds = ((0, "full"), (8, "light"), (16, "light"))
    return [(START + timedelta(days=day, hours=hours), kind) for day in range(days) for hours, kind in kinds]


def asked(
    world: HandMade,
    campaign: Campaign,
    moment: datetime,
    number: int,
    after: tuple[float | None, ...],
    enters: datetime | None = None,
) -> None:
    """So many requests of the campaign's sender; they accept `after` so many hours, in turn, or never."""
    for place in range(number):
        slug = f"{campaign.name}-{moment:%m%d%H}-{place}"
        lead = world.lead(campaign, slug, campaign.senders[0], enters, source="csv")
        hours = after[place % len(after)]
        world.ask(lead, moment, accepts=None if hours is None else moment + timedelta(hours=hours))


def build(workspace: Workspace, until: datetime) -> None:
    outcome = workspace.run(
        "build", "--since", "2026-03-01", "--until", f"{until + timedelta(days=1):%Y-%m-%d}"
    )
    assert outcome.exit_code == 0, outcome.errors


def health(workspace: Workspace) -> dict[str, str]:
    return dict(workspace.query("select topic, message from marts.rpt_health"))


def gap_story() -> HandMade:
    """Eighteen days of requests at noon; some accept within the gap that follows, and some are sent in it."""
    world = HandMade(NAMES, START)
    first = world.campaign(FIRST, "first", [ANA])
    second = world.campaign(SECOND, "second", [BEA])
    young = world.campaign(YOUNG, "young", [CARA])
    for day in range(18):
        # Within hours, days, on the last day of the window, after it; and in the gap whatever came last.
        asked(world, first, at(day, 12), 1 if day == 5 else 6, (3, None, 100, 330, 350, None))
        asked(world, second, at(day, 12), 6, (3, None, 500, None, 60, None))
        asked(world, young, at(day, 12), 1, (3,) if day % 3 else (None,))
    for campaign, day in ((first, 22), (second, 22), (young, 78)):
        asked(world, campaign, at(day, 12), 10, (None,))
    return world


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HandMade, Workspace, Workspace]]:
    """What happened, the workspace after the gap, and the same once HeyReach has corrected one count."""
    world, folder = gap_story(), tmp_path_factory.mktemp("gap")
    with world.served() as server:
        before = workspace_of(folder / "before", server.base_url, NAMES)
        world.pulled(before, server.base_url, [*three_a_day(20), (GAP_TO, "full")])
        after = workspace_of(folder / "after", server.base_url, NAMES)
        shutil.copytree(before.data_dir, after.data_dir, dirs_exist_ok=True)
        build(before, GAP_TO)
        assert world.counts[ANA, FIRST, at(5).date()][0] == 1
        world.counts[ANA, FIRST, at(5).date()][0] = 0
        world.pulled(after, server.base_url, [(GAP_TO + timedelta(hours=1), "full")])
        build(after, GAP_TO)
    return world, before, after


# To the hour: how near to midnight the counts were checked moves estimates by as long as an answer took.
STATUS = """
    select campaign_lead_id, campaign_id, status, date_trunc('hour', sent_cohort_at + interval 15 minutes)
    from marts.heyreach_connections
"""
AGES = ("sent", "pending", "expired")


def test_no_status_grows_younger_when_a_count_is_corrected(gap):
    _, before, after = gap
    known = {lead: (campaign, status, day) for lead, campaign, status, day in before.query(STATUS)}
    now = {lead: (campaign, status, day) for lead, campaign, status, day in after.query(STATUS)}
    open_before = {lead: status for lead, (_, status, _) in known.items() if status in AGES}
    assert set(open_before.values()) >= {"sent", "expired"}
    younger = [lead for lead, status in open_before.items() if AGES.index(now[lead][1]) < AGES.index(status)]
    assert younger == []
    # The days of the one campaign date nothing any more; everything else is as it was.
    lost = {now[lead][0] for lead, (_, _, day) in known.items() if day and not now[lead][2]}
    assert lost == {str(FIRST)}
    assert {lead: each for lead, each in known.items() if each[0] != str(FIRST)} == {
        lead: each for lead, each in now.items() if each[0] != str(FIRST)
    }


def test_a_line_names_the_campaign_whose_counts_date_nothing(gap):
    _, before, after = gap
    assert not health(before).keys() & {"reconciliation_by_day", "reconciliation", "clock"}
    line = health(after)["reconciliation_by_day"]
    assert re.search(r"first, Ana \(sent, 1 of \d+ days\)", line)
    assert "Bea" not in line and "Cara" not in line


def test_a_rate_counts_the_requests_whose_window_ended_while_somebody_looked(gap):
    world, before, _ = gap
    watched = {
        str(lead.id): lead
        for lead in world.people
        if lead.asked_at + WINDOW <= GAP_FROM and lead.asked_at + WINDOW + timedelta(days=2) <= GAP_TO
    }
    judged = dict(
        before.query(
            "select campaign_lead_id, is_accepted_in_window from marts.heyreach_connections where is_mature"
        )
    )
    assert set(judged) == set(watched) and len(watched) > 60
    truth = {number: in_time(lead) for number, lead in watched.items()}
    assert 10 < sum(truth.values()) < len(truth)
    assert judged == truth
    ((low, rate, high),) = before.query(
        "select accept_rate_low, accept_rate, accept_rate_high from marts.rpt_summary"
    )
    assert low - 1e-9 <= sum(truth.values()) / len(truth) <= high + 1e-9
    assert rate == pytest.approx(sum(truth.values()) / len(truth))


def in_time(lead: Lead) -> bool:
    return lead.accepted_at is not None and lead.accepted_at <= lead.asked_at + WINDOW


def test_what_a_gap_takes_out_of_rates_is_counted_and_said(gap):
    """Those who accepted before the gap leave with the others: by when their window ended, not by how."""
    world, before, _ = gap
    unwatched = [
        lead
        for lead in world.people
        if lead.asked_at + WINDOW > GAP_FROM and lead.asked_at + WINDOW + timedelta(days=2) <= GAP_TO
    ]
    assert any(lead.accepted_at and lead.accepted_at < GAP_FROM for lead in unwatched)
    assert (
        f"{len(unwatched)} requests are in no rate because nobody pulled"
        in health(before)["windows_unwatched"]
    )


def clock_story(ahead: timedelta, rights_itself: datetime | None) -> tuple[HandMade, list]:
    """Twelve days, and HeyReach's Date is ahead; things happen soon after pulls, and later."""
    world = HandMade(NAMES, START)
    world.ahead = ahead
    campaign = world.campaign(FIRST, "first", [ANA])
    for day in range(12):
        for hour in (2.2, 5, 10.5, 13, 18.3):
            # The pull before shows most of them for the first time, waiting.
            asked(world, campaign, at(day, hour), 1, (None, 16.1)[day % 2 :], enters=at(day, hour - 1))
    moments = three_a_day(13)
    if rights_itself:
        # First shown by the last pull before, accepted by the first one after, which seems to come earlier.
        asked(world, campaign, at(9, 19), 1, (7.4,), enters=at(9, 17))
        world.when(rights_itself, lambda: setattr(world, "ahead", timedelta(0)))
        # By HeyReach's clock this pull comes before the one it follows.
        moments.append((rights_itself + timedelta(minutes=30), "light"))
    return world, sorted(moments)


@pytest.fixture(
    scope="module",
    params=[(3, None), (2, at(10, 2.1))],
    ids=["three_hours_ahead", "two_hours_ahead_then_right"],
)
def clock(request, tmp_path_factory) -> tuple[HandMade, Workspace, int]:
    hours, rights_itself = request.param
    world, moments = clock_story(timedelta(hours=hours), rights_itself)
    with world.served() as server:
        workspace = workspace_of(tmp_path_factory.mktemp("clock") / "data", server.base_url, NAMES)
        world.pulled(workspace, server.base_url, moments)
    build(workspace, at(13))
    return world, workspace, hours


@pytest.mark.parametrize("event", ["sent", "accepted"])
def test_every_true_time_lies_within_bounds_whatever_the_clock_says(clock, event):
    world, workspace, _ = clock
    truth = {str(lead.id): lead.asked_at if event == "sent" else lead.accepted_at for lead in world.people}
    known = workspace.query(
        f"select campaign_lead_id, connection_{event}_earliest, connection_{event}_latest "
        f"from marts.heyreach_connections where is_{event}"
    )
    assert {lead for lead, _, _ in known} == {lead for lead, moment in truth.items() if moment}
    outside = [
        (lead, earliest, truth[lead], latest)
        for lead, earliest, latest in known
        if not earliest <= truth[lead] <= latest
    ]
    assert outside == []


def test_a_wrong_clock_is_named_with_both_times(clock):
    world, workspace, hours = clock
    lines = health(workspace)
    assert "status_gone_back" not in lines
    row_time, read_time = (
        datetime.fromisoformat(f"{text}+00:00")
        for text in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", lines["clock"])
    )
    happened = {moment for lead in world.people for moment in (lead.asked_at, lead.accepted_at) if moment}
    assert any(timedelta(0) <= moment - row_time < timedelta(minutes=1) for moment in happened)
    assert timedelta(0) < read_time - row_time <= timedelta(hours=hours)
    (minutes,) = re.findall(r"at least (\d+) minutes", lines["clock"])
    assert 60 < int(minutes) <= hours * 60
