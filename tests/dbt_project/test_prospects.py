"""Segments, tags and points of random prospects: the models' own SQL, and a calculation written apart."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from statsmodels.stats.proportion import proportion_confint

from dbt_project.rendering import rendered, returned
from extract.outreach.configuration import read_outreach
from tests.dbt_project.models import model_sql

LEADS = 3000
AS_OF = datetime(2026, 2, 1, 6, tzinfo=UTC)
MODELS = ("int_outreach_segments", "int_outreach_settings", "prospect_segments", "prospect_points")
CONFIG = {
    "segments": {
        "founders": {"weight": 5, "rules": {"titles": ["Co-founder", "Stealth"]}},
        "small_or_far": {
            "weight": 50,
            "rules": {"regions": ["eu", "apac"], "company_sizes": ["1-50"], "seniorities": ["exec", "mid"]},
        },
        "cloud": {"weight": 50, "rules": {"technologies": ["Argo CD", "AWS"], "keywords": ["slo"]}},
        "heads": {"weight": 7, "rules": {"titles": ["Head of", "VP"], "departments": ["Platform", "R&D"]}},
        "known": {"weight": 0, "rules": {"sources": ["clay"], "source_lists": ["List A"], "icps": ["sre"]}},
        "ours": {"weight": 1, "rules": {"companies": ["Stealth"], "industries": ["finance"]}},
    },
    "tags": {
        "industry": {"money": ["finance"], "code": ["tech"]},
        "role": {"head": ["Head of", "VP"], "manager": ["eng manager"], "founder": ["Co-founder"]},
        "location": {"near": ["eu", "na"], "far": ["apac"]},
        "relevance": {"high": ["SLO", "on-call"], "some": ["AWS", "platform"]},
        "engagement_potential": {"high": 60, "medium": 25},
    },
    "points": {"fit": {"role": 30, "relevance": 20, "industry": 15, "location": 10, "lead_score": 25}},
    "facts": {"posted_within_days": 20, "followers_from": 700, "referring_seniorities": ["exec"]},
    "priorities": {
        "weights": {"fit": 3, "referral_capacity": 2, "signal_strength": 2},
        "minimum_fit": 60,
        "minimum_referral_capacity": 50,
        "limit": 7,
    },
}  # fmt: skip
COLUMNS = {
    "titles": "title", "departments": "title", "seniorities": "lead_seniority", "icps": "icp",
    "companies": "company_name", "industries": "company_industry", "regions": "company_region",
    "company_sizes": "company_size", "sources": "source", "source_lists": "source_list",
    "keywords": "keywords", "technologies": "technologies",
}  # fmt: skip
VALUES = {
    "title": ["Co-founder & CTO", "Head of Platform", "VP, R&D", "Platformer", "Overhead of VPs", "SRE", "",
              None],
    "headline": ["On-Call, always", "slow", None],
    "lead_seniority": ["exec", "senior", "mid", "unknown"],
    "icp": ["sre", "eng_manager", None],
    "company_name": ["Stealth Startup", "Stealthy Ltd", "Ours", None],
    "company_industry": ["finance", "tech", "retail", None],
    "company_region": ["eu", "na", "apac", None],
    "company_size": ["1-50", "51-200", None],
    "source": ["clay", "other", None],
    "source_list": ["List A", "list a", "List AB", None],
    "keywords": ["slo | on call", "SLO, aws", "slogan", None],
    "technologies": ["AWS, Argo CD", "argo", "nginx; argo cd", None],
    "company_domain": [f"company-{number}.example" for number in range(400)] + [None],
}  # fmt: skip
POINTS = {
    "referral_capacity": {"seniority": 40, "colleagues": 25, "followers": 15, "connected": 10, "replied": 10},
    "signal_strength": {
        "intent": 40,
        "posted": 20,
        "visited": 15,
        "company_news": 10,
        "enrichment_score": 15,
    },
    "engagement_potential": {"posted": 25, "followers": 15, "connected": 25, "replied": 25, "visited": 10},
}


def words(text: str | None) -> str:
    return " ".join(["", *re.findall(r"[^\W_]+", (text or "").lower()), ""])


def parts(text: str | None) -> set[str]:
    return {part.strip().lower() for part in re.split(r"[,;|]", text or "")} - {""}


def keeps(lead: dict[str, Any], rule: str, wanted: list[str]) -> bool:
    value = lead[COLUMNS[rule]]
    if rule in ("titles", "departments", "companies"):
        return any(words(word) in words(value) for word in wanted)
    if rule in ("keywords", "technologies"):
        return bool(parts(value) & {word.lower() for word in wanted})
    return value is not None and value.lower() in {word.lower() for word in wanted}


def fitting(lead: dict[str, Any], segments: dict[str, Any]) -> list[str]:
    return [
        name
        for name, segment in segments.items()
        if segment["rules"] == {"anyone": True}
        or all(keeps(lead, rule, wanted) for rule, wanted in segment["rules"].items())
    ]


def tag(kind: str, *texts: str | None) -> str | None:
    text = "".join(words(each) for each in texts)
    found = (name for name, wanted in CONFIG["tags"][kind].items() if any(words(w) in text for w in wanted))
    return next(found, None)


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def judged(lead: dict[str, Any]) -> dict[str, Any]:
    """Tags, scores, whether it is top, what isn't known: by the words of config/outreach.yaml."""
    tags = {
        "industry": tag("industry", lead["company_industry"]),
        "role": tag("role", lead["title"], (lead["icp"] or "").replace("_", " ")),
        "location": tag("location", lead["company_region"]),
        "relevance": tag(
            "relevance", lead["title"], lead["headline"], lead["keywords"], lead["technologies"]
        ),
    }
    shares = {
        "lead_score": None if lead["lead_score"] is None else Fraction(lead["lead_score"], 100),
        "intent": None if lead["intent_score"] is None else Fraction(lead["intent_score"], 100),
        "enrichment_score": Fraction(*lead["signals"]) if lead["signals"] and lead["signals"][1] else None,
    }
    posted = lead["posted_on"]
    holds = {
        **{name: value is not None for name, value in tags.items()},
        "seniority": lead["lead_seniority"] == "exec",
        "colleagues": lead["has_multiple_contacts"],
        "followers": (lead["followers"] or 0) >= 700,
        "posted": posted is not None
        and datetime(*posted.timetuple()[:3], tzinfo=UTC) + timedelta(20) > AS_OF,
        "connected": lead["degree"] == "1" or "connected" in lead["own"],
        "replied": "replied" in lead["own"],
        "visited": bool({"page_visit", "download"} & (lead["own"] | lead["company"])),
        "company_news": "news" in lead["company"],
    }
    scores = {
        group: sum(
            half_up(points * (shares[name] or 0)) if name in shares else points * holds[name]
            for name, points in each.items()
        )
        for group, each in {"fit": CONFIG["points"]["fit"], **POINTS}.items()
    }
    weights = CONFIG["priorities"]["weights"]
    potential = scores["engagement_potential"]
    missing = [
        said
        for said, lacks in (
            ("title", lead["title"] is None),
            ("industry", lead["company_industry"] is None),
            ("region", lead["company_region"] is None),
            ("lead score", lead["lead_score"] is None),
            ("company domain", lead["company_domain"] is None),
            ("followers", lead["followers"] is None),
            ("posts", posted is None and not lead["is_asked_for_posts"]),
            ("enrichment score", shares["enrichment_score"] is None),
        )
        if lacks
    ]
    return {
        **{f"{name}_tag": value for name, value in tags.items()},
        "engagement_potential_tag": "high" if potential >= 60 else "medium" if potential >= 25 else "low",
        "engagement_potential_score": potential,
        "prospect_fit_score": scores["fit"],
        "referral_capacity_score": scores["referral_capacity"],
        "signal_strength_score": scores["signal_strength"],
        "priority_score": half_up(Fraction(sum(weights[part] * scores[part] for part in weights), 7)),
        "is_top": scores["fit"] >= 60 and scores["referral_capacity"] >= 50,
        "missing": ", ".join(missing) or None,
    }


