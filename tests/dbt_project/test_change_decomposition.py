"""Where the change of accepted requests since the previous period comes from."""

import duckdb
import pytest

from tests.dbt_project.models import model_sql

# Accepted of sent went from 140/400, 60/300, 70/200, 20/100 to 100/300, 115/600, 60/200, 11/50 by source. Of
# this period the last nine days are too young, and the last two rows lie in the last nine of either period.
TABLES = """
    set TimeZone = 'UTC';
    create table stg_operations__run_parameters as
    select timestamptz '2026-02-01 00:00:00+00' as since, timestamptz '2026-03-01 00:00:00+00' as until,
        timestamptz '2026-03-08 06:00:00+00' as as_of, 30 as collecting_below,
        cast(null as timestamptz) as against_since, cast(null as timestamptz) as against_until,
        14 as acceptance_window_days, 2 as detection_lag_days;
    create table int_first_pulls (watched_from timestamptz);
    create table int_connections_dated (
        campaign_id varchar, campaign_lead_id varchar, sent_cohort_at timestamptz, undecided_group varchar,
        is_sent boolean, is_undecided boolean, is_mature boolean, is_within_window boolean
    );
    create table int_connections_asked (
        undecided_group varchar, is_undecided boolean, group_rows bigint, group_asked_at_least bigint,
        group_asked_at_most bigint
    );
    create table heyreach_leads as
    select true as is_valid_profile_url, timestamptz '2026-01-05 00:00:00+00' as imported_at from range(2000)
    union all
    select true, timestamptz '2026-02-03 00:00:00+00' from range(2600);
    create table heyreach_connections as
    select '41001' as campaign_id, source || number as campaign_lead_id, source, 'one' as account_id,
        cast(day as timestamptz) as sent_cohort_at, sent_cohort_at as created_at, true as is_mature,
        number <= accepted as is_accepted_in_window
    from (
        values ('clay', '2026-01-05', 400, 140), ('zoominfo', '2026-01-05', 300, 60),
            ('hr', '2026-01-05', 200, 70), ('manual', '2026-01-05', 100, 20),
            ('clay', '2026-02-05', 300, 100), ('zoominfo', '2026-02-05', 600, 115),
            ('hr', '2026-02-05', 200, 60), ('manual', '2026-02-05', 50, 11),
            ('clay', '2026-01-29', 500, 400), ('clay', '2026-02-25', 7, 7)
    ) as cells (source, day, sent, accepted)
    cross join generate_series(1, 600) as numbers (number)
    where number <= sent
"""


def decomposed(columns: str, *, first_pull: str) -> dict[tuple[str, str], tuple]:
    """Columns of each breakdown and part."""
    with duckdb.connect() as database:
        database.execute(TABLES)
        pulled_at = f"{first_pull} 00:00:00+00"
        database.execute("insert into int_first_pulls values (?)", [pulled_at])
        rows = database.execute(
            f"select breakdown, part, {columns} from ({model_sql('rpt_change_decomposition')})"
        ).fetchall()
    return {tuple(row[:2]): row[2:] for row in rows}


def test_a_change_is_split_into_volume_mix_and_rate_and_into_stages():
    """The total barely moved, -4; volume brought 40.39, mix cost 26.29 and the rate 18.10."""
    found = decomposed("count_before, count_now, verdict, contribution", first_pull="2026-01-01")
    assert {key: row[:3] for key, row in found.items()} == {
        ("source", "volume"): (1000, 1150, "background"),
        ("source", "mix"): (None, None, "background"),
        ("source", "rate"): (290, 286, "no_evidence"),
        ("account", "volume"): (1000, 1150, "background"),
        ("account", "mix"): (None, None, "background"),
        ("account", "rate"): (290, 286, "lower"),
        ("stage", "imported"): (2000, 2600, "background"),
        ("stage", "enrolled"): (1000, 1150, "background"),
        ("stage", "sent"): (1000, 1150, "background"),
        ("stage", "accepted"): (290, 286, "background"),
    }
    assert {key: row[3] for key, row in found.items()} == pytest.approx(
        {
            ("source", "volume"): 40.386050725,
            ("source", "mix"): -26.286594203,
            ("source", "rate"): -18.099456522,
            ("account", "volume"): 40.402173913,
            ("account", "mix"): 0,
            ("account", "rate"): -44.402173913,
            ("stage", "imported"): 75.559693502,
            ("stage", "enrolled"): -35.308901152,
            ("stage", "sent"): 0,
            ("stage", "accepted"): -44.25079235,
        },
        abs=1e-9,
    )


def test_a_previous_period_that_was_not_watched_is_not_compared():
    """Whatever is known of its requests."""
    found = decomposed("contribution, not_compared_because, verdict", first_pull="2026-01-05")
    assert len(found) == 10
    assert set(found.values()) == {(None, "before_first_pull", "collecting")}


def test_a_period_that_was_chosen_is_compared_over_as_many_days_as_both_have():
    with duckdb.connect() as database:
        database.execute(TABLES)
        database.execute("insert into int_first_pulls values ('2026-01-01 00:00:00+00')")
        database.execute(
            "update stg_operations__run_parameters set against_since = '2026-01-01 00:00:00+00', "
            "against_until = '2026-01-15 00:00:00+00'"
        )
        periods = database.execute(
            "select compared_days, compared_until::date::text, previous_since::date::text, "
            "previous_until::date::text, counted_until::date::text, previous_counted_until::date::text, "
            f"before_until::date::text from ({model_sql('rpt_periods_compared')})"
        ).fetchall()
    fourteenth, first = "2026-02-15", "2026-01-01"
    assert periods == [(14, fourteenth, first, "2026-01-15", fourteenth, "2026-01-15", "2026-01-15")]
