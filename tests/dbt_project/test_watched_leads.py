"""What changed about watched leads since they were told of last, by scores at moments."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt_project.score_tables import create, score
from tests.dbt_project.test_lead_scores import PROFILES, SCORING

LINK = "https://www.linkedin.com/in/"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two leads: ann fits `saas` in everything, 54 points without a signal; of bob nothing is known."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        create(connection, PROFILES, SCORING, "2026-02-10", watch_points=10, watch_builds=2)
        connection.execute("""
            create table stg_operations__builds (built_as_of timestamptz, build_number int);
            create table stg_operations__watches (watch_id text, decision text, profile_url text,
                company_domain text, icp_profile text, declared_as_of timestamptz, declared_at timestamptz);
            create table icp_profiles as
            select name, name = 'saas' as is_default, null as valid_until
            from unnest(['saas', 'anyone large']) as profiles (name);
            create table heyreach_leads as
            select *, true as is_valid_profile_url, 'linkedin.com/in/' || lead_id as normalized_profile_url,
                null::text as funding_stage, null::json as field_source,
                timestamptz '2025-12-01' as created_at
            from (values
                ('ann', 'CTO', 'Ours GmbH', 'ours.example', 'tech', '120', 'aws, react, terraform, python',
                    'na', 'ann@ours.example', '1'),
                ('bob', 'CTO', 'Theirs', 'theirs.example', null, null, null, null, null, null)
            ) as people (lead_id, title, company_name, company_domain, company_industry, company_size_raw,
                technologies, company_region, email, phone);
            alter table heyreach_leads add column company_size text;
            update heyreach_leads set company_size = company_size_raw;
            create view int_leads_filled as select * from heyreach_leads;
            create table signal_events (lead_id text, company_domain text, signal_type text, signal_data json,
                occurred_at timestamptz, detected_at timestamptz);
        """)
        builds(connection, "2026-02-10", "2026-02-09")
        yield connection


def builds(database: duckdb.DuckDBPyConnection, *days: str) -> None:
    """The builds there were, the newest first and now."""
    database.execute("delete from stg_operations__builds")
    for number, day in enumerate(days, start=1):
        database.execute("insert into stg_operations__builds values (?, ?)", [day, number])
    database.execute("update stg_operations__run_parameters set as_of = ?", [days[0]])


def watch(database, day: str, decision: str = "watch", **target: str) -> None:
    known = ("profile_url", "company_domain", "icp_profile")
    database.execute(
        "insert into stg_operations__watches values (uuid()::text, ?, ?, ?, ?, ?, ?)",
        [decision, *(target.get(name) for name in known), day, day],
    )


def signal(database, kind: str, happened: str, seen: str, data: str = "{}", company="ours.example") -> None:
    database.execute(
        "insert into signal_events values (null, ?, ?, ?, ?, ?)", [company, kind, data, happened, seen]
    )


def watched(database) -> dict[tuple[str, str], dict]:
    score(database, "fnd_watched_leads", "rpt_watched_leads")
    answer = database.execute("select * from rpt_watched_leads")
    names = [column[0] for column in answer.description]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return {(row["lead_id"], row["icp_profile"]): row for row in rows}


def test_a_tier_that_holds_for_two_builds_is_told_with_what_brought_it(database):
    watch(database, "2026-02-01", profile_url=f"{LINK}ann")
    signal(database, "recent_funding", "2026-02-07", "2026-02-08", '{"type": "series_b"}')
    ann = watched(database)["ann", "saas"]
    assert (ann["score_before"], ann["tier_before"], ann["total_score"], ann["tier"]) == (
        54,
        "nurture",
        66,
        "warm",
    )
    assert ann["is_news"]
    assert ann["what_changed"] == (
        "was nurture (54 points), is warm (66): recent funding counts now; raised a Series B round 3 days ago"
    )
    assert ann["who"] == "CTO, Ours GmbH"


def test_one_build_is_not_enough_for_a_tier_and_ten_points_need_no_second(database):
    watch(database, "2026-02-01", profile_url=f"{LINK}ann")
    # 6 points, of 54 to 60: it is warm since this build.
    signal(database, "leadership_change", "2026-02-09", "2026-02-09 12:00")
    ann = watched(database)["ann", "saas"]
    assert (ann["total_score"], ann["tier"], ann["is_news"], ann["what_changed"]) == (60, "warm", False, None)
    builds(database, "2026-02-11", "2026-02-10")
    assert watched(database)["ann", "saas"]["is_news"]
    # 10 points more are told at once, in the tier that it is in.
    signal(database, "actively_hiring", "2026-02-12", "2026-02-12")
    watch(database, "2026-02-11", "told", profile_url=f"{LINK}ann", icp_profile="saas")
    builds(database, "2026-02-12", "2026-02-11")
    ann = watched(database)["ann", "saas"]
    assert (ann["total_score"], ann["is_news"]) == (70, True)
    assert ann["what_changed"].startswith(
        "went from 60 to 70 points and is warm: actively hiring counts now; "
    )


def test_points_that_end_are_told_and_what_was_told_is_not_again(database):
    signal(database, "recent_funding", "2025-08-12", "2025-08-12")
    watch(database, "2026-02-01", profile_url=f"{LINK}ann")
    assert watched(database)["ann", "saas"]["is_news"]
    [before] = {row["change_id"] for row in watched(database).values()}
    assert "recent funding counts no more" in watched(database)["ann", "saas"]["what_changed"]
    watch(database, "2026-02-10", "told", profile_url=f"{LINK}ann", icp_profile="saas")
    ann = watched(database)["ann", "saas"]
    assert (ann["is_news"], ann["score_before"], ann["told_as_of"] is not None) == (False, 54, True)
    assert ann["change_id"] != before


def test_another_configuration_or_an_older_fact_that_is_learnt_of_upstream_is_no_news(database):
    watch(database, "2026-02-01", profile_url=f"{LINK}bob")
    database.execute(
        "update heyreach_leads set company_industry = 'tech', company_size_raw = '120' where lead_id = 'bob'"
    )
    bob = watched(database)["bob", "saas"]
    assert (bob["is_news"], bob["score_before"]) == (False, bob["total_score"])


def test_a_company_s_leads_are_watched_and_no_more_once_it_is_stopped(database):
    watch(database, "2026-02-01", company_domain="ours.example")
    watch(database, "2026-02-02", profile_url=f"{LINK}ann")
    watch(database, "2026-02-02", profile_url=f"{LINK}nobody")
    [ann] = watched(database).values()
    # Since the earlier of the two.
    assert (ann["lead_id"], ann["watched_as"], ann["watched_since"].day) == ("ann", "company", 1)
    watch(database, "2026-02-03", "stop", company_domain="ours.example")
    assert watched(database)["ann", "saas"]["watched_as"] == "person"
    watch(database, "2026-02-04", "stop", profile_url=f"{LINK}ann")
    assert watched(database) == {}
    watch(database, "2026-02-05", profile_url=f"{LINK}ann")
    assert watched(database)["ann", "saas"]["watched_since"].day == 5


def test_of_a_profile_those_are_watched_who_are_hot_who_were_and_who_become_so(database):
    watch(database, "2026-02-01", icp_profile="saas")
    assert watched(database) == {}
    # Hot when it began, as the command noted, and not any more.
    watch(database, "2026-02-01", profile_url=f"{LINK}bob", icp_profile="saas")
    for kind in ("recent_funding", "actively_hiring", "leadership_change", "industry_growth"):
        signal(database, kind, "2026-02-05", "2026-02-06")
    found = watched(database)
    assert {lead: row["watched_as"] for (lead, _), row in found.items()} == dict.fromkeys(
        ("ann", "bob"), "profile"
    )
    assert found["ann", "saas"]["what_changed"].startswith("was nurture (54 points), is hot (86): ")
    # Told of once, somebody stays watched when what made them hot has ended.
    watch(database, "2026-02-10", "told", profile_url=f"{LINK}ann", icp_profile="saas")
    builds(database, "2026-12-10", "2026-12-09")
    assert watched(database)["ann", "saas"]["what_changed"].startswith(
        "was hot (86 points), is nurture (54): "
    )
    watch(database, "2026-12-10", "stop", icp_profile="saas")
    assert watched(database) == {}