def random_leads() -> list[dict[str, Any]]:
    chance = random.Random(19)
    news = {
        domain: {name for name in ("news", "page_visit") if chance.random() < 0.3}
        for domain in VALUES["company_domain"]
    }
    leads = []
    for number in range(LEADS):
        lead = {name: chance.choice(values) for name, values in VALUES.items()}
        has_score, asked = chance.random() < 0.8, chance.randrange(3)
        leads.append(
            lead
            | {
                "lead_id": f"lead {number}",
                "lead_score": chance.randrange(101) if has_score else None,
                "intent_score": chance.randrange(101) if has_score else None,
                "signals": (chance.randint(0, 6), 6) if asked else (0, 0) if chance.random() < 0.5 else None,
                "followers": chance.choice((None, 3, 699, 700, 90_000)),
                "posted_on": chance.choice((None, date(2026, 1, 12), date(2026, 1, 13), date(2026, 1, 30))),
                "is_asked_for_posts": chance.random() < 0.5,
                "degree": chance.choice(("1", "2", None)),
                "has_multiple_contacts": chance.random() < 0.5,
                "own": {name for name in ("connected", "replied", "download") if chance.random() < 0.3},
                "company": news[lead["company_domain"]] if lead["company_domain"] else set(),
            }
        )
    return leads


