"""Campaigns a nightly pull leaves out, as the published warehouse tells them; in a folder of any name."""

from datetime import UTC, datetime

import duckdb

from extract import raw
from extract.heyreach.settled import settled_campaigns

BUILT = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_campaign_that_is_settled_and_has_not_changed_since_is_left_out(tmp_path):
    folder = tmp_path / "o'brien"
    raw.initialize(folder / "raw.duckdb")
    with raw.connect(folder / "raw.duckdb", read_only=False) as connection:
        connection.execute(
            "insert into heyreach.campaigns (campaign_id, observed_at) values ('2', ?)",
            [datetime(2026, 1, 6, tzinfo=UTC)],
        )
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.rpt_campaign_performance as "
            "select * from (values ('1', true), ('2', true), ('3', false)) as rows (campaign_id, is_settled)"
        )
        connection.execute(
            "create table marts.heyreach_campaigns as "
            "select campaign_id, $built::timestamptz as updated_at from marts.rpt_campaign_performance",
            {"built": BUILT},
        )
    assert settled_campaigns(folder / "warehouse.duckdb", folder / "raw.duckdb") == {"1"}
