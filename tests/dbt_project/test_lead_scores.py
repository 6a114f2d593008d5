"""Points and scores of random leads, by the models' own SQL and by the document's table, calculated apart."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor

import duckdb
import numpy
import pytest

from dbt_project.rendering import rendered
from tests.dbt_project.models import model_sql
from tests.dbt_project.score_tables import answered, configure, create, score

LEADS = 10_000
AS_OF = datetime(2026, 2, 1, 6, tzinfo=UTC)
INDUSTRIES = ("tech", "finance", "healthcare", "retail", None)
REGIONS = ("na", "eu", "apac", None)
SIZES = {
    "41-80": 60,
    "11-50": 30,
    "51-200": 125,
    "201-500": 350,
    "120": 120,
    "5,000+": 5000,
    "many": None,
    None: None,
}
TECHNOLOGIES = ("AWS", "React", "Python", "PostgreSQL", "Legacy", "Kubernetes", "Terraform")
POINTS = {
    "intent": {"recent_funding": 30, "actively_hiring": 25, "tech_stack_change": 20, "leadership_change": 15,
               "industry_growth": 10},
    "fit": {"industry": 25, "company_size": 25, "tech_stack": 20, "geography": 15, "complementary_tools": 15},
    "accessibility": {"direct_email": 30, "linkedin_profile": 25, "phone": 20, "multiple_contacts": 15,
                      "previous_interaction": 10},
}  # fmt: skip
VALID_DAYS = {"recent_funding": 180, "actively_hiring": 60, "tech_stack_change": 90, "leadership_change": 90,
              "industry_growth": 180}  # fmt: skip
WEIGHTS = {"intent": 40, "fit": 35, "accessibility": 25}
SCORING = {
    "weights": WEIGHTS,
    "points": {name: points for group in POINTS.values() for name, points in group.items()},
    "valid_days": VALID_DAYS,
    "tiers": {"hot": 80, "warm": 60, "nurture": 40},
}
# Of the total, what each signal's points come to.
INTENT_POINTS = {name: points * WEIGHTS["intent"] // 100 for name, points in POINTS["intent"].items()}
PROFILES = {
    "saas": {
        "industries": ["tech", "finance"], "company_size_min": 50, "company_size_max": 500,
        "funding_stages": ["series_a"],
        "tech_stack": {"must_have": ["AWS", "React", "Terraform"], "nice_to_have": ["Python"],
                       "avoid": ["Legacy"]},
        "complementary_tools": ["PostgreSQL"], "competitors": [], "geographies": ["us", "uk"],
        "decision_makers": {"titles": ["CTO", "VP Engineering", "Co-Owner"], "departments": ["Platform"]},
        "signals": dict.fromkeys(VALID_DAYS, True) | {"tech_stack_change": False},
    },
    "anyone large": {
        "industries": [], "company_size_min": 200, "company_size_max": None, "funding_stages": [],
        "tech_stack": {"must_have": [], "nice_to_have": [], "avoid": []}, "complementary_tools": [],
        "competitors": [], "geographies": [], "decision_makers": {"titles": [], "departments": []},
        "signals": dict.fromkeys(VALID_DAYS, True),
    },
}  # fmt: skip
# Whether the profile `saas` asks for whoever has it.
TITLES = {
    "CTO": True, "Co-founder, CTO": True, "Co-owner": True, "VP Engineering (EMEA)": True,
    "Head of Platform": True, None: True,
    "Director": False, "VP Engineerings": False, "Octo": False, "": False,
}  # fmt: skip
REGIONS_OF = {"saas": {"na", "eu"}, "anyone large": set()}


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def by_the_table(lead: dict, name: str) -> tuple[dict[str, int], int, str]:
    """The document's table, and DESIGN's words on what it leaves open."""
    profile = PROFILES[name]
    stack = {text.lower() for text in lead["technologies"]}
    must = [text.lower() for text in profile["tech_stack"]["must_have"]]
    extra = {
        text.lower() for text in (*profile["tech_stack"]["nice_to_have"], *profile["complementary_tools"])
    }
    employees = SIZES[lead["size"]]
    holds = {signal: False for signal in VALID_DAYS}
    for signal, days in VALID_DAYS.items():
        happened = lead["signals"].get(signal)
        holds[signal] = (
            profile["signals"][signal] and happened is not None and happened + timedelta(days=days) > AS_OF
        )
    holds |= {
        "industry": lead["industry"] in profile["industries"],
        "company_size": employees is not None
        and (profile["company_size_min"] or 0) <= employees <= (profile["company_size_max"] or 10**9),
        "geography": lead["region"] in REGIONS_OF[name],
        "complementary_tools": bool(extra & stack),
        "direct_email": lead["email"],
        "linkedin_profile": True,
        "phone": lead["phone"],
        "multiple_contacts": lead["contacts"] > 1,
        "previous_interaction": lead["interacted"],
    }
    points = {}
    for each in POINTS.values():
        for component, full in each.items():
            if component == "tech_stack":
                share = Fraction(sum(text in stack for text in must), len(must)) if must else Fraction(0)
                share = (
                    Fraction(0)
                    if {text.lower() for text in profile["tech_stack"]["avoid"]} & stack
                    else share
                )
                points[component] = half_up(full * share)
            else:
                points[component] = full if holds[component] else 0
    total = half_up(sum(Fraction(WEIGHTS[g], 100) * sum(points[c] for c in POINTS[g]) for g in POINTS))
    tier = "hot" if total >= 80 else "warm" if total >= 60 else "nurture" if total >= 40 else "cold"
    return points, total, tier


def random_leads() -> list[dict]:
    """People of some thousand companies, each with its signals; who has no known company has own ones."""
    chance = random.Random(18)
    signals = [
        {
            signal: AS_OF - timedelta(days=chance.choice((1, days - 1, days, days + 30)))
            for signal, days in VALID_DAYS.items()
            if chance.random() < 0.6
        }
        for _ in range(LEADS)
    ]
    leads = [
        {
            "lead_id": f"lead {number}",
            "industry": chance.choice(INDUSTRIES),
            "region": chance.choice(REGIONS),
            "size": chance.choice(list(SIZES)),
            "technologies": chance.sample(TECHNOLOGIES, chance.randint(0, 6)),
            "email": chance.random() < 0.5,
            "phone": chance.random() < 0.5,
            "title": chance.choice(list(TITLES)),
            "stage": chance.choice(("series_a", "seed", None)),
            "interacted": chance.random() < 0.5,
            "company": chance.choice((None, *[chance.randrange(LEADS // 2) for _ in range(9)])),
        }
        for number in range(LEADS)
    ]
    contacts = Counter(lead["company"] for lead in leads if lead["company"] is not None)
    for number, lead in enumerate(leads):
        company = lead["company"]
        lead["contacts"] = contacts[company]
        lead["signals"] = signals[number if company is None else company]
    return leads


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        create(connection, PROFILES, SCORING, AS_OF.isoformat())
        configure(connection, "before", {})
        yield connection


@pytest.fixture(scope="module")
def scored(database) -> dict[tuple[str, str], dict]:
    """The rows of lead_score_points of the random leads, by lead and profile."""
    leads = random_leads()
    people = [
        {
            "lead_id": lead["lead_id"],
            "normalized_profile_url": "linkedin.com/in/somebody",
            "company_industry": lead["industry"],
            "company_region": lead["region"],
            "company_size": lead["size"],
            "technologies": ", ".join(lead["technologies"]) or None,
            "email": "an address" if lead["email"] else None,
            "phone": "a number" if lead["phone"] else None,
            "title": lead["title"],
            "funding_stage": lead["stage"],
            "company_domain": None if lead["company"] is None else f"company-{lead['company']}.example",
        }
        for lead in leads
    ]
    # Those of companies are told of every fourth of their people, too, each with the company.
    events = {
        (person, None if company is None else f"company-{company}.example", signal, happened.isoformat())
        for number, lead in enumerate(leads)
        for signal, happened in lead["signals"].items()
        for company in [lead["company"]]
        for person in (
            [lead["lead_id"]] if company is None else [None, lead["lead_id"]][: 1 + (number % 4 == 0)]
        )
    }
    columns = ("lead_id", "company_domain", "signal_type", "occurred_at")
    seen = [dict(zip(columns, event, strict=True)) for event in sorted(events, key=str)] + [
        {"lead_id": lead["lead_id"], "company_domain": None, "signal_type": "connected", "occurred_at": None}
        for lead in leads
        if lead["interacted"]
    ]
    _table(database, "int_leads_filled", people)
    _table(database, "events_told", seen)
    database.execute(
        "create or replace table signal_events as select * replace (occurred_at::timestamptz as occurred_at)"
        ", timestamptz '2026-01-31' as detected_at from events_told"
    )
    database.execute("alter table int_leads_filled add column field_source json")
    database.execute(
        "alter table int_leads_filled add column created_at timestamptz default timestamptz '2026-01-01'"
    )
    score(database)
    answer = database.execute("from lead_score_points")
    names = [column[0] for column in answer.description]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return {(row["lead_id"], row["icp_profile"]): row for row in rows}


def _table(database: duckdb.DuckDBPyConnection, name: str, rows: list[dict]) -> None:
    columns = {column: numpy.array([row[column] for row in rows], dtype=object) for column in rows[0]}
    database.register("rows_told", columns)
    texts = [column for column in columns if not isinstance(rows[0][column], bool)]
    typed = ", ".join(f"cast({column} as text) as {column}" for column in texts)
    database.execute(f"create or replace table {name} as select * replace ({typed}) from rows_told")


def test_who_is_not_asked_for_is_told_so_and_has_points_all_the_same(scored):
    reasons = Counter()
    for lead in random_leads():
        row = scored[lead["lead_id"], "saas"]
        expected = None
        if "Legacy" in lead["technologies"]:
            expected = "avoided_technology"
        elif lead["stage"] == "seed":
            expected = "other_funding_stage"
        elif not TITLES[lead["title"]]:
            expected = "no_decision_maker"
        assert row["not_eligible_because"] == expected, lead
        assert scored[lead["lead_id"], "anyone large"]["not_eligible_because"] is None
        reasons[expected] += 1
    assert min(reasons.values()) > LEADS / 20


def test_scores_are_those_of_the_document_s_table_for_ten_thousand_leads(scored):
    assert len(scored) == 2 * LEADS
    tiers = set()
    for lead in random_leads():
        for name in PROFILES:
            row = scored[lead["lead_id"], name]
            points, total, tier = by_the_table(lead, name)
            assert {component: row[component] for component in points} == points
            for group, each in POINTS.items():
                assert row[f"{group}_score"] == sum(points[component] for component in each)
            assert (row["total_score"], row["tier"]) == (total, tier)
            tiers.add(tier)
    assert tiers == {"hot", "warm", "nurture", "cold"}


def test_the_history_ends_with_the_scores_of_now(database, scored):
    assert len(scored) == 2 * LEADS
    differing = database.execute(
        "select count(*) from lead_score_history as history full join lead_score_points as points "
        "using (lead_id, icp_profile) where history.valid_until is null and "
        "(history.total_score, history.tier, history.score_coverage, history.not_eligible_because, "
        "history.config_hash, history.tech_stack) is distinct from (points.total_score, points.tier, "
        "points.score_coverage, points.not_eligible_because, points.config_hash, points.tech_stack)"
    ).fetchall()
    assert differing == [(0,)]


@pytest.mark.parametrize(
    ("intent", "fit", "accessibility", "total", "tier"),
    [
        (65, 85, 95, 80, "hot"),  # 79.5
        (85, 84, 64, 79, "warm"),  # 79.4
        (59, 60, 60, 60, "warm"),  # 59.6
        (100, 0, 0, 40, "nurture"),
        (39, 40, 38, 39, "cold"),  # 39.1
    ],
)
def test_totals_are_rounded_before_they_have_a_tier(database, intent, fit, accessibility, total, tier):
    weighted, tiered = (
        rendered("[cs]*/*.sql", call) for call in ("weighted('score')", "score_tier('total')")
    )
    database.execute(
        "create or replace table groups as "
        "select ?::utinyint as intent_score, ?::utinyint as fit_score, ?::utinyint as accessibility_score",
        [intent, fit, accessibility],
    )
    found = database.execute(
        f"select total, {tiered} from (select {weighted} as total, profiles.* "
        "from groups, int_icp_profile_versions as profiles) as profiles where icp_profile = 'saas'"
    ).fetchall()
    assert found == [(total, tier)]


def test_at_send_counts_what_was_known_before_the_request(database):
    """A lead whose address and company's size were found, whose company raised money, and who connected."""
    person = {
        "lead_id": "sam", "normalized_profile_url": "linkedin.com/in/somebody",
        "company_industry": "tech", "company_region": None,
        "company_size": "120", "technologies": None, "email": "an address", "phone": None,
        "title": "CTO", "funding_stage": None,
        "company_domain": "ours.example",
    }  # fmt: skip
    _table(database, "int_leads_filled", [person, person | {"lead_id": "kim", "email": None}])
    database.execute("""
        alter table int_leads_filled add column field_source json;
        alter table int_leads_filled add column created_at timestamptz;
        update int_leads_filled set field_source = case lead_id when 'sam' then
            '{"company_size": "apollo", "email": "hunter", "company_domain": "hunter"}'::json end,
            created_at = if(lead_id = 'sam', timestamptz '2025-12-01', timestamptz '2026-01-08');
        create or replace table enrichment_fields as from (values ('apollo', 'company_size', 1),
            ('hunter', 'email', 1)) as fields (integration, field, priority);
        create or replace table signal_events as select * from (values
            (null, 'ours.example', 'recent_funding', timestamptz '2025-12-20', timestamptz '2026-01-06'),
            ('sam', null, 'connected', timestamptz '2026-01-10', timestamptz '2026-01-10')
        ) as events (lead_id, company_domain, signal_type, occurred_at, detected_at);
        create or replace table heyreach_connections as select * from (values
            ('1', 'sam', true, timestamptz '2026-01-01', timestamptz '2026-01-01'),
            ('2', 'sam', true, timestamptz '2026-01-03', timestamptz '2026-01-03'),
            ('3', 'sam', true, timestamptz '2026-01-05', timestamptz '2026-01-05'),
            ('4', 'sam', true, timestamptz '2026-01-07', timestamptz '2026-01-07'),
            ('5', 'sam', true, timestamptz '2026-01-09', timestamptz '2026-01-09'),
            ('6', 'sam', true, timestamptz '2026-01-10', timestamptz '2026-01-10'),
            ('7', 'sam', true, timestamptz '2026-01-09 12:00:00+00', timestamptz '2026-01-12'),
            ('8', 'sam', true, null, timestamptz '2026-01-13'),
            ('9', 'sam', true, null, null),
            ('0', 'sam', false, null, null)
        ) as sent (connection_id, lead_id, is_sent, sent_cohort_earliest, sent_cohort_at);
        alter table heyreach_connections add column campaign_id text default '1';
        alter table heyreach_connections add column campaign_lead_id text;
        update heyreach_connections set campaign_lead_id = connection_id;
        create or replace table int_connections_attributed as
        select campaign_id, campaign_lead_id, null::text as title, null::text as company_size,
            if(connection_id = '2', 'none we ask for', null) as company_industry,
            null::text as company_region, if(connection_id = '3', 'a number', null) as phone
        from heyreach_connections;
    """)
    answered(database, "sam", "apollo", "2026-01-02", company_size="120")
    answered(database, "sam", "hunter", "2026-01-04", email="sam@ours.example")
    # What is found later is another matter.
    answered(database, "sam", "apollo", "2026-01-20", company_size="9000")
    score(database)
    found = database.execute(
        "select connection_id, industry, company_size, direct_email, phone, recent_funding, "
        f"multiple_contacts, previous_interaction from ({model_sql('lead_scores_at_send')}) "
        "where icp_profile = 'saas' order by all"
    ).fetchall()
    # Upstream said of one that it is of another industry, and of one its number.
    assert found == [
        ("1", 25, 0, 0, 0, 0, 0, 0),
        ("2", 0, 25, 0, 0, 0, 0, 0),
        ("3", 25, 25, 30, 20, 0, 0, 0),
        ("4", 25, 25, 30, 0, 30, 0, 0),
        ("5", 25, 25, 30, 0, 30, 15, 0),
        ("6", 25, 25, 30, 0, 30, 15, 0),
        ("7", 25, 25, 30, 0, 30, 15, 0),
        ("8", 25, 25, 30, 0, 30, 15, 10),
    ]


