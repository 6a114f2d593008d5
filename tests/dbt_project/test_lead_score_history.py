"""Scores of any past day: by what was known and asked for then, until the days of signals were over."""

from collections.abc import Iterator
from copy import deepcopy

import duckdb
import pytest

from tests.dbt_project.score_tables import answered, configure, create, score
from tests.dbt_project.test_lead_scores import PROFILES, SCORING

AS_OF = "2026-06-01"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A lead, of whose company upstream said in the beginning that it is of tech."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        create(connection, PROFILES, SCORING, AS_OF)
        connection.execute("""
            create table int_leads_filled as
            select 'sam' as lead_id, 'linkedin.com/in/sam' as normalized_profile_url,
                'tech' as company_industry, null::text as company_size, null::text as technologies,
                null::text as company_region,
                'ours.example' as company_domain, null::text as email, null::text as phone,
                null::text as title, null::text as funding_stage,
                '{"company_size": "apollo", "technologies": "builtwith"}'::json as field_source,
                timestamptz '2026-01-01' as created_at;
            create table signal_events (lead_id text, company_domain text, signal_type text,
                occurred_at timestamptz, detected_at timestamptz);
            insert into enrichment_fields values ('apollo', 'company_size', 1),
                ('clearbit', 'company_size', 2), ('builtwith', 'technologies', 1);
        """)
        yield connection


def history(database: duckdb.DuckDBPyConnection, *components: str, profile: str = "saas") -> list[tuple]:
    """Since when the points were which."""
    score(database)
    return database.execute(
        f"select valid_from::date::text, {', '.join(components)} from lead_score_history "
        f"where icp_profile = '{profile}' and lead_id = 'sam' order by valid_from"
    ).fetchall()


def test_what_an_integration_found_counts_until_it_finds_something_else(database):
    answered(database, "sam", "clearbit", "2026-01-05", company_size="9000")
    answered(database, "sam", "apollo", "2026-01-10", company_size="120")
    answered(database, "sam", "apollo", "2026-02-10", company_size="120")
    answered(database, "sam", "apollo", "2026-03-10")
    answered(database, "sam", "apollo", "2026-04-10", company_size="130")
    # Known to the ledger earlier than to those who asked about this lead.
    database.execute("update int_asks_answered set known_from = '2026-01-07' where integration = 'clearbit'")
    assert history(database, "company_size", "score_coverage") == [
        ("2026-01-01", 0, 21),
        ("2026-01-07", 0, 30),
        ("2026-01-10", 25, 30),
        ("2026-03-10", 0, 30),
        ("2026-04-10", 25, 30),
    ]


def test_a_signal_counts_from_when_it_was_known_until_its_days_are_over(database):
    database.execute("""
        insert into signal_events values
            (null, 'ours.example', 'actively_hiring', '2026-01-20', '2026-02-01'),
            (null, 'ours.example', 'actively_hiring', '2026-01-10', '2026-02-03'),
            ('sam', null, 'actively_hiring', '2026-05-20', '2026-05-21'),
            ('sam', null, 'leadership_change', '2025-01-20', '2026-02-01'),
            ('sam', null, 'replied', null, '2026-05-30')
    """)
    found = history(database, "actively_hiring", "leadership_change", "previous_interaction")
    assert found == [
        ("2026-01-01", 0, 0, 0),
        ("2026-02-01", 25, 0, 0),
        ("2026-03-21", 0, 0, 0),
        ("2026-05-21", 25, 0, 0),
        ("2026-05-30", 25, 0, 10),
    ]
    [(until,)] = database.execute(
        "select count(*) from lead_score_history where valid_until is null and lead_id = 'sam'"
    ).fetchall()
    assert until == len(PROFILES)


def test_what_upstream_told_after_the_person_came_counts_from_then(database):
    database.execute("""
        insert into int_leads_attributed_then values
            ('sam', '2026-01-01', null, null, null, 'na', null),
            ('sam', '2026-02-01', 'Sales', '120', 'tech', 'na', null),
            ('sam', '2026-03-01', 'CTO', '120', 'tech', 'apac', 'a number');
    """)
    components = ("industry", "company_size", "geography", "phone", "not_eligible_because")
    assert history(database, *components) == [
        ("2026-01-01", 0, 0, 15, 0, None),
        ("2026-02-01", 25, 25, 15, 0, "no_decision_maker"),
        ("2026-03-01", 25, 25, 0, 20, None),
    ]


def test_a_colleague_counts_while_both_are_of_the_company(database):
    database.execute("""
        insert into int_leads_filled by name
        select * replace ('kim' as lead_id, timestamptz '2026-02-01' as created_at, null as company_domain,
            '{"company_domain": "apollo"}'::json as field_source) from int_leads_filled;
        insert into enrichment_fields values ('apollo', 'company_domain', 1);
    """)
    answered(database, "kim", "apollo", "2026-02-05", company_domain="ours.example")
    answered(database, "kim", "apollo", "2026-03-05", company_domain="theirs.example")
    assert history(database, "multiple_contacts") == [
        ("2026-01-01", 0),
        ("2026-02-05", 15),
        ("2026-03-05", 0),
    ]


def test_profiles_count_while_builds_have_them(database):
    """The first there was counts before it, too; one that is taken away has no score until it is back."""
    configs = {}
    for name, industries in (("first", ["retail"]), ("second", ["tech"])):
        configs[name] = {"default": "saas", "scoring": SCORING, "profiles": deepcopy(PROFILES)}
        configs[name]["profiles"]["saas"]["industries"] = industries
    del configs["second"]["profiles"]["anyone large"]
    configure(database, "first", configs["first"], "2026-02-01")
    configure(database, "second", configs["second"], "2026-03-01")
    database.execute("insert into stg_operations__scoring_changes values ('now', '2026-04-01', 3)")
    assert history(database, "industry") == [("2026-01-01", 0), ("2026-03-01", 25), ("2026-04-01", 25)]
    assert history(database, "valid_until::date::text", profile="anyone large") == [
        ("2026-01-01", "2026-03-01"),
        ("2026-04-01", None),
    ]


def test_two_builds_as_of_one_moment_count_by_the_later(database):
    other = {"default": "saas", "scoring": SCORING, "profiles": deepcopy(PROFILES)}
    other["profiles"]["saas"]["industries"] = ["retail"]
    configure(database, "other", other, "2026-03-01")
    database.execute("insert into stg_operations__scoring_changes values ('now', '2026-03-01', 2)")
    assert history(database, "industry") == [("2026-01-01", 25)]
    # A build of now has its own, whatever is later.
    database.execute("delete from stg_operations__scoring_changes")
    database.execute("insert into stg_operations__scoring_changes values ('other', '2026-06-01', 1)")
    assert history(database, "industry") == [("2026-01-01", 25)]
