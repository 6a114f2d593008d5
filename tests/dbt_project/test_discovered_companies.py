"""Points of companies that a search brought, and what became of each, by the preview: it runs the models."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.intelligence.preview import scored
from tests.dbt_project.models import PROJECT, model_sql

AS_OF = datetime(2026, 2, 1, 6, tzinfo=UTC)
SCORING = {
    "weights": {"intent": 40, "fit": 35, "accessibility": 25},
    "points": {
        **{"recent_funding": 30, "actively_hiring": 25, "tech_stack_change": 20, "leadership_change": 15},
        **{"industry_growth": 10, "industry": 25, "company_size": 25, "tech_stack": 20, "geography": 15},
        **{"complementary_tools": 15, "direct_email": 30, "linkedin_profile": 25, "phone": 20},
        **{"multiple_contacts": 15, "previous_interaction": 10},
    },
    "valid_days": {
        **{"recent_funding": 180, "actively_hiring": 60, "tech_stack_change": 90, "leadership_change": 90},
        "industry_growth": 180,
    },
    "tiers": {"hot": 80, "warm": 60, "nurture": 40},
}
PROFILE = {
    "industries": ["finance"], "company_size_min": 50, "company_size_max": 500,
    "funding_stages": ["series_a"],
    "tech_stack": {"must_have": ["AWS", "React"], "nice_to_have": ["Python"], "avoid": ["Legacy"]},
    "complementary_tools": [], "competitors": [], "geographies": ["us"],
    "decision_makers": {"titles": ["CTO"], "departments": []},
    "signals": dict.fromkeys(SCORING["valid_days"], True),
}  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A warehouse of which as much is there as the models read."""
    path = tmp_path_factory.mktemp("published") / "warehouse.duckdb"
    config = {"default": "saas", "profiles": {"saas": PROFILE}, "scoring": SCORING}
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for schema in ("staging", "seeds", "intermediate", "marts"):
            connection.execute(f"create schema {schema}")
        for seed in ("company_industries", "company_regions"):
            connection.execute(f"create table seeds.{seed} as from '{PROJECT / 'seeds' / seed}.csv'")
        connection.execute(
            "create table staging.stg_operations__run_parameters as "
            "select 'now' as scoring_config_hash, ?::timestamptz as as_of",
            [AS_OF],
        )
        connection.execute(
            "create table staging.stg_operations__scoring_configs as "
            "select 'now' as config_hash, ?::json as config",
            [json.dumps(config)],
        )
        connection.execute(
            """
            create table staging.stg_operations__watches as
            select col0 as watch_id, col1 as decision, col2 as company_domain,
                '2026-01-01'::timestamptz + to_days(col0::integer) as declared_at
            from (values ('1', 'watch', 'watched.example'), ('2', 'watch', 'let-go.example'),
                ('3', 'stop', 'let-go.example'));
            create table intermediate.int_company_answers as
            select * from (values
                ('rich.example', 1, '2026-01-02'::timestamptz, ['aws', 'legacy']),
                ('rich.example', 2, '2026-01-03'::timestamptz, ['aws', 'python']),
                ('rich.example', 3, '2026-01-04'::timestamptz, null),
                ('avoided.example', 4, '2026-01-04'::timestamptz, ['legacy', 'aws', 'react'])
            ) as answers (company_domain, call_id, answered_at, technologies);
            create table marts.signal_events as
            select * from (values
                ('rich.example', 'actively_hiring', '2026-01-20'::timestamptz),
                ('rich.example', 'recent_funding', '2024-01-20'::timestamptz),
                ('bare.example', 'actively_hiring', '2025-06-20'::timestamptz)
            ) as events (company_domain, signal_type, occurred_at);
            create table marts.heyreach_leads as
            select * from (values ('1', 'asked.example', 'left_censored'),
                ('2', 'asked.example', 'never_arrived'), ('3', 'waiting.example', 'left_censored'),
                ('4', 'new.example', 'discovered')
            ) as leads (lead_id, company_domain, imported_at_method);
            create table marts.heyreach_connections as
            select * from (values ('1', true), ('3', false)) as connections (lead_id, is_sent);
            """
        )
        connection.execute(
            "create table staging.stg_operations__scoring_changes "
            "(config_hash text, as_of timestamptz, change_number int)"
        )
        connection.execute("set search_path = 'intermediate,staging,seeds'")
        for name in ("int_icp_profile_versions", "int_icp_profiles"):
            connection.execute(f"create table intermediate.{name} as {model_sql(name)}")
    return path


