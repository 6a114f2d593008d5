"""Campaigns that a nightly pull needn't read: the published warehouse says that nothing in them is open."""

from pathlib import Path

import duckdb

from extract.workspace.sql_text import literal

_SETTLED = """
    select performance.campaign_id
    from published.marts.rpt_campaign_performance as performance
    inner join published.marts.heyreach_campaigns as campaigns
        on performance.campaign_id = campaigns.campaign_id
    where performance.is_settled
        -- HeyReach counts a campaign's leads in its own row: what happened since shows as a change of that.
        and not exists (
            select 1
            from raw.heyreach.campaigns as later
            where later.campaign_id = performance.campaign_id
                and later.observed_at > campaigns.updated_at
        )
"""


def settled_campaigns(published: Path, raw_path: Path) -> set[str]:
    """Campaigns that were settled when the warehouse was built, and haven't changed in raw since.

    None where no warehouse is published, or none that says so: then everything is read.
    """
    try:
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach {literal(published)} as published (read_only)")
            connection.execute(f"attach {literal(raw_path)} as raw (read_only)")
            return {campaign_id for (campaign_id,) in connection.execute(_SETTLED).fetchall()}
    except duckdb.Error:
        return set()
