"""A real workspace as it is met: people connected before, rows that vanish, lists and senders exchanged.

Every campaign is a story of its own, with its right numbers; all are pulled nightly for seven weeks and built
once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Workspace
from tests.end_to_end.hand_made import Campaign, HandMade, Lead, workspace_of

pytestmark = pytest.mark.usefixtures("built_without_dbt")

START = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday; the first pull
NIGHTS = 49
AS_OF = START + timedelta(days=NIGHTS - 1)
MOHAMED, INES, OREN, MAREN, TEO, LEA = SENDERS = range(501, 507)
NAMES = dict(zip(SENDERS, ("Mohamed", "Ines", "Oren", "Maren", "Teo", "Lea"), strict=True))
ASKED_OR_NOT, ALL_FRIENDS, WRITTEN_TO, MOVED, BEST, EXCHANGED, HANDED_OVER, DELETED = range(101, 109)
NEVER_WITHDRAWN, WITHDRAWN, DRAFT = range(109, 112)
BEFORE, AFTER, LATER = 20106, 20206, 20306  # the lists of the campaign whose list is exchanged
FRIEND = {"status": "Finished", "connection": "ConnectionAccepted", "message": "MessageSent"}
# Hours until acceptance. Whoever takes 5 was asked and has accepted between two pulls.
HOURS = (5, 30, 50, 100, 200)


def at(day: float, hour: float = 0) -> datetime:
    return START.replace(hour=0) + timedelta(days=day, hours=hour)


def fields(source: str, **more: str) -> dict[str, str]:
    return {"source": source, "source_list": f"{source}-list", "icp": "platform", "batch_id": "b1"} | more


def leads(world: HandMade, campaign: Campaign, number: int, sender: int, source: str) -> list[Lead]:
    return [
        world.lead(campaign, f"{campaign.name}-{sender}-{source}-{place}", sender, **fields(source))
        for place in range(number)
    ]


def ask(world: HandMade, asked: list[Lead], accepted: int, first_day: int, a_day: int) -> None:
    """Ask some of them every day. Those who accept are spread over all, and take from hours to days."""
    accepts = 0
    for place, lead in enumerate(asked):
        moment = at(first_day + place // a_day, 9 + place % a_day / 3)
        if (place + 1) * accepted // len(asked) == accepts:
            world.ask(lead, moment)
            continue
        hours = HOURS[accepts % len(HOURS)]
        accepts += 1
        world.ask(lead, moment, accepts=moment + timedelta(hours=hours))
        if hours < 17:
            world.show(lead, moment + timedelta(hours=hours + 1), **FRIEND)


def tell(world: HandMade) -> None:
    """What happens, campaign by campaign."""
    _asked_or_connected_before(world)
    _rows_that_vanish(world)
    _exchanged_list(world)

    campaign = world.campaign(HANDED_OVER, "handed-over", [MAREN, TEO])
    asked = leads(world, campaign, 132, MAREN, "csv")
    ask(world, asked, 30, first_day=34, a_day=11)
    for lead in asked[68:]:
        world.when(at(47, 8), lambda lead=lead: setattr(lead, "shown_sender", TEO))
    leads(world, campaign, 23, MAREN, "waiting")

    campaign = world.campaign(DELETED, "deleted", [MOHAMED, INES])
    ask(world, leads(world, campaign, 30, MOHAMED, "csv"), 6, first_day=5, a_day=5)
    leads(world, campaign, 74, MOHAMED, "waiting")
    leads(world, campaign, 61, INES, "waiting")
    world.delete(campaign, at(20, 12))

    for number, days in ((NEVER_WITHDRAWN, None), (WITHDRAWN, 30)):
        begun = at(-14)
        campaign = world.campaign(
            number, f"old-{days}", [TEO], at(46, 12), created_at=begun, withdrawn_after=days
        )
        for place in range(30):
            entered = begun + timedelta(days=2 * place, hours=9)
            lead = world.lead(campaign, f"old-{days}-{place}", TEO, entered, **fields("old"))
            world.ask(lead, entered + timedelta(hours=1))

    world.campaign(DRAFT, "draft", [], list_id=None, status="DRAFT", has_sequence=False)


def _asked_or_connected_before(world: HandMade) -> None:
    campaign = world.campaign(ASKED_OR_NOT, "asked-or-not", [INES])
    for source, friends, asked in (("event", 15, 5), ("webinar", 5, 15)):
        people = leads(world, campaign, friends + asked, INES, source)
        for lead in people[:friends]:
            world.show(lead, at(0, 10), **FRIEND)
        # Of each source one accepts at once, and looks like the friends then; one takes days.
        for place, lead in enumerate(people[friends:]):
            accepts = {0: at(0, 15), 1: at(2, 15)}.get(place)
            world.ask(lead, at(0, 9 + place / 10), accepts=accepts)
            if place == 0:
                world.show(lead, at(0, 16), **FRIEND)

    campaign = world.campaign(ALL_FRIENDS, "all-friends", [INES])
    for lead in leads(world, campaign, 28, INES, "network"):
        world.show(lead, at(3, 10), **FRIEND)
    campaign = world.campaign(WRITTEN_TO, "written-to", [INES])
    for lead in leads(world, campaign, 12, INES, "network"):
        world.show(lead, at(3, 10), status="InSequence", message="MessageSent")


def _rows_that_vanish(world: HandMade) -> None:
    campaign = world.campaign(MOVED, "moved", [OREN])
    asked = leads(world, campaign, 144, OREN, "crm")
    ask(world, asked, 54, first_day=1, a_day=9)
    for lead in asked:
        if lead.accepted_at:
            world.remove(lead, lead.accepted_at + timedelta(days=3))
    for lead in leads(world, campaign, 6, OREN, "lost"):
        world.ask(lead, at(2, 9))
        world.remove(lead, at(7, 9))
    campaign = world.campaign(BEST, "best", [LEA])
    ask(world, leads(world, campaign, 111, LEA, "csv"), 48, first_day=1, a_day=8)


def _exchanged_list(world: HandMade) -> None:
    campaign = world.campaign(EXCHANGED, "exchanged", [TEO], list_id=BEFORE)
    earlier = leads(world, campaign, 246, TEO, "clay")
    ask(world, earlier, 72, first_day=1, a_day=10)
    for lead in earlier[236:]:
        world.when(at(0, 1), lambda lead=lead: world.lists[BEFORE][lead.slug].pop("icp"))

    def exchange() -> None:
        campaign.list_id = AFTER
        for lead in earlier[:122]:
            world.lists.setdefault(AFTER, {})[lead.slug] = fields("apollo", icp="security")

    world.when(at(30, 12), exchange)
    later = [
        world.lead(campaign, f"later-{place}", TEO, at(31), **fields("apollo", icp="security"))
        for place in range(30)
    ]
    ask(world, later, 6, first_day=36, a_day=6)
    late = {lead.slug: fields("survey", icp="finance") for lead in earlier[236:]}
    world.when(at(46, 12), lambda: world.lists.update({LATER: late}))


@pytest.fixture(scope="module")
def world() -> HandMade:
    made = HandMade(NAMES, START)
    tell(made)
    return made


@pytest.fixture(scope="module")
def workspace(world: HandMade, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with world.served() as server:
        workspace = workspace_of(tmp_path_factory.mktemp("contact") / "data", server.base_url, NAMES)
        nights = [START + timedelta(days=night) for night in range(NIGHTS)]
        full = {nights[0], nights[-1], *(night for night in nights if night.weekday() == 6)}
        moments = [(night, "full" if night in full else "daily") for night in nights]
        world.pulled(workspace, server.base_url, moments)
    outcome = workspace.run(
        "build", "--since", "2026-01-01", "--until", f"{AS_OF.date() + timedelta(days=1)}"
    )
    assert outcome.exit_code == 0, outcome.errors
    return workspace


@pytest.fixture(scope="module")
def report(workspace: Workspace) -> str:
    outcome = workspace.run("report", "--format", "markdown")
    assert outcome.exit_code == 0, outcome.errors
    return outcome.reports[".md"].read_text(encoding="utf-8")


def campaign_row(workspace: Workspace, number: int, columns: str) -> tuple:
    (row,) = workspace.query(
        f"select {columns} from marts.rpt_campaign_performance where campaign_id = '{number}'"
    )
    return row


def topics(workspace: Workspace) -> dict[str, int]:
    """What the health lines are about, and how much each counts."""
    return dict(workspace.query("select topic, affected from marts.rpt_health"))


RATE = "mature_sent, mature_accepted, accept_rate, already_connected"


def test_friends_shown_as_accepted_are_no_requests(workspace, report):
    assert campaign_row(workspace, ASKED_OR_NOT, f"sent, accepted, {RATE}") == (20, 4, 20, 4, 0.2, 20)
    # Nobody can tell the two who accepted at once from the friends, and the counts tell how many there are.
    assert campaign_row(workspace, ASKED_OR_NOT, "accept_rate")[0] == 0.2
    assert workspace.query(
        "select sent_to_date_low, sent_to_date_high, accepted_to_date_low, accepted_to_date_high "
        f"from marts.rpt_segment_performance where dimension = 'campaign' and segment = '{ASKED_OR_NOT}'"
    ) == [(20, 20, 4, 4)]
    assert workspace.query(
        "select count(*) from marts.heyreach_connections "
        f"where is_undecided and campaign_id = '{ASKED_OR_NOT}'"
    ) == [(22,)]
    lines = [line.split("|") for line in report.splitlines() if line.startswith("| asked-or-not")]
    assert lines[0][6].strip() == "20.0 % (8.1–41.6 %), 4 of 20"
    assert [lines[1][column].strip() for column in (2, 5, 9)] == ["40", "4", "20"]  # the last: connected


def test_by_source_the_truth_lies_between_bounds(workspace):
    """Of 22 who look alike two were asked: by source nobody knows, and no rate is made up."""
    found = workspace.query(
        """
        select
            segment, sent_to_date_low, sent_to_date_high,
            accepted_to_date_low, accepted_to_date_high, accept_rate
        from marts.rpt_segment_performance
        where dimension = 'source' and segment in ('event', 'webinar') order by segment
        """
    )
    assert found == [("event", 4, 6, 1, 3, None), ("webinar", 14, 16, 1, 3, None)]
    assert workspace.query(
        "select rate_withheld_because from marts.rpt_segment_performance "
        "where dimension = 'source' and segment = 'webinar'"
    ) == [("connected_before",)]


@pytest.mark.parametrize(("number", "friends"), [(ALL_FRIENDS, 28), (WRITTEN_TO, 12)])
def test_a_campaign_in_which_all_were_connected_has_no_request(workspace, number, friends):
    """Shown as accepted, and HeyReach counts nothing; or written to without a request."""
    columns = f"enrolled, sent, accepted, sent_to_date, accepted_to_date, {RATE}"
    assert campaign_row(workspace, number, columns) == (friends, 0, 0, 0, 0, 0, 0, None, friends)


def test_friends_leave_the_funnel_before_requests(workspace, report):
    stages = dict(workspace.query("select stage, lost_here from marts.rpt_funnel"))
    assert stages["eligible"] == (20 + 28 + 12) + (74 + 61)  # and who waits in a campaign that is deleted
    assert "| Eligible for a request |    802 |       195 |" in report
    assert topics(workspace)["connected_before"] == 60
    assert "60 leads were connections of their sender before a request could be made" in report
    assert "Of 22 leads that HeyReach first showed as accepted" in report


def test_counts_agree_with_heyreach_and_no_clock_is_accused(workspace, report):
    found = workspace.query(
        "select seen_in_statuses, counted_by_heyreach from marts.rpt_reconciliation where gap <> 0"
    )
    assert found == []
    assert not topics(workspace).keys() & {
        "reconciliation",
        "reconciliation_by_day",
        "clock",
        "status_gone_back",
    }
    assert "Requests by the leads' statuses, and by HeyReach's own counts | 779 and 779 |" in " ".join(
        report.split()
    )


def test_leads_moved_away_after_they_accepted_stay_accepted(workspace, report):
    assert campaign_row(workspace, MOVED, RATE) == (144, 54, 0.375, 0)
    rates = workspace.query(
        "select segment from marts.rpt_segment_performance where dimension = 'campaign' "
        "and mature_sent >= 100 order by accept_rate desc"
    )
    assert rates[:2] == [(str(BEST),), (str(MOVED),)]
    assert workspace.query("select mature_sent, mature_accepted from marts.rpt_summary") == [(521, 178)]
    assert "34.2 % (30.2–38.3 %), 178 of 521" in report


def test_nobody_is_blamed_for_rows_that_vanished(workspace):
    # What all have too few of, or too many, blames nobody.
    assert workspace.query("select segment from marts.rpt_bottlenecks where dimension <> 'all'") == []
    assert (
        workspace.query(
            "select dimension, segment from marts.rpt_segment_performance where verdict = 'lower'"
        )
        == []
    )


def test_what_vanished_open_is_out_of_sight_and_said(workspace, report):
    assert workspace.query(
        "select campaign_id, source, is_mature, count(*) from marts.heyreach_connections "
        "where is_out_of_sight group by all"
    ) == [(str(MOVED), "lost", False, 6)]
    assert topics(workspace)["requests_out_of_sight"] == 6
    assert "6 requests disappeared from HeyReach while they were open" in report


def test_requests_keep_the_list_and_the_source_they_went_out_with(workspace):
    found = workspace.query(
        f"select list_id, source, is_mature, count(*) from marts.heyreach_connections "
        f"where campaign_id = '{EXCHANGED}' group by all order by all"
    )
    assert found == [(str(BEFORE), "clay", True, 246), (str(AFTER), "apollo", False, 30)]


def test_what_is_learned_later_fills_and_replaces_nothing(workspace):
    found = workspace.query(
        f"select icp, source, count(*) from marts.heyreach_connections "
        f"where list_id = '{BEFORE}' group by all order by all"
    )
    assert found == [("finance", "clay", 10), ("platform", "clay", 236)]


def test_requests_keep_the_sender_who_sent_them(workspace):
    shown = f"campaign_id = '{HANDED_OVER}' and is_present"
    assert workspace.query(
        "select account_id, count(*) from staging.stg_heyreach__campaign_leads "
        f"where {shown} group by all order by 1"
    ) == [(str(MAREN), 68 + 23), (str(TEO), 64)]
    assert workspace.query(
        f"select account_id, count(*) from marts.heyreach_connections where {shown} and is_sent group by all"
    ) == [(str(MAREN), 132)]


def test_every_table_counts_the_same_requests_of_a_sender(workspace):
    connections, reconciled, segments = (
        dict(workspace.query(f"{sql} group by 1 order by 1"))
        for sql in (
            "select account_id, count(*) from marts.heyreach_connections where is_sent",
            "select account_id, sum(seen_in_statuses)::bigint from marts.rpt_reconciliation "
            "where event = 'sent'",
            "select segment, sum(sent_to_date)::bigint from marts.rpt_segment_performance "
            "where dimension = 'account'",
        )
    )
    assert connections[str(MAREN)] == 132
    assert connections == reconciled == segments


def test_leads_of_a_deleted_campaign_wait_for_nobody(workspace, report):
    counts = [
        workspace.query(sql)
        for sql in (
            "select count(*) from marts.heyreach_connections where is_waiting",
            "select queued from marts.rpt_summary",
            "select sum(queued)::bigint from marts.rpt_campaign_performance",
            "select sum(queued)::bigint from marts.rpt_account_performance",
            "select sum(queued_running)::bigint from marts.rpt_account_performance",
            "select lost_here from marts.rpt_funnel where stage = 'sent'",
        )
    ]
    assert counts == [[(23,)]] * 6
    assert "Blocked" not in report
    (mohamed,) = workspace.query(
        f"select sent_to_date, queued from marts.rpt_account_performance where account_id = '{MOHAMED}'"
    )
    assert mohamed == (30, 0)
    # Nobody looked any more when they would have been old enough, whatever became of them.
    assert campaign_row(workspace, DELETED, "sent, accepted, mature_sent, mature_accepted") == (30, 6, 0, 0)


@pytest.mark.parametrize(("number", "withdrawn_after"), [(NEVER_WITHDRAWN, None), (WITHDRAWN, 30)])
def test_old_requests_of_a_first_read_carry_a_true_status(workspace, world, number, withdrawn_after):
    """They are up to 60 days old when they are first seen, and only their age tells what they are."""

    def status(lead: Lead) -> str:
        age = (AS_OF - lead.asked_at).days
        if withdrawn_after and age >= withdrawn_after:
            return "expired"
        return "pending" if age >= 14 else "sent"

    expected = {str(lead.id): status(lead) for lead in world.people if lead.campaign_id == number}
    assert len(set(expected.values())) == (3 if withdrawn_after else 2)
    found = dict(
        workspace.query(
            f"select campaign_lead_id, status from marts.heyreach_connections where campaign_id = '{number}'"
        )
    )
    assert found == expected


def test_a_draft_without_a_sequence_stops_nothing(workspace):
    assert campaign_row(workspace, DRAFT, "enrolled, withdrawal_days") == (0, None)
    assert not topics(workspace).keys() & {"pull_incomplete", "additions_incomplete"}


def test_a_column_says_which_times_to_accept_a_quantile_may_use(workspace):
    """A plain median over accepted rows takes in fast ones of young weeks, before slow ones are there."""
    ((median, earliest, latest),) = workspace.query(
        "select "
        "(select median(time_to_accept_hours) from marts.heyreach_connections where is_in_time_to_accept), "
        "median_hours_earliest, median_hours_latest from marts.rpt_time_to_accept where dimension = 'all'"
    )
    assert earliest <= median <= latest
    assert workspace.query(
        "select count(*), count(*) filter (is_accepted and time_to_accept_hours_latest <= 720) "
        "from marts.heyreach_connections where is_in_time_to_accept"
    ) == workspace.query("select requests, accepted from marts.rpt_time_to_accept where dimension = 'all'")
    assert workspace.query(
        "select count(*) from marts.heyreach_connections where is_in_time_to_accept "
        f"and (sent_cohort_at + interval 32 day > as_of or campaign_id = '{DELETED}')"
    ) == [(0,)]
