"""What the published warehouse knows of the people who are to be imported."""

from pathlib import Path

from extract.workspace.published import connect_published


def count_in_lists(published: Path, people: list[str]) -> int:
    """How many of the people, named by their normalised URL, stand in a list of HeyReach."""
    with connect_published(published) as connection:
        [(count,)] = connection.execute(
            "select count(*) from marts.heyreach_leads "
            "where list_count > 0 and normalized_profile_url in (select unnest($people::varchar[]))",
            {"people": people},
        ).fetchall()
    return count


def people_in_other_campaigns(published: Path, campaign_id: str) -> set[str]:
    """The normalised URLs of those who are in a campaign other than this one."""
    with connect_published(published) as connection:
        rows = connection.execute(
            "select distinct normalized_profile_url from marts.heyreach_connections "
            "where campaign_id <> ? and is_present and normalized_profile_url is not null",
            [campaign_id],
        ).fetchall()
    return {row[0] for row in rows}
