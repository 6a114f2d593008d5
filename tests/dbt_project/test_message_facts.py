"""What texts can speak of, by the view's own SQL on a few leads: the newest of each fact, with its source."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from extract.outreach.sequences import FACTS
from tests.dbt_project.models import model_sql

TABLES = (Path(__file__).parent / "message_facts.sql").read_text(encoding="utf-8")


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


@pytest.fixture(scope="module")
def facts() -> dict[tuple[str, str], tuple]:
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute(TABLES)
        rows = database.execute(model_sql("message_facts")).fetchall()
    assert len({row[:2] for row in rows}) == len(rows)
    return {(lead, fact): tuple(others) for lead, fact, *others in rows}


def test_the_newest_of_each_fact_is_there_with_its_source_and_times(facts):
    ada = {fact: told for (lead, fact), told in facts.items() if lead == "ada"}
    assert ada == {
        "first_name": ("Ada", "heyreach", day(5), None),
        "last_name": ("Sample", "heyreach", day(5), None),
        "company_name": ("Sample", "heyreach", day(1), None),
        "title": ("SRE", "apollo", day(2), None),
        "company_industry": ("Tech", "heyreach", day(1), None),
        "technology": ("Argo CD", "builtwith", day(2), None),
        "recent_post": ("new", "linkedin_posts", day(8), day(3)),
        "company_news": ("Sample opens", "news_feed", day(5), day(4)),
        "recent_funding": ("a Series B round", "crunchbase", day(5), datetime(2025, 12, 1, tzinfo=UTC)),
        "hiring": ("SRE, PM", "lever", day(5), day(3)),
    }


def test_what_is_missing_gives_way_to_what_is_there(facts):
    assert facts["bob", "first_name"][0] == "Bob"  # a blank name is none
    assert facts["bob", "technology"][0] == "AWS"  # what the profile asks for is not among them
    assert facts["bob", "company_news"] == ("Bob speaks", "site", day(9), day(9))
    assert facts["bob", "company_industry"][0] == "odd"
    assert facts["bob", "model_answer"] == ("runs on call", "profile_answer", day(3), None)
    assert facts["bob", "research_answer"] == ("Makes samples.", "web_research", day(2), None)
    assert {fact for lead, fact in facts if lead == "eve"} == {"first_name", "last_name"}
    assert facts["eve", "first_name"][1] == "apollo_people"


def test_each_fact_of_the_catalogue_can_be_told(facts):
    assert {fact for _, fact in facts} == FACTS.keys() - {"headline"}
