"""The figures of the first page: counted alike for the period, for the one before, and for weeks."""

import duckdb
import pytest

from tests.dbt_project.models import model_sql

# February so far, up to the 15th at noon, against the 28 days before.
TABLES = """
    set TimeZone = 'UTC';
    create table stg_operations__run_parameters as
    select timestamptz '2026-02-01 00:00:00+00' as since, timestamptz '2026-03-01 00:00:00+00' as until,
        cast(null as timestamptz) as against_since, cast(null as timestamptz) as against_until,
        timestamptz '2026-02-15 12:00:00+00' as as_of, 30 as collecting_below, 10 as hide_rate_below,
        14 as acceptance_window_days, 2 as detection_lag_days;
    create table int_first_pulls as select timestamptz '2025-12-31 00:00:00+00' as watched_from;
    create table int_connections_dated (
        sent_cohort_at timestamptz, undecided_group varchar, is_sent boolean, is_undecided boolean,
        is_mature boolean, is_within_window boolean
    );
    create table int_connections_asked (
        undecided_group varchar, is_undecided boolean, group_rows bigint, group_asked_at_least bigint,
        group_asked_at_most bigint
    );
    create table heyreach_leads as
    select true as is_valid_profile_url, cast(day as timestamptz) as imported_at
    from (values ('2026-01-10'), ('2026-01-20'), ('2026-02-10')) as days (day);
    create table heyreach_connections (
        is_sent boolean, sent_cohort_at timestamptz, sent_cohort_earliest timestamptz,
        sent_cohort_latest timestamptz, is_mature boolean, is_accepted boolean, is_accepted_in_window boolean,
        is_surely_accepted_in_window boolean, is_possibly_accepted_in_window boolean,
        connection_accepted_at timestamptz, connection_accepted_earliest timestamptz,
        connection_accepted_latest timestamptz
    );
    insert into heyreach_connections
    select true, cast(day as timestamptz), cast(day as timestamptz), cast(day as timestamptz), is_mature,
        accepted, accepted, accepted, accepted,
        cast(accepted_on as timestamptz), cast(accepted_on as timestamptz), cast(accepted_on as timestamptz)
    from (
        values ('2026-01-05', true, 12, true, '2026-01-20'), ('2026-01-12', true, 28, false, null),
            ('2026-01-28', true, 20, true, '2026-02-02'), ('2026-02-03', false, 8, false, null)
    ) as requests (day, is_mature, number, accepted, accepted_on)
    cross join range(number);
    -- Without an estimate, within January by both its bounds; and perhaps of February.
    insert into heyreach_connections
        (is_sent, sent_cohort_earliest, sent_cohort_latest, is_mature, is_accepted)
    values (true, '2026-01-06 00:00:00+00', '2026-01-09 00:00:00+00', false, false),
        (true, '2026-01-14 00:00:00+00', '2026-02-02 00:00:00+00', false, false)
"""


@pytest.fixture
def database():
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def spans(database, columns: str) -> list[tuple]:
    return database.execute(
        f"select span, strftime(since, '%m-%d'), {columns} from ({model_sql('rpt_headline')}) "
        "order by span, since"
    ).fetchall()


def test_counts_end_where_both_have_lasted_as_long_and_rates_do_not(database):
    before, period, *_ = spans(
        database, "counted_until::text, leads_imported, sent, accepted, mature_sent, accept_rate"
    )
    # Fourteen and a half days: the import and the acceptances of the 20th don't count, the rate is of all.
    assert before == ("before", "01-04", "2026-01-18 12:00:00+00", 1, 41, 0, 60, 32 / 60)
    assert period == ("period", "02-01", "2026-02-15 12:00:00+00", 1, 8, 20, 0, None)


def test_weeks_are_whole_and_were_watched(database):
    weeks = [row for row in spans(database, "until::date::text, sent, accept_rate") if row[0] == "week"]
    assert [row[1:] for row in weeks] == [
        ("01-05", "2026-01-12", 13, 1.0),
        ("01-12", "2026-01-19", 28, 0.0),
        ("01-19", "2026-01-26", 0, None),
        ("01-26", "2026-02-02", 20, 1.0),
        ("02-02", "2026-02-09", 8, None),
    ]


def test_what_nobody_watched_is_not_compared(database):
    database.execute("update int_first_pulls set watched_from = '2026-01-05 00:00:00+00'")
    [before] = [
        row for row in spans(database, "not_compared_because, sent, accept_rate") if row[0] == "before"
    ]
    assert before[2:] == ("before_first_pull", None, None)


def test_another_period_than_the_one_before_can_be_chosen(database):
    database.execute(
        "update stg_operations__run_parameters set against_since = '2026-01-05 00:00:00+00', "
        "against_until = '2026-01-13 00:00:00+00'"
    )
    before, period, *_ = spans(database, "counted_until::date::text, sent, accept_rate")
    assert before == ("before", "01-05", "2026-01-13", 41, 12 / 40)
    assert period[2:4] == ("2026-02-09", 8)
