"""Weeks of sending: which of them hold a rate, and where undated requests may belong."""

from datetime import date

import duckdb

from tests.dbt_project.models import model_sql

# sent_cohort_at, earliest, latest, how many, how many of them accepted
REQUESTS = [
    ("2026-01-06", "2026-01-06", "2026-01-06", 20, 5),
    ("2026-01-13", "2026-01-13", "2026-01-13", 20, 5),
    ("2026-01-20", "2026-01-20", "2026-01-20", 4, 1),
    (None, "2026-01-07", "2026-01-14", 36, 35),
    (None, None, "2026-01-07", 3, 3),
]
FIRST_WEEK, SECOND_WEEK, THIRD_WEEK = date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)


def weeks(*columns: str, undecided: tuple[tuple[str, bool], ...] = ()) -> list[tuple]:
    """The weeks of REQUESTS; `undecided` are leads of whom one was asked: when, and whether it counts."""
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute("""
            create table stg_operations__run_parameters as
            select timestamptz '2026-02-01 00:00:00+00' as as_of, 14 as acceptance_window_days,
                2 as detection_lag_days, 10 as hide_rate_below;
            create table heyreach_connections
            (sent_cohort_at timestamptz, sent_cohort_earliest timestamptz, sent_cohort_latest timestamptz,
             is_sent boolean, is_accepted boolean, is_mature boolean, is_accepted_in_window boolean,
             is_surely_accepted_in_window boolean, is_possibly_accepted_in_window boolean);
            create table fnd_acceptance_times (sent_cohort_at timestamptz, outcome integer, hours double);
            create table fnd_acceptance_incidence
            (hours double, share_accepted double, share_withdrawn double);
            create table int_connections_dated
            (sent_cohort_at timestamptz, undecided_group varchar, is_sent boolean, is_undecided boolean,
             is_mature boolean, is_within_window boolean);
            create table int_connections_asked
            (undecided_group varchar, is_undecided boolean, group_rows bigint, group_asked_at_least bigint,
             group_asked_at_most bigint)
        """)
        for at, earliest, latest, requests, accepted in REQUESTS:
            database.execute(
                """
                insert into heyreach_connections
                select $1, $2, $3, true, number < $5, is_mature, in_window, in_window, in_window
                from range(cast($4 as bigint)) as numbers (number)
                cross join lateral (select coalesce($1 < '2026-01-16', false) as is_mature) as ages
                cross join lateral (select is_mature and number < $5 as in_window) as outcomes
                """,
                [at, earliest, latest, requests, accepted],
            )
        for at, counts in undecided:
            database.execute(
                "insert into int_connections_dated values ($1, 'g', $2, true, true, true)", [at, counts]
            )
            database.execute(
                "insert into int_connections_asked values ('g', true, $1, 1, 1)", [len(undecided)]
            )
        database.execute("""
            insert into fnd_acceptance_times
            select sent_cohort_at, cast(is_accepted as integer), 24 from heyreach_connections
            where sent_cohort_at is not null
        """)
        sql = model_sql("rpt_sent_weeks")
        return database.execute(
            f"select sent_week, {', '.join(columns)} from ({sql}) order by sent_week"
        ).fetchall()


def test_a_week_is_usable_when_all_of_it_is_old_enough_and_undated_requests_are_told_apart():
    """Grouped by the week of sending, the undated ones would be a week at 97 %."""
    assert weeks("sent", "accepted_to_date", "sent_undated", "is_usable_in_rate", "accept_rate") == [
        (FIRST_WEEK, 20, 5, 39, True, 0.25),
        (SECOND_WEEK, 20, 5, 36, False, 0.25),
        (THIRD_WEEK, 4, 1, 0, False, None),
    ]


def test_the_rate_of_a_week_is_withheld_where_it_depends_on_who_was_asked():
    """One of two was asked: in one week it is known which week that was, in two it isn't."""
    columns = (
        "accept_rate", "accept_rate_low", "accept_rate_high", "rate_withheld_because", "is_usable_in_rate"
    )  # fmt: skip
    in_one_week = (("2026-01-06", True), ("2026-01-06", False))
    assert weeks(*columns, undecided=in_one_week)[0] == (FIRST_WEEK, 0.25, 0.25, 0.25, None, True)
    in_two_weeks = (("2026-01-06", True), ("2026-01-13", False))
    assert weeks(*columns, undecided=in_two_weeks)[:2] == [
        (FIRST_WEEK, None, 4 / 19, 0.25, "connected_before", False),
        (SECOND_WEEK, None, 0.25, 6 / 21, "connected_before", False),
    ]
