"""Drops of volume, run as the model's own SQL on simulated senders."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy
import pytest

from tests.dbt_project.models import model_sql

MONDAY = date(2025, 1, 6)
DAYS = 52 * 7


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "create table stg_operations__run_parameters as "
            "select 50 as volume_drop_percent, ?::timestamptz as as_of",
            [f"{MONDAY + timedelta(days=DAYS)} 06:00:00+00"],
        )
        yield connection


def low_spells(database: duckdb.DuckDBPyConnection, sent: numpy.ndarray) -> list[tuple]:
    """(dimension, segment, days since the first Monday) of the beginning of every low spell."""
    senders, days = sent.shape
    simulated = {
        "sender": numpy.repeat(numpy.arange(senders), days),
        "day": numpy.tile(numpy.arange(days), senders),
        "sent": sent.ravel(),
    }
    database.register("simulated", simulated)
    database.execute(f"""
        create or replace table heyreach_account_days as
        select cast(sender as varchar) as account_id, date '{MONDAY}' + cast(day as integer) as activity_date,
            if(sent < 0, null, sent) as sent, day % 7 < 5 as is_business_day
        from simulated
    """)
    return database.execute(f"""
        select dimension, segment, min(activity_date) filter (where is_low) - date '{MONDAY}'
        from ({model_sql("fnd_volume_days")})
        group by dimension, segment, spell
        having bool_or(is_low)
        order by all
    """).fetchall()


def usual(senders: int, per_day: float, seed: int = 1) -> numpy.ndarray:
    """Requests that scatter by chance alone, more than limits let them; none on weekends."""
    sent = numpy.random.default_rng(seed).poisson(per_day, (senders, DAYS))
    sent[:, numpy.arange(DAYS) % 7 >= 5] = 0
    return sent


@pytest.mark.parametrize(("per_day", "alarms_a_year"), [(2, 0.15), (5, 0.15), (10, 0.04), (18, 0)])
def test_a_year_without_a_drop_raises_hardly_an_alarm(database, per_day, alarms_a_year):
    senders = 300
    assert len(low_spells(database, usual(senders, per_day))) <= senders * alarms_a_year


def test_a_drop_is_found_within_a_week_for_the_sender_and_not_for_all(database):
    sent = usual(4, 18)
    sent[0, 210:] //= 4  # a Monday
    assert low_spells(database, sent) == [("account", "0", 213)]


def test_weekends_few_requests_and_days_without_a_count_are_no_drop(database):
    sent = usual(2, 18)
    sent[0] = numpy.arange(DAYS) % 7 == 0  # one a week: too few to say anything of
    sent[0, 210:] = 0
    sent[1] = -1  # HeyReach gave no counts
    assert low_spells(database, sent) == []
