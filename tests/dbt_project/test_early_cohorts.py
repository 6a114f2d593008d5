"""The alarm on acceptance from requests and pulls on: simulated senders, watched by pulls of any spacing."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy
import pytest

from tests.dbt_project.models import model_sql

MONDAY = date(2025, 1, 6)
PER_DAY = 18
NIGHT = 2.0  # hour of the first pull, so that a daily one comes at night
READ_TAKES = 0.3  # hours
RESOLUTION = 72  # dating_resolution_days, in hours
ALARM_MODELS = (
    "fnd_acceptance_times",
    "fnd_acceptance_incidence",
    "fnd_early_requests",
    "fnd_early_cohorts",
    "fnd_early_cohorts_expected",
    "fnd_acceptance_cusum",
)


@dataclass
class Requests:
    """Truth, one entry a request: its sender, when it was sent and accepted (hours; infinite for never)."""

    sender: numpy.ndarray
    sent: numpy.ndarray
    accepted: numpy.ndarray


def simulated(
    generator: numpy.random.Generator, rates: numpy.ndarray, days: int, drop: float = 1, since: int = 0
) -> Requests:
    """Business days of senders with these rates; every third sinks to `drop` of its rate on day `since`.

    Times to acceptance are the published ones: Weibull, shape 0.431, half within 19 hours.
    """
    weekdays = [day for day in range(days) if day % 7 < 5]
    sender = numpy.repeat(numpy.arange(len(rates)), len(weekdays) * PER_DAY)
    day = numpy.tile(numpy.repeat(weekdays, PER_DAY), len(rates))
    rate = numpy.where((sender % 3 == 0) & (day >= since), drop, 1) * rates[sender]
    sent = day * 24 + generator.uniform(8, 18, len(day))
    waits = 19 / numpy.log(2) ** (1 / 0.431) * generator.weibull(0.431, len(day))
    return Requests(sender, sent, numpy.where(generator.random(len(day)) < rate, sent + waits, numpy.inf))


def pulled_every(days: int, *spacings: float) -> numpy.ndarray:
    """Hours of pulls; several spacings take turns, six weeks each."""
    pulls = [NIGHT]
    while pulls[-1] < days * 24:
        pulls.append(pulls[-1] + spacings[int(pulls[-1] // 1008) % len(spacings)])
    return numpy.array(pulls)


def watched(requests: Requests, pulls: numpy.ndarray) -> duckdb.DuckDBPyConnection:
    """The tables the alarm stands on, with what these pulls can know."""
    first_seen = numpy.searchsorted(pulls, requests.sent)
    known = (first_seen > 0) & (first_seen < len(pulls))
    sender, first_seen = requests.sender[known], first_seen[known]
    answered = numpy.searchsorted(pulls, requests.accepted[known])
    is_accepted = answered < len(pulls)
    answered = numpy.where(is_accepted, answered, 1)
    database = duckdb.connect()
    database.execute("set TimeZone = 'UTC'")
    database.register("pulled", {"hour": pulls})
    database.register(
        "seen",
        {
            "sender": sender,
            "sent_after": pulls[first_seen - 1],
            "sent_before": pulls[first_seen] + READ_TAKES,
            "is_accepted": is_accepted,
            "accepted_after": numpy.maximum(pulls[answered - 1], pulls[first_seen - 1]),
            "accepted_before": pulls[answered] + READ_TAKES,
        },
    )

    def at(hour: str) -> str:
        return f"timestamptz '{MONDAY}' + to_microseconds(cast(({hour}) * 3600e6 as bigint))"

    database.execute(f"""
        create table stg_operations__run_parameters as
        select 33 as acceptance_drop_percent, 4 as acceptance_alarm_level, 30 as collecting_below,
            3 as early_window_days, 2 as detection_lag_days, {RESOLUTION // 24} as dating_resolution_days,
            30 as expiry_days, {at("max(hour)")} as as_of
        from pulled;
        create table stg_operations__acknowledgements
        (anomaly_id varchar, kind varchar, dimension varchar, segment varchar, since date, judged_until date);
        create table stg_heyreach__campaign_sequences (
            campaign_id varchar, withdrawal_days integer, is_never_withdrawn boolean
        );
        create table stg_operations__pulls as
        select 'pull' as resource, true as is_complete, {at(f"hour + {READ_TAKES}")} as finished_at
        from pulled;
        create table int_campaign_pulls_ordered as
        select 'one' as campaign_id, true as is_complete, {at("hour")} as started_at,
            {at(f"hour + {READ_TAKES}")} as finished_at
        from pulled;
        create table heyreach_connections as
        select
            row_number() over () as connection_id, 'one' as campaign_id, true as is_sent, is_accepted,
            'list ' || sender % 5 as list_id,
            lpad(cast(sender as varchar), 4, '0') as account_id,
            {at("sent_after")} as sent_cohort_earliest, {at("sent_before")} as sent_cohort_latest,
            case
                when sent_before - sent_after <= {RESOLUTION} then {at("(sent_after + sent_before) / 2")}
            end as sent_cohort_at,
            sent_cohort_at as connection_sent_at,
            sent_cohort_earliest as connection_sent_earliest, sent_cohort_latest as connection_sent_latest,
            case when is_accepted then {at("accepted_after")} end as connection_accepted_earliest,
            case when is_accepted then {at("accepted_before")} end as connection_accepted_latest,
            cast(null as timestamptz) as connection_accepted_at,
            (select {at(f"max(hour) + {READ_TAKES}")} from pulled) as last_seen_at
        from seen;
        alter table heyreach_connections add column followed_until timestamptz;
        alter table heyreach_connections add column is_in_time_to_accept boolean;
        update heyreach_connections set
            followed_until = last_seen_at,
            is_in_time_to_accept = sent_cohort_at + to_days(32) <= last_seen_at;
        create table fnd_connections_described as from heyreach_connections
    """)
    for model in ALARM_MODELS:
        database.execute(f"create table {model} as {model_sql(model)}")
    return database


def alarms(database: duckdb.DuckDBPyConnection) -> int:
    """Alarms of senders, at the level that is shipped."""
    rows = database.execute("""
        select segment, excursion from fnd_acceptance_cusum
        where dimension = 'account' group by segment, excursion having max(cusum) >= 4
    """)
    return len(rows.fetchall())


def unequal(generator: numpy.random.Generator, senders: int) -> numpy.ndarray:
    return 1 / (1 + numpy.exp(numpy.log(0.7 / 0.3) - generator.normal(0, 0.23, senders)))


@pytest.mark.parametrize("spacings", [(24,), (48,), (71,), (71, 8)], ids=str)
def test_alarms_come_as_rarely_and_drops_are_found_with_pulls_of_any_spacing(spacings):
    """A year without a drop: about the 0.8 alarms a sender that settings promise. Then one by half."""
    generator = numpy.random.default_rng(3)
    rates = unequal(generator, 30)
    quiet = watched(simulated(generator, rates, 364), pulled_every(364, *spacings))
    assert 6 <= alarms(quiet) <= 33
    sunk = watched(simulated(generator, rates[:15], 260, 1 / 2, since=203), pulled_every(260, *spacings))
    found = sunk.execute(
        """
        select min(sent_date) from fnd_acceptance_cusum
        where dimension = 'account' and cast(segment as integer) % 3 = 0 and cusum >= 4 and sent_date >= ?
        group by segment
        """,
        [MONDAY + timedelta(days=200)],
    ).fetchall()
    assert len(found) == 5
    assert max(found)[0] <= MONDAY + timedelta(days=203 + 25)


def test_a_sender_that_sinks_to_a_tenth_is_found_with_a_pull_every_other_day():
    """From 33 % to 4 %, on the 84th day; no more than five days of sending until it is known."""
    requests = simulated(numpy.random.default_rng(5), numpy.full(3, 0.33), 120, drop=0.12, since=84)
    database = watched(requests, pulled_every(120, 48))
    levels = database.execute("""
        select sent_date, cusum from fnd_acceptance_cusum
        where dimension = 'account' and segment = '0000' order by sent_date
    """).fetchall()
    fell, noticed = MONDAY + timedelta(days=84), MONDAY + timedelta(days=84 + 7)
    assert any(level >= 4 for day, level in levels if day <= noticed)
    assert not any(level >= 4 for day, level in levels if day < fell - timedelta(days=1))


def test_what_is_judged_is_the_truth_of_the_first_read_after_the_window_and_gaps_take_all_alike():
    generator = numpy.random.default_rng(7)
    requests = simulated(generator, unequal(generator, 8), 90)
    pulls = numpy.concatenate([[NIGHT], NIGHT + numpy.cumsum(generator.choice([8, 24, 60, 130], 60))])
    pulls = pulls[pulls < 90 * 24]
    database = watched(requests, pulls)
    first_seen = numpy.searchsorted(pulls, requests.sent)
    sent, accepted = 0, 0
    for request, seen in enumerate(first_seen):
        if not 0 < seen < len(pulls) or pulls[seen] + READ_TAKES - pulls[seen - 1] > RESOLUTION:
            continue
        cohort = (pulls[seen - 1] + pulls[seen] + READ_TAKES) / 2
        is_old = (cohort // 24 + 6) * 24 <= pulls[-1]
        read = numpy.searchsorted(pulls, cohort + 72)
        if is_old and read < len(pulls) and pulls[read] <= cohort + 72 + RESOLUTION:
            sent += 1
            accepted += requests.accepted[request] <= pulls[read]
    assert 1000 < sent < len(requests.sent) * 0.8
    assert database.execute("select sum(sent), sum(accepted) from fnd_early_cohorts").fetchone() == (
        sent,
        accepted,
    )


def test_a_later_read_finds_more_and_is_expected_to():
    """Six weeks of sparse pulls and six of frequent ones in turn: nearly one rate, unlike the plain one."""
    generator = numpy.random.default_rng(8)
    database = watched(simulated(generator, unequal(generator, 20), 364), pulled_every(364, 71, 8))
    plain, evened = database.execute(
        """
        with phases as (
            select (sent_date - ?) // 42 % 2 as phase,
                sum(accepted) / sum(sent) as plain, sum(accepted) / sum(exposure) as evened
            from fnd_early_cohorts group by phase
        )
        select max(plain) filter (where phase = 0) / max(plain) filter (where phase = 1),
            max(evened) filter (where phase = 0) / max(evened) filter (where phase = 1)
        from phases
        """,
        [MONDAY],
    ).fetchone()
    assert plain > 1.07
    assert evened == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize(("spacing", "is_blind"), [(24, False), (48, False), (71, False), (96, True)])
def test_the_alarm_says_from_which_spacing_of_pulls_on_it_is_blind(spacing, is_blind):
    generator = numpy.random.default_rng(9)
    requests = simulated(generator, unequal(generator, 4), 60)
    database = watched(requests, pulled_every(60, spacing))
    judged, hours, found = database.execute(
        f"select judged, hours_between_pulls, is_blind from ({model_sql('fnd_acceptance_alarm_reach')})"
    ).fetchone()
    assert (hours, found) == (spacing, is_blind)
    assert (judged == 0) == is_blind
