"""What the summary says of a period: begun, over, watched. Its SQL on the demo's tables."""

import re
from datetime import UTC, datetime

import duckdb
import pytest

from tests.dbt_project.models import PROJECT, model_sql

[SUMMARY] = (PROJECT / "models").rglob("rpt_summary.sql")


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-01-01", "2026-02-01", (True, True, "whole")),
        ("2025-11-01", "2025-11-08", (True, True, "none")),
        ("2025-12-15", "2026-01-15", (True, True, "part")),
        ("2026-01-20", "2026-02-10", (True, False, "whole")),
        ("2026-02-09", "2026-02-10", (True, False, "whole")),
        ("2027-01-01", "2027-02-01", (False, False, "whole")),
    ],
    ids=["over", "before_the_first_pull", "in_part", "under_way", "one_day", "in_the_future"],
)
def test_a_period_says_whether_it_has_begun_is_over_and_was_watched(demo, since, until, said):
    workspace, _ = demo
    refs = set(re.findall(r"ref\('(\w+)'\)", SUMMARY.read_text()))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{workspace.warehouse}' as published (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
        ).fetchall()
        for schema, table in tables:
            if table in refs and schema != "dbt_test__audit":
                connection.execute(f"create view {table} as select * from published.{schema}.{table}")
        connection.execute(
            f"""
            create or replace view stg_operations__run_parameters as
            select * replace (
                timestamptz '{since} 00:00:00+00' as since, timestamptz '{until} 00:00:00+00' as until
            )
            from published.staging.stg_operations__run_parameters
            """
        )
        [row] = connection.execute(
            f"select is_begun, is_over, watched, watched_from from ({model_sql('rpt_summary')})"
        ).fetchall()
    assert row[:3] == said
    assert row[3].astimezone(UTC) < datetime(2025, 12, 23, tzinfo=UTC)
