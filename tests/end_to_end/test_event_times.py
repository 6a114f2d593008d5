"""When things happened, against a server of known truth: sixty days, pulled four times a day and once."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy
import pytest

from extract import raw
from extract.sandbox.process import Sandbox, running_sandbox
from tests.conftest import Workspace
from tests.end_to_end.conftest import pull_at, workspace_on

pytestmark = pytest.mark.usefixtures("built_without_dbt")

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
DAYS = 60
END = START + timedelta(days=DAYS)
LEADS = 1000
# What a light pull leaves out says nothing about when a request was sent or accepted.
FOUR_A_DAY = {2: "full", 8: "light", 14: "light", 20: "light"}
ONCE_A_DAY = {2: "full"}
# No pull ended in that minute: it would be what is meant by it.
EARLIER = START + timedelta(days=40, hours=1)


def pull(sandbox: Sandbox, workspace: Workspace, timetable: dict[int, str]) -> None:
    """Pull by a timetable until the end, and load it all."""
    hours = (START + timedelta(hours=hour) for hour in range(DAYS * 24 + 1))
    pull_at(sandbox, workspace, [(hour, timetable[hour.hour]) for hour in hours if hour.hour in timetable])


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    with running_sandbox(
        seed=41, start=START - timedelta(hours=2), weeks=10, leads=LEADS, now=START
    ) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def truth(world: Sandbox) -> dict[str, dict[str, datetime | None]]:
    """Campaign lead -> when it was sent and accepted."""

    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    return {
        str(lead["campaign_lead_id"]): {event: moment(lead[f"{event}_at"]) for event in ("sent", "accepted")}
        for lead in world.truth(END)["leads"]
    }


def built(world: Sandbox, data_dir: Path, timetable: dict[int, str]) -> Workspace:
    workspace = workspace_on(world, data_dir)
    pull(world, workspace, timetable)
    outcome = workspace.run("build")
    assert outcome.exit_code == 0, outcome.errors
    return workspace


@pytest.fixture(scope="module")
def four_a_day(world: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return built(world, tmp_path_factory.mktemp("four"), FOUR_A_DAY)


@pytest.fixture(scope="module")
def once_a_day(world: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return built(world, tmp_path_factory.mktemp("once"), ONCE_A_DAY)


@pytest.fixture(scope="module", params=["four_a_day", "once_a_day"])
def workspace(request: pytest.FixtureRequest) -> Workspace:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("event", ["sent", "accepted"])
def test_every_true_time_lies_within_its_bounds(workspace, truth, event):
    known = workspace.query(
        f"select campaign_lead_id, connection_{event}_earliest, connection_{event}_latest "
        f"from marts.heyreach_connections where is_{event}"
    )
    happened = {lead for lead, times in truth.items() if times[event] and times[event] <= END}
    assert {lead for lead, _, _ in known} == happened
    assert len(happened) > 200
    outside = [
        lead
        for lead, earliest, latest in known
        if not (earliest is None or earliest <= truth[lead][event]) or truth[lead][event] > latest
    ]
    assert not outside


def test_every_true_time_lies_within_its_cohort_bounds(workspace, truth):
    """And within those of each piece of evidence alone."""
    known = workspace.query(
        "select campaign_lead_id, 'sent', sent_cohort_earliest, sent_cohort_latest "
        "from marts.heyreach_connections where is_sent "
        "union all select campaign_lead_id, event, earliest, latest from marts.heyreach_connection_events"
    )
    outside = [
        (lead, event)
        for lead, event, earliest, latest in known
        if (earliest and earliest > truth[lead][event]) or (latest and truth[lead][event] > latest)
    ]
    assert not outside


def test_counts_between_pulls_equal_the_providers(workspace):
    rows = workspace.query(
        "select event, sum(seen_in_statuses) = sum(counted_by_heyreach), sum(abs(gap)), "
        "sum(readings_apart), sum(days_compared) > 100, sum(days_apart) "
        "from marts.rpt_reconciliation group by event order by event"
    )
    assert rows == [("accepted", True, 0, 0, True, 0), ("sent", True, 0, 0, True, 0)]


def test_maturity_goes_by_the_sent_time_alone_and_every_answer_is_the_true_one(workspace, truth):
    """Nobody is left out for how it ended: all sent early enough are judged, and nobody else."""
    judged = dict(
        workspace.query(
            "select campaign_lead_id, is_accepted_in_window from marts.heyreach_connections where is_mature"
        )
    )
    finished, window, resolution = END - timedelta(days=16), timedelta(days=14), timedelta(days=1)
    old = {
        lead
        for lead, times in truth.items()
        if times["sent"] and START <= times["sent"] <= finished - resolution
    }
    assert len(old) > 300
    assert old <= set(judged)
    assert all(truth[lead]["sent"] <= finished for lead in judged)
    answers = {
        lead: truth[lead]["accepted"] is not None and truth[lead]["accepted"] <= truth[lead]["sent"] + window
        for lead in judged
    }
    # An acceptance within hours of the window's end may fall on either side of it.
    assert sum(judged[lead] != answer for lead, answer in answers.items()) <= 2


def test_what_is_expected_of_unfinished_weeks_is_what_they_came_to(world, workspace):
    """All of them together, within three standard errors of chance."""
    later = {str(lead["campaign_lead_id"]): lead for lead in world.truth(END + timedelta(days=40))["leads"]}
    weeks = workspace.query(
        "select sent_week, sent, expected_final_rate from marts.rpt_sent_weeks where mature_share < 1"
    )
    assert len(weeks) >= 2
    sent, expected = sum(sent for _, sent, _ in weeks), sum(sent * rate for _, sent, rate in weeks)
    unfinished = workspace.query(
        """
        select campaign_lead_id from marts.heyreach_connections
        where cast(date_trunc('week', timezone('UTC', sent_cohort_at)) as date) in (
            select sent_week from marts.rpt_sent_weeks where mature_share < 1
        )
        """
    )
    assert len(unfinished) == sent
    came_to = sum(later[lead]["accepted_at"] is not None for (lead,) in unfinished)
    assert abs(expected - came_to) <= 3 * (sent * (came_to / sent) * (1 - came_to / sent)) ** 0.5


def true_quantiles(workspace: Workspace, truth: dict) -> dict[str, float]:
    """Of the requests that count: hours to accept of those accepted within 30 days."""
    watched = workspace.query(
        "select campaign_lead_id from findings.fnd_acceptance_times where is_watched_30_days"
    )
    hours = [
        (truth[lead]["accepted"] - truth[lead]["sent"]).total_seconds() / 3600
        for (lead,) in watched
        if truth[lead]["accepted"]
    ]
    within = [each for each in hours if each <= 720]
    assert len(within) > 60
    shares = {"median": 0.5, "p75": 0.75, "p90": 0.9}
    return {name: numpy.quantile(within, share, method="inverted_cdf") for name, share in shares.items()}


QUANTILES = """
    select resolution_hours, withheld_because, median_hours, p75_hours, p90_hours
    from marts.rpt_time_to_accept where dimension = 'all'
