"""What is shown of three days while there is no accept rate, from requests made up for it."""

import duckdb
import pytest

from tests.dbt_project.models import model_sql

TABLES = """
    create table stg_operations__run_parameters as
    select timestamptz '2026-02-01 00:00:00+00' as as_of, 10 as hide_rate_below, 30 as collecting_below,
        3 as early_window_days;
    create table fnd_request_pace as select 10.0 as sent_per_business_day, true as is_known;
    create table fnd_acceptance_cusum (dimension varchar);
    create table fnd_segments_labeled as select 'source' as dimension, 'hr' as segment, 'HR' as segment_label;
    create table fnd_connections_described as
    select number as connection_id,
        case when number >= 119 then 'hr' when number >= 19 then 'clay' when number >= 9 then 'one' end
            as source,
        null::varchar as icp, 'a' as account_id
    from range(219) as numbers (number);
    create table fnd_early_requests as
    select connection_id, source = 'one' and connection_id < 13 or source = 'clay' and connection_id < 39
        or source = 'hr' and connection_id < 158 as is_accepted_early
    from fnd_connections_described
"""


def shown(mature: int, hours_between_pulls: float | None) -> list[tuple]:
    with duckdb.connect() as database:
        database.execute(TABLES)
        database.execute(
            "create table heyreach_connections as select true as is_sent, as_of as sent_cohort_at,"
            " true as is_mature, false as is_accepted from range(?), stg_operations__run_parameters",
            [mature],
        )
        database.execute(
            "create table fnd_acceptance_alarm_reach as select ?::double as hours_between_pulls,"
            " false as is_blind",
            [hours_between_pulls],
        )
        return database.execute(f"""
            select dimension, segment_label, provisional_rank, accepted_early, sent
            from ({model_sql("rpt_early_acceptance")}) order by dimension desc, provisional_rank
        """).fetchall()


def test_small_segments_are_first_or_last_by_no_chance():
    """Four of ten are no better a sign than 39 of a hundred; who has no source is in no row of sources."""
    assert shown(mature=9, hours_between_pulls=8) == [
        ("source", "HR", 1, 39, 100),
        ("source", "one", 2, 4, 10),
        ("source", "clay", 3, 20, 100),
        ("account", "a", 1, 63, 219),
    ]


@pytest.mark.parametrize(("mature", "hours"), [(10, 8), (0, 25), (0, None)])
def test_early_shares_are_ranked_only_while_nothing_is_old_enough_and_pulls_come_daily(mature, hours):
    assert shown(mature, hours) == []
