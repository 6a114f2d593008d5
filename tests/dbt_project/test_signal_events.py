"""Signals out of answers and connections, by the model's own SQL on tables made by hand."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import md5

import duckdb
import pytest

from tests.dbt_project.models import PROJECT, model_sql

AS_OF = datetime(2026, 2, 1, 6, tzinfo=UTC)


def on(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026 if month < 6 else 2025, month, day, hour, tzinfo=UTC)


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "create table stg_operations__run_parameters as select ?::timestamptz as as_of", [AS_OF]
        )
        connection.execute(
            "create table stg_enrichment__answers (call_id bigint, integration text, entity text, key text, "
            "status text, answered_at timestamptz, fields json)"
        )
        connection.execute(
            "create table stg_enrichment__discoveries (company_domain text, source text, "
            "found_at timestamptz, last_funding_type text, last_funding_at timestamptz, payload json)"
        )
        connection.execute("create table int_people_discovered (integration text, key text, lead_id text)")
        connection.execute(
            "create table int_leads_filled (lead_id text, company_name text, company_domain text)"
        )
        connection.execute(
            "create table int_icp_profile_versions as select ['head of platform'] as decision_titles, "
            "['rival', 'other rival'] as competitors, timestamptz '1970-01-01' as valid_from, "
            "null::timestamptz as valid_until"
        )
        connection.execute("create view int_icp_profiles as from int_icp_profile_versions")
        connection.execute(
            "create view int_leads_described as select *, timestamptz '1970-01-01' as known_from, "
            "null::timestamptz as known_until from int_leads_filled"
        )
        connection.execute(
            "create table stg_heyreach__campaign_lead_observations (campaign_id text, campaign_lead_id text, "
            "observed_at timestamptz, message_status text, shows_accepted bool)"
        )
        connection.execute(
            "create table message_statuses as from (values ('MessageReply', true), ('unknown', false)) "
            "as statuses (status, is_reply)"
        )
        seed = PROJECT / "seeds" / "title_seniority_rules.csv"
        connection.execute(f"create table title_seniority_rules as select * from read_csv('{seed}')")
        for model in ("int_company_answers", "int_positions_told"):
            connection.execute(f"create view {model} as {model_sql(model)}")
        connection.execute(
            "create table heyreach_connections (lead_id text, campaign_id text, campaign_lead_id text, "
            "is_accepted bool, is_replied bool, connection_accepted_at timestamptz, "
            "connection_accepted_latest timestamptz, updated_at timestamptz)"
        )
        connection.execute(
            "create table stg_signals__events (event_key text, profile_url_raw text, company_domain text, "
            "signal_type text, occurred_at timestamptz, detected_at timestamptz, source text, "
            "signal_data json, file_name text)"
        )
        connection.execute(
            "create table int_profile_urls_normalized as select 'in/ada' as profile_url_raw, "
            "'linkedin.com/in/ada' as normalized_profile_url"
        )
        yield connection


def answered(
    database: duckdb.DuckDBPyConnection, integration: str, at: datetime, key: str = "ours.example", **fields
) -> None:
    entity = "person" if key.startswith("linkedin.com/") else "company"
    database.execute(
        "insert into stg_enrichment__answers "
        "select count(*), ?, ?, ?, 'found', ?, ?::json from stg_enrichment__answers",
        [integration, entity, key, at, json.dumps(fields)],
    )


def lead_of(slug: str) -> str:
    return md5(f"url:linkedin.com/in/{slug}".encode()).hexdigest()


def events(database: duckdb.DuckDBPyConnection) -> list[tuple]:
    return database.execute(
        "select signal_type, coalesce(lead_id, company_domain), source, occurred_at, detected_at, "
        f"signal_tier, signal_data::varchar from ({model_sql('signal_events')}) order by all"
    ).fetchall()


def test_a_round_is_known_from_the_first_answer_that_told_it(database):
    told = {"last_funding_at": "2025-12-20", "last_funding_type": "series_b"}
    answered(database, "crunchbase", on(1, 5), **told)
    answered(database, "crunchbase", on(1, 25), **told)
    answered(database, "pipe0_company_funding", on(1, 10), last_funding_at="2025-11-01")
    [crunchbase, pipe0] = events(database)
    assert crunchbase[:6] == ("recent_funding", "ours.example", "crunchbase", on(12, 20), on(1, 5), 1)
    assert json.loads(crunchbase[6]) == {"type": "series_b"}
    assert pipe0[2:5] == ("pipe0_company_funding", on(11, 1), on(1, 10))


def test_each_round_of_a_history_is_an_event_and_one_announced_ahead_is_none(database):
    rounds = [
        {"date": "2025-12-20", "type": "series_b", "amount_usd": 9, "investors": ["Ours"]},
        {"date": "2024-01-01", "type": "seed", "amount_usd": None, "investors": []},
        {"date": "2027-01-01", "type": "series_c", "amount_usd": None, "investors": []},
        {"date": None, "type": "angel", "amount_usd": None, "investors": []},
    ]
    answered(database, "crunchbase_history", on(1, 5), funding_history=rounds)
    assert [(row[3].year, json.loads(row[6])["type"]) for row in events(database)] == [
        (2024, "seed"),
        (2025, "series_b"),
    ]


def test_a_company_hires_since_its_newest_position_that_was_out(database):
    """Asked again, the same newest one is no news; neither is one dated ahead, or without a date."""
    postings = [
        {"title": "Later", "date": "2026-03-01T00:00:00Z"},
        {"title": "SRE", "date": "2025-12-20T08:00:00Z"},
        {"title": "PM", "date": "2025-11-01T08:00:00Z"},
        {"title": "Writer", "date": None},
    ]
    answered(database, "greenhouse", on(1, 5), open_positions=4, job_postings=postings)
    answered(database, "greenhouse", on(1, 12), open_positions=3, job_postings=postings[1:])
    answered(database, "greenhouse", on(1, 19), open_positions=1, job_postings=[postings[3]])
    answered(database, "lever", on(1, 20), key="none.example", open_positions=0)
    [hiring] = events(database)
    happened = datetime(2025, 12, 20, 8, tzinfo=UTC)
    assert hiring[:6] == ("actively_hiring", "ours.example", "greenhouse", happened, on(1, 5), 1)
    assert json.loads(hiring[6]) == {"open_positions": 4, "newest": ["Later", "SRE", "PM"]}


def test_technologies_that_came_and_went_between_two_answers(database):
    answered(database, "builtwith", on(1, 1), technologies=["AWS", "React"])
    answered(database, "builtwith", on(1, 11), technologies=["React", "AWS"])
    answered(database, "builtwith", on(1, 21), technologies=["React", "Terraform"])
    answered(database, "other", on(1, 30), technologies=["Perl"])
    [change] = events(database)
    assert change[:5] == ("tech_stack_change", "ours.example", "builtwith", on(1, 16), on(1, 21))
    assert json.loads(change[6]) == {"came": ["terraform"], "went": ["aws"]}


@pytest.mark.parametrize(
    ("earlier", "later", "grew"),
    [
        (100, 110, True),
        (100, 109, False),
        (110, 100, False),
        ("51-200", "201-500", True),
        ("51-200", "51-200", False),
        ("201-500", "51-200", False),
        # A source that begins to tell a number where it told a range has seen no growth.
        ("51-200", 190, False),
        ("many", 190, False),
        (0, 190, False),
    ],
)
def test_a_company_that_became_larger_between_two_answers_of_a_source(database, earlier, later, grew):
    answered(database, "clearbit", on(1, 1), company_size=earlier)
    answered(database, "apollo", on(1, 5), company_size=1)
    answered(database, "clearbit", on(1, 21), company_size=later)
    found = [
        (
            "industry_growth",
            "ours.example",
            "clearbit",
            on(1, 11),
            on(1, 21),
            2,
            {"from": earlier, "to": later},
        )
    ]
    told = [
        (*row[:6], {name: type(earlier)(size) for name, size in json.loads(row[6]).items()})
        for row in events(database)
    ]
    assert told == (found if grew else [])


def test_colleagues_tell_of_their_company_s_size(database):
    told = {"company_domain": "https://www.ours.example", "company_name": "Ours"}
    answered(database, "apollo", on(1, 1), "linkedin.com/in/kim", company_size=100, **told)
    answered(database, "apollo", on(1, 21), "linkedin.com/in/sam", company_size=150, **told)
    [growth] = events(database)
    assert growth[:4] == ("industry_growth", "ours.example", "apollo", on(1, 11))


def test_a_decision_maker_in_a_new_position_is_news_about_them_and_their_company(database):
    database.executemany(
        "insert into int_leads_filled values (?, ?, ?)",
        [(lead_of("kim"), "Ours GmbH", "ours.example"), (lead_of("lou"), "Theirs", "theirs.example")],
    )

    def told(slug: str, *positions: dict, day: int = 20, **fields: str) -> None:
        key = f"linkedin.com/in/{slug}"
        answered(database, "linkedin_profile", on(1, day), key, employment=list(positions), **fields)

    new = {"title": "Head of Platform", "company": "Ours", "since": "2025-12"}
    past = {"title": "CEO", "company": "Past", "since": "2025-11", "until": "2025-12"}
    told("kim", new, past)
    told("kim", new, day=25)
    # Moved on: the company that a list knew is not the new one's.
    told("lou", {"title": "CTO", "company": "Elsewhere", "since": "2026-01"})
    # Of the answer's own company its domain is known.
    told("max", new | {"company": "Sample Ltd"}, company_name="Sample", company_domain="sample.example")
    # Nobody who decides, no month, one to come, no title.
    told(
        "ann",
        new | {"title": "SRE"},
        new | {"since": "2026"},
        new | {"since": "2026-09"},
        {"since": "2026-01"},
    )
    found = database.execute(
        "select lead_id, company_domain, occurred_at, detected_at, signal_data ->> '$.title' "
        f"from ({model_sql('signal_events')}) where signal_type = 'leadership_change'"
    ).fetchall()
    assert sorted(found, key=str) == sorted(
        [
            (lead_of("kim"), "ours.example", on(12, 1), on(1, 20), "Head of Platform"),
            (lead_of("lou"), None, on(1, 1), on(1, 20), "CTO"),
            (lead_of("max"), "sample.example", on(12, 1), on(1, 20), "Head of Platform"),
        ],
        key=str,
    )


def test_a_day_s_news_are_one_event_and_a_summary_has_no_day(database):
    news = [
        {"date": "2026-01-02", "title": "Ours opens an office", "publisher": None, "url": None},
        {"date": "2026-01-02", "title": "An office for Ours", "publisher": None, "url": None},
        {"date": "2026-03-02", "title": "Ours will open another", "publisher": None, "url": None},
        {"date": None, "title": "Ours", "publisher": None, "url": None},
    ]
    answered(database, "news_feed", on(1, 5), company_news=news[:1])
    answered(database, "news_feed", on(1, 12), company_news=news)
    answered(database, "pipe0_company_news", on(1, 6), company_news_summary="Opened an office")
    dated, summary = events(database)
    assert dated[:6] == ("news", "ours.example", "news_feed", on(1, 2), on(1, 5), 2)
    assert json.loads(dated[6]) == {"titles": ["An office for Ours", "Ours opens an office"]}
    assert summary[:5] == ("news", "ours.example", "pipe0_company_news", None, on(1, 6))


def test_a_competitor_s_product_is_seen_once_of_each_source(database):
    answered(database, "builtwith", on(1, 5), technologies=["AWS", "Rival"])
    answered(database, "clearbit", on(1, 6), technologies=["Rivals"])
    [seen] = events(database)
    assert seen[:6] == ("competitor_product", "ours.example", "builtwith", None, on(1, 5), 2)
    assert json.loads(seen[6]) == {"products": ["rival"]}


def test_a_person_connected_once_and_replied_at_an_unknown_time(database):
    database.executemany(
        "insert into heyreach_connections values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            ("sam", "c1", "sam", True, True, on(1, 2), on(1, 3), on(1, 20)),
            ("sam", "c2", "sam", True, False, on(1, 5), on(1, 6), on(1, 21)),
            ("kim", "c1", "kim", True, False, None, None, on(1, 9)),
            ("kim", "c2", "kim", True, False, on(1, 11), on(1, 12), on(1, 12)),
            ("lou", "c1", "lou", False, False, None, None, on(1, 9)),
        ],
    )
    # Seen as replied before its row changed again; before that it was accepted, or not yet.
    database.executemany(
        "insert into stg_heyreach__campaign_lead_observations values ('c1', 'sam', ?, ?, ?)",
        [
            (on(1, 16), "MessageReply", False),
            (on(1, 17), "seen", True),
            (on(1, 18), "MessageReply", True),
            (on(1, 20), "MessageReply", True),
        ],
    )
    assert [row[:6] for row in events(database)] == [
        ("connected", "kim", "heyreach", None, on(1, 9), 3),
        ("connected", "sam", "heyreach", on(1, 2), on(1, 3), 3),
        ("replied", "sam", "heyreach", None, on(1, 18), 3),
    ]


def test_what_is_known_later_than_the_as_of_is_not_known_yet(database):
    answered(database, "crunchbase", on(2, 3), last_funding_at="2025-12-20")
    assert events(database) == []


def test_a_line_of_a_file_is_about_a_lead_a_company_or_both_and_counts_once(database):
    """Told in two files, it is known from the first on."""
    ada = lead_of("ada")
    database.executemany(
        "insert into stg_signals__events values (?, ?, ?, ?, ?, ?, 'site', ?, ?)",
        [
            ("1", "in/ada", None, "page_visit", on(1, 2), on(1, 5), '{"page": "/pricing"}', "a"),
            ("2", "in/ada", None, "page_visit", on(1, 2), on(1, 4), None, "b"),
            ("3", None, "ours.example", "contract_renewal", on(1, 3), on(1, 5), '"in March"', "a"),
            ("4", "in/ada", "ours.example", "leadership_change", on(1, 3), on(1, 5), None, "a"),
        ],
    )
    found = database.execute(
        "select signal_type, lead_id, company_domain, signal_tier, detected_at, signal_data ->> '$.detail' "
        f"from ({model_sql('signal_events')}) order by all"
    ).fetchall()
    assert found == [
        ("contract_renewal", None, "ours.example", 1, on(1, 5), "in March"),
        ("leadership_change", ada, "ours.example", 1, on(1, 5), None),
        ("page_visit", ada, None, 3, on(1, 4), None),
    ]