@pytest.mark.parametrize(
    ("integration", "field", "status", "signal"),
    [
        ("crunchbase", "last_funding_at", "not_found", "recent_funding"),
        ("greenhouse", "open_positions", "found", "actively_hiring"),
        # Whoever has no board there may publish elsewhere.
        ("greenhouse", "open_positions", "not_found", None),
    ],
)
def test_it_is_known_that_there_is_no_signal_once_somebody_said_so(
    database, integration, field, status, signal
):
    coverage = coverage_of(database)
    database.execute("delete from enrichment_fields")
    database.execute("insert into enrichment_fields values (?, ?, 1)", [integration, field])
    answered(database, "sam", integration, "2026-01-31", **({field: "5"} if status == "found" else {}))
    assert coverage() == INTENT_POINTS.get(signal, 0)
    [(since,)] = database.execute(
        "select max(valid_from)::date::text from lead_score_history where icp_profile = 'anyone large'"
    ).fetchall()
    assert since == ("2026-01-31" if signal else "2026-01-01")


def coverage_of(database: duckdb.DuckDBPyConnection) -> Callable[[], int]:
    """How much more of the total can be known of somebody, per cent, than before anybody was asked."""
    names = ("company_industry", "company_region", "company_size", "technologies", "email", "phone")
    person = dict.fromkeys((*names, "title", "funding_stage"))
    person |= {
        "lead_id": "sam",
        "normalized_profile_url": "linkedin.com/in/somebody",
        "company_domain": "ours.example",
    }
    _table(database, "int_leads_filled", [person])
    database.execute("""
        alter table int_leads_filled add column field_source json;
        alter table int_leads_filled add column created_at timestamptz default timestamptz '2026-01-01';
        create or replace table signal_events as select null as lead_id, null as company_domain,
            null as signal_type, now() as occurred_at, now() as detected_at limit 0;
        delete from int_asks_answered;
    """)

    def coverage() -> int:
        score(database)
        [(told,)] = database.execute(
            "select score_coverage from lead_score_points where icp_profile = 'anyone large'"
        ).fetchall()
        return told

    before = coverage()
    return lambda: coverage() - before