def row(domain: str, profile: str = "saas", **properties) -> dict:
    """A row of the journal."""
    told = {"uuid": "1", "properties": {"identifier": {"value": domain}, **properties}}
    return {
        **{"discovery_id": f"{profile} {domain}", "search_id": "search", "icp_profile": profile},
        **{"source": "crunchbase", "company_domain": domain, "found_at": AS_OF + timedelta(days=9)},
        "payload": json.dumps(told),
    }


def named(*names: str) -> list[dict]:
    return [{"value": name} for name in names]


def test_a_company_has_the_points_that_a_lead_of_it_would_have_for_it(published):
    rich = row(
        "rich.example",
        category_groups=named("Software", "Quantum", "Financial Services"),
        location_identifiers=named("Boston", "Massachusetts", "United States", "North America"),
        num_employees_enum="c_00251_00500",
        last_funding_type="series_a",
        last_funding_at="2025-10-01",
        short_description="Pays.",
    )
    bare = row("bare.example")
    [first, second] = scored(published, [bare, rich])
    assert (first["company_domain"], second["company_domain"]) == ("rich.example", "bare.example")
    # 30 for funding until 180 days after, 25 for jobs; 25 + 25 + 15, half of 20, and 15 for Python.
    assert [first[name] for name in ("intent_score", "fit_score", "total_score")] == [55, 90, 54]
    assert {name: first[name] for name in ("company_industry", "company_size", "company_region")} == {
        **{"company_industry": "finance", "company_size": "251-500", "company_region": "na"}
    }
    assert (first["funding_stage"], first["last_funding_at"]) == (
        "series_a",
        datetime(2025, 10, 1, tzinfo=UTC),
    )
    assert (first["not_eligible_because"], first["company_description"]) == (None, "Pays.")
    # Known are two signals and all of fit: 40 % of 55, and 35 %.
    assert first["score_coverage"] == 57
    # An old signal is no news; that there was no funding is known, as is that it hired.
    assert [second[name] for name in ("intent_score", "fit_score", "total_score")] == [0, 0, 0]
    assert (second["score_coverage"], second["company_industry"], second["company_size"]) == (22, None, None)
    assert (first["as_of"], first["first_found_at"]) == (AS_OF, AS_OF)


@pytest.mark.parametrize(
    ("code", "size", "fits"),
    [
        ("c_00001_00010", "1-10", False),
        ("c_00051_00100", "51-100", True),
        ("c_00501_01000", "501-1000", False),
        ("c_10001_max", "10001+", False),
    ],
)
def test_a_bracket_is_a_range_whose_middle_counts(published, code, size, fits):
    [company] = scored(published, [row("sized.example", num_employees_enum=code)])
    assert (company["company_size"], company["fit_score"]) == (size, 25 if fits else 0)


def test_what_takes_points_away_is_told(published):
    [avoided, other] = scored(
        published,
        [row("avoided.example"), row("other.example", last_funding_type="series_e")],
    )
    assert (avoided["not_eligible_because"], avoided["fit_score"]) == ("avoided_technology", 0)
    assert other["not_eligible_because"] == "other_funding_stage"


def test_what_was_decided_of_a_company_is_told(published):
    names = ("asked.example", "waiting.example", "watched.example", "let-go.example", "new.example")
    companies = {each["company_domain"]: each for each in scored(published, [row(name) for name in names])}
    assert {name: (each["decided_as"], each["is_known_already"]) for name, each in companies.items()} == {
        "asked.example": ("contacted", True),
        "waiting.example": ("imported", True),
        "watched.example": ("watched", False),
        "let-go.example": (None, False),
        "new.example": (None, False),
    }


def test_a_profile_that_is_gone_gives_no_points_and_keeps_the_company(published):
    [company] = scored(published, [row("rich.example", "gone")])
    assert (company["icp_profile"], company["total_score"], company["fit_score"]) == ("gone", None, None)


def test_what_was_landed_twice_or_found_later_than_the_warehouse_is_no_second_company():
    found = row("rich.example")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "create table stg_operations__run_parameters as select ?::timestamptz as as_of", [AS_OF]
        )
        connection.execute(
            "create table discoveries (discovery_id text, search_id text, icp_profile text, source text, "
            "company_domain text, found_at timestamptz, payload text)"
        )
        for each in (found | {"found_at": AS_OF}, found | {"found_at": AS_OF}, row("later.example")):
            connection.execute("insert into discoveries values (?, ?, ?, ?, ?, ?, ?)", list(each.values()))
        answer = connection.execute(model_sql("stg_enrichment__discoveries")).fetchall()
    assert [each[4] for each in answer] == ["rich.example"]
