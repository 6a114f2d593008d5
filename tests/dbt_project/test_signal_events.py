"""Signals out of answers and connections, by the model's own SQL on tables made by hand."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import md5

import duckdb
import pytest

from tests.dbt_project.models import model_sql

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
            "create table heyreach_connections (lead_id text, campaign_id text, is_accepted bool, "
            "is_replied bool, connection_accepted_at timestamptz, connection_accepted_latest timestamptz, "
            "updated_at timestamptz)"
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
    database.execute(
        "insert into stg_enrichment__answers "
        "select count(*), ?, 'company', ?, 'found', ?, ?::json from stg_enrichment__answers",
        [integration, key, at, json.dumps(fields)],
    )


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


def test_a_person_connected_once_and_replied_at_an_unknown_time(database):
    database.executemany(
        "insert into heyreach_connections values (?, ?, ?, ?, ?, ?, ?)",
        [
            ("sam", "c1", True, True, on(1, 2), on(1, 3), on(1, 20)),
            ("sam", "c2", True, False, on(1, 5), on(1, 6), on(1, 21)),
            ("kim", "c1", True, False, None, None, on(1, 9)),
            ("lou", "c1", False, False, None, None, on(1, 9)),
        ],
    )
    assert [row[:6] for row in events(database)] == [
        ("connected", "kim", "heyreach", None, on(1, 9), 3),
        ("connected", "sam", "heyreach", on(1, 2), on(1, 3), 3),
        ("replied", "sam", "heyreach", None, on(1, 20), 3),
    ]


def test_what_is_known_later_than_the_as_of_is_not_known_yet(database):
    answered(database, "crunchbase", on(2, 3), last_funding_at="2025-12-20")
    assert events(database) == []


def test_a_line_of_a_file_is_about_a_lead_a_company_or_both_and_counts_once(database):
    """Told in two files, it is known from the first on."""
    ada = md5(b"url:linkedin.com/in/ada").hexdigest()
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