def filled(folder: Path, segments: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A database with the tables that the models read, of the random leads, and a configuration."""
    named = {name: {"label": name, "tone": "dry", **segment} for name, segment in segments.items()}
    path = folder / "outreach.yaml"
    path.write_text(yaml.safe_dump({**CONFIG, "segments": named}, sort_keys=False))
    database = duckdb.connect()
    database.execute("set TimeZone = 'UTC'")
    database.execute(
        """
        create table stg_operations__run_parameters as
        select 'mine' as outreach_config_hash, 'other' as scoring_config_hash, ?::timestamptz as as_of;
        """,
        [AS_OF],
    )
    database.execute(
        "create table stg_operations__scoring_configs as "
        "from (values ('mine', ?::json), ('other', '{}'::json)) as configs (config_hash, config)",
        [read_outreach(path).text],
    )
    leads = random_leads()
    told = [json.dumps(lead, default=lambda value: sorted(value) if isinstance(value, set) else str(value))
            for lead in leads]  # fmt: skip
    database.execute("create table told as select unnest(?::json[]) as lead", [told])
    texts = ", ".join(f"lead ->> '$.{name}' as {name}" for name in ("lead_id", *VALUES))
    database.execute(f"""
        create table heyreach_leads as
        select {texts}, (lead ->> '$.lead_score')::utinyint as lead_score, true as is_valid_profile_url,
            timestamptz '{AS_OF}' as as_of from told;
        insert into heyreach_leads (lead_id, is_valid_profile_url, title)
        values ('no link', false, 'Stealth');
        create table icp_profiles as select 'saas' as name, true as is_default, null as valid_until;
        create table lead_score_points as
        select lead ->> '$.lead_id' as lead_id, profile as icp_profile,
            if(profile = 'saas', lead ->> '$.intent_score', '99')::utinyint as intent_score
        from told, (values ('saas'), ('another')) as profiles (profile)
        where lead ->> '$.intent_score' is not null;
        create table lead_facts as
        select lead ->> '$.lead_id' as lead_id, until as known_until,
            (lead ->> '$.has_multiple_contacts')::bool <> (until is not null) as has_multiple_contacts
        from told, (values (null), (timestamptz '2026-01-01')) as times (until);
        create table int_lead_enrichments as
        select lead ->> '$.lead_id' as lead_id, (lead ->> '$.signals[0]')::bigint as signals_found,
            (lead ->> '$.signals[1]')::bigint as signals_asked
        from told where lead ->> '$.signals' is not null;
        create table enrichment_values as
        select lead ->> '$.lead_id' as lead_id, field, lead ->> path as value, true as is_chosen
        from told, (values ('follower_count', '$.followers'), ('last_post_date', '$.posted_on'),
            ('connection_degree', '$.degree')) as fields (field, path)
        where lead ->> path is not null
        union all
        select lead ->> '$.lead_id', 'total_posts', '0', true
        from told where (lead ->> '$.is_asked_for_posts')::bool
        union all
        select lead ->> '$.lead_id', 'follower_count', '1000000', false from told;
        create table signal_events as
        select lead ->> '$.lead_id' as lead_id, null::text as company_domain,
            unnest(from_json(lead -> '$.own', '["VARCHAR"]')) as signal_type,
            null::timestamptz as occurred_at, timestamptz '2025-11-04' as detected_at,
            timestamptz '{AS_OF}' as as_of
        from told
        union all
        select distinct null, lead ->> '$.company_domain',
            unnest(from_json(lead -> '$.company', '["VARCHAR"]')), timestamptz '2025-11-04',
            timestamptz '2026-01-20', timestamptz '{AS_OF}' from told
        union all
        -- Too old to count.
        select distinct null, lead ->> '$.company_domain', 'download', timestamptz '2025-11-03',
            timestamptz '2026-01-20', timestamptz '{AS_OF}'
        from told where lead ->> '$.company_domain' is not null;
    """)
    for name in MODELS:
        database.execute(f"create table {name} as {model_sql(name)}")
    database.execute(f"create view prospect_priorities as {model_sql('prospect_priorities')}")
    return database


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Iterator[duckdb.DuckDBPyConnection]:
    with filled(tmp_path_factory.mktemp("prospects"), CONFIG["segments"]) as connection:
        yield connection


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    answer = database.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def matches(database: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Lead -> its segments, the assigned one first."""
    found: dict[str, list[str]] = {}
    for row in rows(database, "from prospect_segments order by not is_assigned, segment_order"):
        assert row["is_assigned"] == (row["lead_id"] not in found)
        found.setdefault(row["lead_id"], []).append(row["segment"])
    return found


def test_segments_are_those_whose_rules_all_fit_and_the_first_is_theirs(database):
    found = matches(database)
    expected = {lead["lead_id"]: fitting(lead, CONFIG["segments"]) for lead in random_leads()}
    assert found == {lead_id: names for lead_id, names in expected.items() if names}
    assigned = Counter(names[0] if names else "none" for names in expected.values())
    assert assigned.keys() == {"none", *CONFIG["segments"]}
    assert sum(len(names) > 1 for names in expected.values()) > LEADS / 10
    segments = "select lead_id, segment from prospect_priorities"
    assert {row["lead_id"]: row["segment"] for row in rows(database, segments)} == {
        lead_id: names[0] if names else None for lead_id, names in expected.items()
    }


def test_the_rule_is_said_with_what_it_found(database):
    said = rows(
        database,
        "select distinct leads.title, matched_rule from prospect_segments inner join heyreach_leads as leads "
        "using (lead_id) where segment = 'heads' order by all",
    )
    assert [(row["title"], row["matched_rule"]) for row in said] == [
        ("Head of Platform", 'the title has "head of"; the title names "platform"'),
        ("VP, R&D", 'the title has "vp"; the title names "r&d"'),
    ]
    [cloud] = {
        row["matched_rule"] for row in rows(database, "from prospect_segments where segment = 'known'")
    }
    assert cloud == "ICP is sre; source is clay; source list is list a"


def test_tags_points_and_priorities_are_those_of_the_configuration(database):
    found = {row["lead_id"]: row for row in rows(database, "from prospect_priorities")}
    leads = random_leads()
    assert len(found) == len(leads)
    for lead in leads:
        expected = judged(lead)
        assert {name: found[lead["lead_id"]][name] for name in expected} == expected, lead
    for name in ("engagement_potential_tag", "is_top", "role_tag", "relevance_tag"):
        assert min(Counter(row[name] for row in found.values()).values()) > LEADS / 100
    types = {row["column_type"] for row in rows(database, "describe prospect_points")}
    assert not {"DOUBLE", "FLOAT"} & types


def test_why_says_each_fact_that_gives_points(database):
    texts = returned("words/*.sql", "prospect_texts()")
    entries = [
        each
        for each in returned("catalogue/*.sql", "prospect_points()")
        if each["group"] != "engagement_potential"
    ]
    assert {each["name"] for each in entries} == set(texts)
    both = "from prospect_points inner join prospect_priorities using (lead_id) order by lead_id limit 500"
    for row in rows(database, both):
        given = sum(row[f"{each['group']}_{each['name']}"] > 0 for each in entries)
        said = row["why"].split("; ")
        assert len(said) == max(given, 1)
        assert (said == [returned("words/*.sql", "no_reason_text()")]) == (given == 0)


def test_nothing_that_is_inferred_of_a_person_is_asked_for_or_gives_points():
    sensitive = {each["column"] for each in returned("catalogue/*.sql", "sensitive_dimensions()")}
    sensitive |= {"is_employed", "estimated_age", "age_bracket", "gender"}
    rules = {each["column"] for each in returned("catalogue/*.sql", "segment_rules()")}
    assert rules == set(COLUMNS.values())
    assert not rules & sensitive
    for model in MODELS:
        assert not set(re.findall(r"\w+", model_sql(model))) & sensitive


def test_the_last_segment_takes_whoever_is_left(tmp_path):
    segments = {**CONFIG["segments"], "rest": {"weight": 0, "rules": {"anyone": True}}}
    with filled(tmp_path, segments) as database:
        found = matches(database)
        assert found == {lead["lead_id"]: fitting(lead, segments) for lead in random_leads()}
        [said] = {
            row["matched_rule"] for row in rows(database, "from prospect_segments where segment = 'rest'")
        }
        assert said == "everybody who is in no segment before"


def test_without_a_configuration_nobody_is_in_a_segment(database):
    database.execute("begin")
    try:
        database.execute("update stg_operations__run_parameters set outreach_config_hash = null")
        for name in MODELS:
            database.execute(f"create or replace table {name} as {model_sql(name)}")
            assert database.execute(f"select count(*) from {name}").fetchall() == [(0,)]
    finally:
        database.execute("rollback")


def add_requests(database: duckdb.DuckDBPyConnection, told: list[tuple[str, int, str]]) -> None:
    """Tables of requests, so many to each lead of that outcome, and of who waits for two senders."""
    database.execute("""
        create table heyreach_connections (campaign_id text, campaign_lead_id text, lead_id text, status text,
            is_sent bool, is_accepted bool, is_undecided bool, is_waiting bool, is_mature bool,
            is_accepted_in_window bool);
        create table fnd_sender_capacity as from (values (30.5), (9.6)) as senders (weekly_capacity);
        alter table stg_operations__run_parameters add column hide_rate_below integer default 10;
    """)
    for lead_id, number, outcome in told:
        sent, accepted = outcome != "queued", outcome in ("accepted", "undecided")
        database.execute(
            "insert into heyreach_connections "
            "select 'c', ? || ? || range, ?, ?, ?, ?, ?, ?, ?, ? from range(?)",
            [
                *(lead_id, outcome, lead_id, "accepted" if accepted else outcome, sent, accepted),
                *(outcome == "undecided", not sent, sent, accepted, number),
            ],
        )
    database.execute("""
        create table int_connections_dated as
        select campaign_id, campaign_lead_id, is_undecided, is_mature, true as is_within_window,
            if(is_undecided, 'one', null) as undecided_group
        from heyreach_connections;
        create table int_connections_asked as
        select true as is_undecided, 'one' as undecided_group, 4 as group_rows, 0 as group_asked_at_least,
            4 as group_asked_at_most;
        create table fnd_leads_to_ask as
        select lead_id from heyreach_leads
        where is_valid_profile_url and lead_id not in (select lead_id from heyreach_connections);
    """)


def test_a_segment_comes_to_its_share_its_people_and_their_requests(database):
    first: dict[str, list[str]] = {}
    for row in rows(database, "from prospect_priorities order by lead_id"):
        first.setdefault(row["segment"] or "none", []).append(row["lead_id"])
    asked, doubted, waiting, alone = (first[name][0] for name in ("founders", "heads", "cloud", "none"))
    database.execute("begin")
    try:
        add_requests(
            database,
            [
                *((asked, 8, "accepted"), (asked, 12, "pending"), (alone, 3, "accepted")),
                *((doubted, 20, "accepted"), (doubted, 20, "pending"), (doubted, 4, "undecided")),
                (waiting, 1, "queued"),
            ],
        )
        segments = rows(database, f"from ({model_sql('rpt_segments')}) order by segment_order")
        listed = rows(database, f"from ({model_sql('fnd_prospects_listed')}) order by segment, rank")
    finally:
        database.execute("rollback")
    found = {row["segment"]: row for row in segments}
    assert list(found) == [*CONFIG["segments"], "none"]
    assert {name: row["requests_of_week"] for name, row in found.items()} == {
        "founders": 2, "small_or_far": 18, "cloud": 18, "heads": 2, "known": 0, "ours": 0, "none": 0,
    }  # fmt: skip
    assert sum(row["share_percent"] for row in found.values()) == 100
    assert {(row["week_requests"], row["weights"]) for row in found.values()} == {(40, 113)}
    for name, row in found.items():
        people = len(first[name])
        untouched = people - (name in ("founders", "heads", "none"))
        assert (row["prospects"], row["never_asked"]) == (people, untouched)
        assert row["to_ask"] == untouched - (name == "cloud")
        assert row["matching_prospects"] >= (row["prospects"] if name != "none" else 0)
    founders, heads, none = found["founders"], found["heads"], found["none"]
    assert (founders["mature_sent"], founders["mature_accepted"], founders["accept_rate"]) == (20, 8, 0.4)
    assert (founders["ci_low"], founders["ci_high"]) == pytest.approx(
        proportion_confint(8, 20, method="wilson"), abs=1e-9
    )
    assert (heads["mature_sent"], heads["accept_rate"], heads["is_rate_in_doubt"]) == (44, None, True)
    assert (none["mature_sent"], none["accept_rate"], none["label"]) == (3, None, "In no segment")
    # As many as senders could ask in two weeks, which is more than the limit of 7.
    assert Counter(row["segment"] for row in listed) == dict.fromkeys(CONFIG["segments"], 2 * 40)
    assert {asked, doubted, waiting}.isdisjoint(row["lead_id"] for row in listed)
    by_id = {lead["lead_id"]: judged(lead) for lead in random_leads()}
    for segment in CONFIG["segments"]:
        order = [by_id[row["lead_id"]] for row in listed if row["segment"] == segment]
        keys = [(not each["is_top"], -each["priority_score"]) for each in order]
        assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("places", "weights", "expected"),
    [
        (40, [50, 50, 5], [19, 19, 2]),
        (100, [50, 50, 5], [48, 47, 5]),
        (100, [1, 1, 1], [34, 33, 33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (7, [0, 3, 0], [0, 7, 0]),
        (0, [5, 5], [0, 0]),
    ],
)
def test_places_are_shared_by_largest_remainder(places, weights, expected):
    shared = rendered("largest_remainder.sql", "largest_remainder('places', 'weight', 'weights', 'position')")
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select {shared} from (select *, sum(weight) over () as weights from "
            "(select ?::bigint as places, unnest(?::integer[]) as weight, unnest(range(?)) as position)) "
            "order by position",
            [places, weights, len(weights)],
        ).fetchall()
    assert [place for (place,) in found] == expected
