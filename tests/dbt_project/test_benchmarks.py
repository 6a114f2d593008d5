"""What HeyReach publishes beside the own figures; imports, and what of them came to nothing."""

import duckdb
import pytest

from dbt_project.rendering import returned
from tests.dbt_project.models import model_sql

PERIOD = """
    create table stg_operations__run_parameters as
    select timestamptz '2026-01-01 00:00:00+00' as since, timestamptz '2026-02-01 00:00:00+00' as until,
        timestamptz '2026-03-01 00:00:00+00' as as_of, 10 as hide_rate_below;
"""


def test_benchmarks_stand_beside_what_was_reached_and_ages_are_those_that_are_known():
    """Sender one began on 1 January and has two weeks here; nobody said when the other began."""
    with duckdb.connect() as database:
        database.execute(f"""
            set TimeZone = 'UTC';
            {PERIOD}
            create table rpt_summary as
            select 120 as mature_sent, 30 as mature_accepted, 0.25 as accept_rate, 6 as mature_replied,
                0.2 as reply_rate;
            create table heyreach_accounts as
            select * from (
                values ('one', date '2026-01-01', 'configured'), ('two', date '2025-01-01', 'unknown')
            ) as accounts (account_id, rotation_started_on, rotation_started_method);
            create table heyreach_connections as
            select number as connection_id, if(number < 60, 'one', 'two') as account_id,
                timestamptz '2026-01-02 09:00:00+00' + to_days(cast(7 * (number % 2) as integer))
                    as sent_cohort_at
            from range(120) as numbers (number);
            create table fnd_period_facts as
            select connection_id, 1 as mature_sent, cast(connection_id % 4 = 0 as integer) as mature_accepted
            from heyreach_connections
        """)
        rows = database.execute(f"""
            select benchmark, reached, tried, rate, vendor_median
            from ({model_sql("rpt_benchmarks")}) order by benchmark_order
        """).fetchall()
    claims = returned("catalogue/*.sql", "vendor_benchmarks()")
    assert rows == [
        ("accept_rate", 30, 120, 0.25, claims["accept_rate"]["median"]),
        ("reply_rate", 6, 30, 0.2, claims["reply_rate"]["median"]),
        ("accept_rate_first_week", 15, 30, 0.5, claims["accept_rate_first_week"]["median"]),
        ("accept_rate_after_180_days", 0, 0, None, claims["accept_rate_after_180_days"]["median"]),
    ]


@pytest.mark.parametrize(
    ("known_from", "counts", "failures", "why"),
    [
        (
            "ledger",
            {"left_out_missing_name": 3, "missing_lead": 2, "verified": 15},
            5,
            "3 without a name, 2 never arrived",
        ),
        ("lists", {"people": 14}, 6, "2 with no profile URL of a person, 4 more than once"),
        ("lists", {"valid_rows": 20, "people": 20}, 0, None),
    ],
)
def test_imports_failed_by_as_many_rows_as_the_reasons_say(known_from, counts, failures, why):
    reasons = returned("*.sql", "import_reasons()")
    columns = {
        **dict.fromkeys([f"left_out_{reason}" for reason in reasons], None if known_from == "lists" else 0),
        **dict.fromkeys(("missing_lead", "missing_fields", "changed_fields", "refused", "unfinished")),
        **dict.fromkeys(("sent", "added", "updated", "failed", "arrived", "verified")),
        **{"file_rows": 20, "valid_rows": 18, "people": 18},
        **counts,
    }
    with duckdb.connect() as database:
        database.execute(f"set TimeZone = 'UTC'; {PERIOD}")
        database.execute(
            "create table fnd_segments_labeled (dimension varchar, segment varchar, segment_label varchar)"
        )
        database.execute(
            "create table heyreach_imports as select 'hr' as source, ? as known_from,"
            " timestamptz '2026-01-05 00:00:00+00' as imported_at, "
            + ", ".join(f"?::bigint as {name}" for name in columns),
            [known_from, *columns.values()],
        )
        rows = database.execute(
            f"select failures, why from ({model_sql('rpt_import_performance')})"
        ).fetchall()
    assert rows == [(failures, why)]
