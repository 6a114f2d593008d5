"""When the sequence of a campaign was changed: between which two readings."""

from datetime import UTC, datetime, timedelta

import duckdb

from tests.dbt_project.models import model_sql

FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)


def test_a_change_lies_between_two_readings():
    days = [FIRST + timedelta(day) for day in range(6)]
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute(
            "create table pulls (resource text, scope_id text, is_complete bool, finished_at timestamptz)"
        )
        database.execute("alter table pulls rename to stg_operations__pulls")
        database.execute(
            "create table stg_heyreach__campaign_sequence_observations "
            "(campaign_id text, observed_at timestamptz, pull_number bigint, content_hash text)"
        )
        for day in days:
            is_read = day != days[3]
            database.execute(
                "insert into stg_operations__pulls values ('campaign_sequences', 'c', ?, ?)", [is_read, day]
            )
        # Only what differs from the time before is observed; on the fourth day nothing could be read.
        observed = [("c", 0, "a"), ("c", 4, "b"), ("c", 5, "a"), ("d", 1, "x")]
        for number, (campaign, day, content) in enumerate(observed):
            database.execute(
                "insert into stg_heyreach__campaign_sequence_observations values (?, ?, ?, ?)",
                [campaign, days[day], number, content],
            )
        found = database.execute(f"{model_sql('fnd_sequence_changes')} order by changed_by").fetchall()
    assert found == [("c", days[2], days[4]), ("c", days[4], days[5])]
