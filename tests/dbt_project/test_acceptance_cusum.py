"""The alarm on a sudden drop of acceptance, run as the models' own SQL on simulated senders."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy
import pytest

from tests.dbt_project.models import model_sql

START = date(2025, 1, 1)
EARLY_RATE = 0.24
PER_DAY = 18  # about ninety requests a week
RATIO = 0.67  # acceptance_drop_percent: 33


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("""
            create table stg_operations__run_parameters as
            select 33 as acceptance_drop_percent, 4 as acceptance_alarm_level, 30 as collecting_below
        """)
        connection.execute("""
            create table stg_operations__acknowledgements
            (anomaly_id varchar, kind varchar, dimension varchar, segment varchar,
             since date, judged_until date)
        """)
        yield connection


def put(database: duckdb.DuckDBPyConnection, table: str, accepted: numpy.ndarray, **columns: str) -> None:
    """A table of early cohorts: `accepted` by sender (row) and day (column), the same number sent each day.

    Twenty senders and more share five lists, unless `columns` say otherwise.
    """
    senders, days = accepted.shape
    simulated = {
        "sender": numpy.repeat(numpy.arange(senders), days),
        "day": numpy.tile(numpy.arange(days), senders),
        "accepted": accepted.ravel(),
    }
    columns = {"list_id": "'list ' || sender % 5"} | columns
    database.register("simulated", simulated)
    database.execute(f"""
        create or replace table {table} as
        select
            date '{START}' + cast(day as integer) as sent_date,
            lpad(cast(sender as varchar), 4, '0') as account_id,
            cast({PER_DAY} as bigint) as sent,
            accepted,
            cast({PER_DAY} as double) as exposure,
            {", ".join(f"{sql} as {name}" for name, sql in columns.items())}
        from simulated
    """)


def learned(database: duckdb.DuckDBPyConnection, accepted: numpy.ndarray, **columns: str) -> numpy.ndarray:
    """CUSUM by sender and day, with what is expected learned from the days before, as in the warehouse."""
    put(database, "fnd_early_cohorts", accepted, **columns)
    sql = model_sql("fnd_early_cohorts_expected")
    database.execute(f"create or replace table fnd_early_cohorts_expected as {sql}")
    return cusum(database)


def cusum(database: duckdb.DuckDBPyConnection, dimension: str = "account") -> numpy.ndarray:
    """CUSUM by sender (row) and day that was judged (column)."""
    database.execute(f"create or replace table fnd_acceptance_cusum as {model_sql('fnd_acceptance_cusum')}")
    rows = database.execute(
        "select segment, cusum from fnd_acceptance_cusum where dimension = ? order by segment, sent_date",
        [dimension],
    ).fetchnumpy()
    return numpy.asarray(rows["cusum"]).reshape(len(set(rows["segment"])), -1)


def recursion(accepted: numpy.ndarray, sent: float, rate: float) -> numpy.ndarray:
    found, level = [], numpy.zeros(len(accepted))
    for day in accepted.T:
        evidence = day * numpy.log(RATIO) + (sent - day) * numpy.log((1 - RATIO * rate) / (1 - rate))
        level = numpy.maximum(0, level + evidence)
        found.append(level)
    return numpy.array(found).T


def mean_run_length(levels: numpy.ndarray, threshold: float) -> float:
    """Mean days until the alarm, by maximum likelihood where some runs end before it comes."""
    alarmed = levels >= threshold
    lengths = numpy.where(alarmed.any(axis=1), alarmed.argmax(axis=1) + 1, levels.shape[1])
    return lengths.sum() / alarmed.any(axis=1).sum()


def alarms(levels: numpy.ndarray, threshold: float) -> int:
    """Excursions from 0 that reach the threshold, over all senders."""
    return sum(
        max(excursion) >= threshold
        for row in levels
        for excursion in numpy.split(row, numpy.flatnonzero(row == 0))
        if len(excursion)
    )


def test_the_closed_form_is_the_recursion(database):
    accepted = numpy.random.default_rng(1).binomial(PER_DAY, 0.20, (50, 300))
    put(database, "fnd_early_cohorts_expected", accepted, expected_rate=str(EARLY_RATE))
    assert cusum(database) == pytest.approx(recursion(accepted, PER_DAY, EARLY_RATE), abs=1e-12)


def test_all_senders_together_sum_up_their_evidence(database):
    accepted = numpy.random.default_rng(2).binomial(PER_DAY, 0.20, (6, 200))
    put(database, "fnd_early_cohorts_expected", accepted, expected_rate=str(EARLY_RATE))
    together = recursion(accepted.sum(axis=0, keepdims=True), 6 * PER_DAY, EARLY_RATE)
    assert cusum(database, "all") == pytest.approx(together, abs=1e-9)


@pytest.mark.parametrize(
    ("rate", "days", "run_lengths"),
    [
        # At 3, 4, 5 by a recursion over 4,000 runs; published: 124, 316, 1120 / 8, 11, 15 / 5, 6, 8.
        pytest.param(EARLY_RATE, 1500, (128, 381, 1031), id="no_drop"),
        pytest.param(EARLY_RATE * 2 / 3, 80, (8.7, 11.7, 14.5), id="drop_to_two_thirds"),
        pytest.param(EARLY_RATE / 2, 40, (4.9, 6.4, 7.8), id="drop_to_half"),
    ],
)
def test_alarms_come_as_rarely_and_as_soon_as_settings_say(database, rate, days, run_lengths):
    accepted = numpy.random.default_rng(5).binomial(PER_DAY, rate, (300, days))
    put(database, "fnd_early_cohorts_expected", accepted, expected_rate=str(EARLY_RATE))
    levels = cusum(database)
    found = [mean_run_length(levels, threshold) for threshold in (3, 4, 5)]
    assert found == pytest.approx(run_lengths, rel=0.2)


@pytest.fixture(scope="module")
def quiet_year() -> tuple[numpy.ndarray, numpy.ndarray]:
    """Rates, and acceptances by day, of a hundred unequal senders to whom nothing happens."""
    generator = numpy.random.default_rng(4)
    rates = 1 / (1 + numpy.exp(-(numpy.log(0.24 / 0.76) + generator.normal(0, 0.23, 100))))
    return rates, generator.binomial(PER_DAY, rates[:, None], (100, 262))


def test_a_year_without_a_drop_raises_no_more_alarms_than_configured(database, quiet_year):
    """Eighty are configured for a hundred senders at 4; what is expected is learned on the way."""
    levels = learned(database, quiet_year[1])
    assert levels.shape == (100, 259)
    assert 50 <= alarms(levels, 4) <= 110
    assert alarms(cusum(database, "all"), 4) <= 2


@pytest.mark.parametrize(("drop", "within"), [(2 / 3, 11), (1 / 2, 6)])
def test_planted_drops_are_found_as_soon_as_settings_say(database, quiet_year, drop, within):
    """A third of a hundred senders drop after 150 days; their mean delay is uncertain by an eighth."""
    rates, accepted = quiet_year
    accepted = accepted.copy()
    generator = numpy.random.default_rng(5)
    accepted[::3, 150:] = generator.binomial(PER_DAY, rates[::3, None] * drop, (34, 112))
    levels = learned(database, accepted)
    assert mean_run_length(levels[::3, 150 - 3 :], 4) <= within * 9 / 8


def test_a_drop_of_all_senders_is_found_together_before_it_is_found_in_each(database):
    """Six senders, 108 requests a day: three days on average where one sender takes eleven."""
    accepted = numpy.random.default_rng(8).binomial(PER_DAY, EARLY_RATE, (6, 160))
    accepted[:, 120:] = numpy.random.default_rng(9).binomial(PER_DAY, EARLY_RATE * 2 / 3, (6, 40))
    levels = learned(database, accepted, list_id="'one list'")
    together = cusum(database, "all")
    day = 120 - (160 - together.shape[1])
    assert together[0, :day].max() < 4
    each = mean_run_length(levels[:, 120 - (160 - levels.shape[1]) :], 4)
    assert mean_run_length(together[:, day:], 4) <= 6 < each


def test_a_change_of_lists_is_no_drop_of_the_sender(database):
    """Half of the senders move from lists at 36 % to lists at 12 %, which others have used all along."""
    generator = numpy.random.default_rng(6)
    rates = numpy.full((20, 160), 0.36)
    rates[5:10] = 0.12
    rates[10:, 100:] = 0.12
    accepted = generator.binomial(PER_DAY, rates)
    moving = (
        "'list ' || case when sender between 5 and 9 or (sender >= 10 and day >= 100) then 'b' else 'a' end"
    )
    levels = learned(database, accepted, list_id=moving)
    assert alarms(levels[10:, 100 - 4 :], 4) <= 2
    same_list_all_along = learned(database, accepted, list_id="'list a'")
    assert alarms(same_list_all_along[10:, 100 - 4 :], 4) == 10


def test_the_sum_starts_at_0_again_after_an_acknowledgement(database):
    accepted = numpy.random.default_rng(10).binomial(PER_DAY, EARLY_RATE / 2, (2, 60))
    put(database, "fnd_early_cohorts_expected", accepted, expected_rate=str(EARLY_RATE))
    database.execute(
        "insert into stg_operations__acknowledgements "
        "values ('a', 'acceptance_drop', 'account', '0001', ?, ?)",
        [START, START + timedelta(days=29)],
    )
    levels = cusum(database)
    assert levels[0] == pytest.approx(recursion(accepted, PER_DAY, EARLY_RATE)[0], abs=1e-9)
    assert levels[1, :30] == pytest.approx(recursion(accepted, PER_DAY, EARLY_RATE)[1, :30], abs=1e-9)
    assert levels[1, 30:] == pytest.approx(recursion(accepted[:, 30:], PER_DAY, EARLY_RATE)[1], abs=1e-9)


def test_a_sender_whose_drop_was_acknowledged_is_judged_by_what_it_sank_to(database):
    generator = numpy.random.default_rng(7)
    accepted = generator.binomial(PER_DAY, EARLY_RATE, (20, 200))
    accepted[0, 100:] = generator.binomial(PER_DAY, EARLY_RATE / 2, 100)
    levels = learned(database, accepted)
    first_day = START + timedelta(days=100)
    assert levels[0, 120] > 4
    database.execute(
        "insert into stg_operations__acknowledgements "
        "values ('a', 'acceptance_drop', 'account', '0000', ?, ?)",
        [first_day, first_day + timedelta(days=20)],
    )
    acknowledged = learned(database, accepted)
    assert acknowledged[0, : 121 - 3] == pytest.approx(levels[0, : 121 - 3])
    assert acknowledged[0, 121 - 3 :].max() < 4
    assert acknowledged[1:] == pytest.approx(levels[1:], abs=0.5)
