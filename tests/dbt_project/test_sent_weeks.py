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


def test_a_week_is_usable_when_all_of_it_is_old_enough_and_undated_requests_are_told_apart():
    """Grouped by the week of sending, the undated ones would be a week at 97 %."""
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute("""
            create table stg_heyreach__run_parameters as
            select timestamptz '2026-02-01 00:00:00+00' as as_of, 14 as acceptance_window_days,
                2 as detection_lag_days, 10 as hide_rate_below;
            create table heyreach_connections
            (sent_cohort_at timestamptz, sent_cohort_earliest timestamptz, sent_cohort_latest timestamptz,
             is_sent boolean, is_accepted boolean, is_mature boolean, is_accepted_in_window boolean);
            create table int_acceptance_times (sent_cohort_at timestamptz, outcome integer, hours double);
            create table int_acceptance_incidence
            (hours double, share_accepted double, share_withdrawn double)
        """)
        for at, earliest, latest, requests, accepted in REQUESTS:
            database.execute(
                """
                insert into heyreach_connections
                select $1, $2, $3, true, number < $5, $1 is not null and $1 < '2026-01-16',
                    $1 is not null and $1 < '2026-01-16' and number < $5
                from range(cast($4 as bigint)) as numbers (number)
                """,
                [at, earliest, latest, requests, accepted],
            )
        database.execute("""
            insert into int_acceptance_times
            select sent_cohort_at, cast(is_accepted as integer), 24 from heyreach_connections
            where sent_cohort_at is not null
        """)
        rows = database.execute(f"""
            select sent_week, sent, accepted_to_date, sent_undated, is_usable_in_rate, accept_rate
            from ({model_sql("rpt_sent_weeks")}) order by sent_week
        """).fetchall()
    assert rows == [
        (date(2026, 1, 5), 20, 5, 39, True, 0.25),
        (date(2026, 1, 12), 20, 5, 36, False, 0.25),
        (date(2026, 1, 19), 4, 1, 0, False, None),
    ]
