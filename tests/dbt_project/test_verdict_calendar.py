"""What will be known when: the calendar's dates, against workspaces that go on at their pace."""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from math import sqrt

import duckdb
import numpy
import pytest

from tests.dbt_project.models import model_sql

AS_OF = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, after the nightly pull
WINDOW, LAG, RATE = 14, 2, 0.21
Request = tuple[date, int]  # the night on which it was first seen as sent, and its source


def sending(
    per_day: list[int], first: date, last: date, generator: numpy.random.Generator | None = None
) -> list[Request]:
    """So many requests of each source on every business day from `first` to before `last`, seen at night.

    With a generator they are what is sent on average.
    """
    found = []
    for offset in range((last - first).days):
        day = first + timedelta(days=offset)
        if day.weekday() < 5:
            sent = per_day if generator is None else generator.poisson(per_day)
            for source, requests in enumerate(sent):
                found += [(day + timedelta(days=1), source)] * int(requests)
    return found


def calendar(
    requests: list[Request], undated: int = 0, counted: dict[date, int] | None = None, **changes: object
) -> dict[str, dict[str, object]]:
    """rpt_verdict_calendar by question, where each source has a list and a sender of its own."""
    given = {"hours_between_pulls": 8.0, "is_blind": False, "has_cusum": False} | changes
    rows = [(seen, source) for seen, source in requests]
    rows += [(None, 0)] * undated
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute(
            """
            create table stg_operations__run_parameters as
            select cast(? as timestamptz) as as_of, 14 as acceptance_window_days, 2 as detection_lag_days,
                10 as hide_rate_below, 30 as collecting_below, 3 as early_window_days
            """,
            [AS_OF],
        )
        database.execute("create table requests (seen date, source integer)")
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            database.execute("insert into requests select unnest($1::date[]), unnest($2::integer[])", columns)
        database.execute(f"""
            create table heyreach_connections as
            select
                true as is_sent,
                row_number() over () % 5 = 0 as is_accepted,
                'source ' || source as source, 'icp' as icp,
                'account ' || source as account_id, 'list ' || source as list_id,
                'campaign ' || source as campaign_id, 'real_personal' as account_type,
                cast(coalesce(seen, date '{AS_OF:%Y-%m-%d}') + interval 2 hour as timestamptz)
                    as sent_cohort_latest,
                case when seen is not null then sent_cohort_latest - interval 12 hour end as sent_cohort_at,
                seen is not null
                and sent_cohort_latest + interval {WINDOW + LAG} day <= timestamptz '{AS_OF}' as is_mature
            from requests;
            create table fnd_connections_described as from heyreach_connections;
            create table heyreach_account_days (account_id varchar, activity_date date, sent bigint);
            create table fnd_segments_labeled (dimension varchar, segment varchar, segment_label varchar);
            create table fnd_acceptance_cusum as
            select 'account' as dimension where {given["has_cusum"]};
            create table fnd_acceptance_alarm_reach as
            select {given["hours_between_pulls"]} as hours_between_pulls, {given["is_blind"]} as is_blind
        """)
        for day, sent in (counted or {}).items():
            database.execute("insert into heyreach_account_days values ('account 0', ?, ?)", [day, sent])
        for model in ("fnd_request_pace", "fnd_sent_forecast"):
            database.execute(f"create table {model} as {model_sql(model)}")
        answer = database.execute(model_sql("rpt_verdict_calendar"))
        names = [column[0] for column in answer.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in answer.fetchall()}


def first_night(requests: list[Request], age: int, is_enough) -> date:
    """The first nightly pull by which `is_enough` of the sources of all requests that are `age` days old."""
    nights = sorted(requests)
    sources = [source for _, source in nights]
    night = AS_OF.date()
    while not is_enough(sources[: bisect_left(nights, (night - timedelta(days=age - 1),))]):
        night += timedelta(days=1)
    return night


def is_a_verdict(sources: list[int]) -> bool:
    """Whether of one source and of all others so many are mature that half the rate would be found."""
    for source in set(sources):
        segment, rest = sources.count(source), len(sources) - sources.count(source)
        if min(segment, rest) >= 30:
            found = 2.8016 * sqrt(RATE * (1 - RATE) * (1 / segment + 1 / rest))
            if found <= RATE / 2:
                return True
    return False