def test_whether_a_company_changes_is_known_once_a_source_has_answered_on_two_days(database):
    coverage = coverage_of(database)
    both = INTENT_POINTS["tech_stack_change"] + INTENT_POINTS["industry_growth"]
    known = []
    for source, at in (
        ("clearbit", "2026-01-01 09:00:00+00"),
        ("apollo", "2026-01-02 09:00:00+00"),
        ("clearbit", "2026-01-01 21:00:00+00"),
        ("clearbit", "2026-01-05"),
    ):
        database.execute(
            "insert into int_company_answers values ('ours.example', ?, ?, '12', ['aws'])", [source, at]
        )
        known.append(coverage())
    assert known == [0, 0, 0, both]
    database.execute("delete from int_company_answers")


def test_whether_a_company_s_leaders_change_is_known_once_one_of_them_was_looked_at(database):
    coverage = coverage_of(database)
    for at, started, decides, is_known in (
        ("2026-01-05", "2020-01-01", False, False),
        ("2026-01-05", None, True, False),
        ("2026-01-05", "2020-01-01", True, True),
    ):
        database.execute("insert into int_positions_told values ('sam', ?, ?, ?)", [at, started, decides])
        assert coverage() == (INTENT_POINTS["leadership_change"] if is_known else 0)
    database.execute("delete from int_positions_told")