"""


def test_four_pulls_a_day_give_the_time_to_accept_within_a_tenth(four_a_day, truth):
    expected = true_quantiles(four_a_day, truth)
    ((resolution, withheld, median, p75, p90),) = four_a_day.query(QUANTILES)
    assert median == pytest.approx(expected["median"], rel=0.1)
    assert p75 == pytest.approx(expected["p75"], rel=0.1)
    assert p90 == pytest.approx(expected["p90"], rel=0.1)
    assert withheld is None
    assert resolution <= 6.01


def test_one_pull_a_day_gives_what_is_coarser_than_it_and_withholds_the_rest(once_a_day, truth):
    expected = true_quantiles(once_a_day, truth)
    ((resolution, withheld, median, p75, p90),) = once_a_day.query(QUANTILES)
    assert (median, withheld) == (None, "resolution")
    assert p75 == pytest.approx(expected["p75"], rel=0.25)
    assert p90 == pytest.approx(expected["p90"], rel=0.25)
    assert 12 < resolution <= 24.01
    assert once_a_day.query(
        "select share_within_24h is null, share_within_7d is null from marts.rpt_time_to_accept "
        "where dimension = 'all'"
    ) == [(True, False)]


def test_the_truth_lies_between_the_bounds_of_every_quantile(workspace, truth):
    expected = true_quantiles(workspace, truth)
    for name, value in expected.items():
        ((earliest, latest),) = workspace.query(
            f"select {name}_hours_earliest, {name}_hours_latest from marts.rpt_time_to_accept "
            "where dimension = 'all'"
        )
        assert earliest <= value <= latest


def test_the_truth_lies_between_the_bounds_of_every_share(workspace, truth):
    watched = workspace.query(
        "select campaign_lead_id from findings.fnd_acceptance_times where is_watched_30_days"
    )
    for edge, hours in {"24h": 24, "48h": 48, "72h": 72, "7d": 168, "14d": 336, "30d": 720}.items():
        within = timedelta(hours=hours)
        accepted = sum(
            truth[lead]["accepted"] is not None and truth[lead]["accepted"] - truth[lead]["sent"] < within
            for (lead,) in watched
        )
        ((fewest, most),) = workspace.query(
            f"select share_within_{edge}_latest, share_within_{edge}_earliest "
            "from marts.rpt_time_to_accept where dimension = 'all'"
        )
        assert fewest - 1e-6 <= accepted / len(watched) <= most + 1e-6


def test_estimates_lie_between_their_bounds_in_every_segment(workspace):
    assert (
        workspace.query(
            """
        select dimension, segment from marts.rpt_time_to_accept
        where median_hours not between median_hours_earliest - 1e-6 and median_hours_latest + 1e-6
            or p75_hours not between p75_hours_earliest - 1e-6 and p75_hours_latest + 1e-6
            or p90_hours not between p90_hours_earliest - 1e-6 and p90_hours_latest + 1e-6
            or share_within_24h > share_within_48h or share_within_14d > share_within_30d
            or share_within_24h not between share_within_24h_latest and share_within_24h_earliest
            or share_within_7d not between share_within_7d_latest and share_within_7d_earliest
            or share_within_30d not between share_within_30d_latest and share_within_30d_earliest
        """
        )
        == []
    )


def test_the_report_says_which_resolution_it_had(once_a_day):
    outcome = once_a_day.run("report")
    report = outcome.reports[".md"].read_text(encoding="utf-8")
    ((resolution,),) = once_a_day.query(
        "select resolution_hours from marts.rpt_time_to_accept where dimension = 'all'"
    )
    assert f"known to within {resolution:.1f} h" in report


@pytest.fixture(scope="module")
def told(world, four_a_day, truth, tmp_path_factory) -> Workspace:
    """The same, and an hour later the webhook files of all that happened."""
    workspace = workspace_on(world, tmp_path_factory.mktemp("told") / "data")
    shutil.copytree(four_a_day.data_dir, workspace.data_dir)
    leads = workspace.query(
        "select campaign_lead_id, campaign_id, normalized_profile_url from marts.heyreach_connections "
        "where normalized_profile_url is not null"
    )
    folder = workspace.data_dir / "webhooks"
    folder.mkdir()
    with (folder / "events.jsonl").open("w", encoding="utf-8") as file:
        for lead, campaign, url in leads:
            for event, moment in truth[lead].items():
                if moment and moment <= END:
                    payload = {
                        "event_type": f"connection_request_{event}",
                        "timestamp": moment.isoformat().replace("+00:00", "Z"),
                        "campaign": {"id": int(campaign)},
                        "lead": {"id": lead, "profile_url": f"https://www.{url}/"},
                    }
                    file.write(json.dumps(payload) + "\n")
    world.set_clock(END + timedelta(hours=1))
    for step in ("extract", "build"):
        outcome = workspace.run(step)
        assert outcome.exit_code == 0, outcome.errors
    return workspace


# They name a run, or tell when this machine ran it, and not what was known of the world.
OF_RUNS = ("run_id", "reported_at", "created_at", "snapshot_id")


def tables(workspace: Workspace) -> dict[str, list[tuple]]:
    """Every row of every mart, but the record of runs."""
    names = workspace.query(
        "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    )
    columns = f"columns(lambda name: name not in {OF_RUNS})"
    return {
        name: sorted(workspace.query(f"select {columns} from marts.{name}"), key=repr)
        for (name,) in names
        if name != "pipeline_runs"
    }


def test_an_earlier_as_of_gives_what_was_known_then(world, told, tmp_path):
    """The log up to then, and the whole log looked at from then: the same warehouse, row by row.

    Webhooks that came later tell of what had happened by then, and nobody knew.
    """
    then = workspace_on(world, tmp_path / "then")
    now = workspace_on(world, tmp_path / "now")
    for copy in (then, now):
        copy.data_dir.mkdir()
        shutil.copyfile(told.data_dir / "raw.duckdb", copy.data_dir / "raw.duckdb")
    with raw.connect(then.data_dir / "raw.duckdb", read_only=False) as connection:
        connection.execute("delete from heyreach.pulls where finished_at > ?", [EARLIER])
        for table in (*raw.OBSERVATIONS, "webhook_events"):
            connection.execute(f"delete from heyreach.{table} where observed_at > ?", [EARLIER])
    for copy in (then, now):
        outcome = copy.run("build", OUTBOUND_AS_OF=EARLIER.isoformat())
        assert outcome.exit_code == 0, outcome.errors
    assert tables(then) == tables(now)
    assert then.query("select max(as_of) from marts.heyreach_connections") == [(EARLIER,)]


def test_webhook_files_make_times_exact(told, truth):
    expected = true_quantiles(told, truth)
    ((median, p75, resolution),) = told.query(
        "select median_hours, p75_hours, resolution_hours "
        "from marts.rpt_time_to_accept where dimension = 'all'"
    )
    assert (median, p75) == (
        pytest.approx(expected["median"], abs=0.01),
        pytest.approx(expected["p75"], abs=0.01),
    )
    assert resolution < 0.001
    for event in ("sent", "accepted"):
        times = told.query(
            f"select campaign_lead_id, connection_{event}_at, connection_{event}_method "
            f"from marts.heyreach_connections where is_{event} and normalized_profile_url is not null"
        )
        assert {method for _, _, method in times} == {"webhook"}
        assert {lead: at for lead, at, _ in times} == {lead: truth[lead][event] for lead, _, _ in times}