def truths(world: list[Request]) -> dict[str, date]:
    """On which night each question can be answered."""
    return {
        "accept_rate": first_night(world, WINDOW + LAG, lambda sources: len(sources) >= 10),
        "verdict_source": first_night(world, WINDOW + LAG, is_a_verdict),
        # With a pull every 8 h thirty acceptances are needed to a median.
        "time_to_accept": first_night(world, 30 + LAG, lambda sources: RATE * len(sources) >= 29.5),
        # The list first, then the sender: each source has its own.
        "acceptance_alarm": first_night(
            world, 3 + LAG, lambda sources: max(map(sources.count, set(sources)), default=0) >= 60
        ),
    }


@pytest.mark.parametrize("days_so_far", [3, 12])
@pytest.mark.parametrize(
    "per_day",
    [[6, 4, 2], [30, 18, 12], [10, 2], [51, 9], [2] * 10, [6] * 10],
    ids=lambda per_day: str(per_day[:3]),
)
def test_dates_are_right_within_days_when_requests_go_on(per_day, days_so_far):
    today = AS_OF.date()
    so_far = sending(per_day, today - timedelta(days=days_so_far), today)
    world = so_far + sending(per_day, today, today + timedelta(days=400))
    foretold = calendar(so_far)
    for question, truth in truths(world).items():
        assert foretold[question]["reason_unknown"] is None
        assert abs((foretold[question]["known_on"] - truth).days) <= 3, question
    assert foretold["accept_rate"]["sent_waiting_to_mature"] == len(so_far)
    assert foretold["verdict_icp"]["reason_unknown"] == "nothing_to_compare"
    assert foretold["verdict_account_type"]["reason_unknown"] == "nothing_to_compare"


@pytest.mark.parametrize("seed", range(3))
def test_dates_are_right_within_a_fifth_where_requests_vary(seed):
    """As many as chance makes of sixty a day, in two weeks that are known and ever after."""
    generator, today = numpy.random.default_rng(seed), AS_OF.date()
    so_far = sending([30, 18, 12], today - timedelta(days=12), today, generator)
    world = so_far + sending([30, 18, 12], today, today + timedelta(days=200), generator)
    foretold = calendar(so_far)
    for question, truth in truths(world).items():
        found = foretold[question]["known_on"]
        assert abs((found - truth).days) <= 2 + 0.2 * (truth - today).days, question


def test_what_is_known_has_no_date():
    today = AS_OF.date()
    answers = calendar(sending([30, 30], today - timedelta(days=90), today), has_cusum=True)
    assert {name for name, answer in answers.items() if answer["is_known"]} == {
        *("accept_rate", "verdict_source", "verdict_account", "verdict_list", "verdict_campaign"),
        *("time_to_accept", "acceptance_alarm"),
    }
    assert answers["verdict_source"]["known_on"] is None


def test_an_empty_workspace_and_one_that_stopped_have_no_dates():
    assert {answer["reason_unknown"] for answer in calendar([]).values()} == {"nothing_sent"}
    stopped = calendar([(date(2026, 2, 14), 0)] * 5, counted={date(2026, 2, 13): 5})
    assert stopped["accept_rate"]["reason_unknown"] == "nothing_sent_lately"


def test_enough_that_is_under_way_needs_no_pace():
    answer = calendar([(date(2026, 2, 15), 0)] * 12)["accept_rate"]
    assert answer["known_on"] == date(2026, 3, 4)
    assert "even if nothing more is sent" in answer["message"]


def test_a_first_pull_that_is_late_goes_by_heyreachs_counts_where_it_has_them():
    weekdays = {date(2026, 2, 16) + timedelta(days=n): 12 for n in range(14) if n % 7 < 5}
    assert calendar([], undated=400)["accept_rate"]["reason_unknown"] == "pace_unknown"
    answer = calendar([], undated=400, counted=weekdays)["accept_rate"]
    assert (answer["pace_per_week"], answer["has_mature"]) == (60, 0)
    assert answer["known_on"] == date(2026, 3, 2) + timedelta(days=WINDOW + LAG + 1)


def test_pulls_that_are_too_rare_are_named():
    today = AS_OF.date()
    requests = sending([10, 10], today - timedelta(days=10), today)
    answers = calendar(requests, hours_between_pulls=24.0, is_blind=True)
    assert answers["time_to_accept"]["reason_unknown"] == "pulls_too_rare"
    assert answers["acceptance_alarm"]["reason_unknown"] == "pulls_too_rare"
    assert answers["verdict_source"]["reason_unknown"] is None
