"""Every integration against its service's HTTP shape, and what each declares of itself."""

import csv
import importlib
import inspect
import pkgutil
from datetime import date, timedelta

import pytest

from dbt_project import warehouse
from extract.enrichment import integrations
from extract.enrichment.base import COLUMNS, Integration
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.registry import INTEGRATIONS, NOT_BUILT, waves
from extract.people.traits import INFERRED_TRAITS
from extract.workspace.services import HEYREACH, PROFILES, SERVICES
from tests.extract.enrichment import stand_ins

FOUND = {
    "linkedin_profile": {
        "headline": "Site reliability at Example",
        "title": "SRE",
        "company_name": "Example Ltd",
        "location": "Springfield",
        "follower_count": 1234,
        "about": "I keep examples running.",
        "employment": [
            {"title": "Past", "company": "Old Ltd", "until": "2020"},
            {"title": "SRE", "company": "Example Ltd", "since": "2023-03"},
        ],
        "education": [
            {
                "school": "Springfield College",
                "degree": "BS",
                "field": "Examples",
                "since": "2008",
                "until": "2012",
            }
        ],
    },
    "linkedin_keyword_mentions": {
        "mention_count": 2,
        "mention_urls": ["https://x/1", "https://x/3"],
        "first_mention_date": "2024-01-01",
    },
    "web_research": {"company_description": "Makes examples", "technologies": ["Go"], "company_size": 40},
    "find_ceo": {"ceo_name": "Sam Sample", "ceo_linkedin_url": "https://www.linkedin.com/in/sam-sample"},
    "company_linkedin": {
        "company_linkedin_url": "https://linkedin.com/company/example",
        "company_size": 187,
        "company_industry": "Computer Software",
        "company_country": "US",
    },
    "apollo": {
        "title": "SRE",
        "headline": "SRE",
        "email": "sam@example.com",
        "email_status": "verified",
        "phone": "+15550100",
        "company_name": "Example Ltd",
        "company_domain": "example.com",
        "company_industry": "software",
        "company_size": 210,
        "company_country": "Germany",
        "employment": [
            {"title": "SRE", "company": "Example Ltd", "since": "2025-11"},
            {"title": "Past", "company": "Old Ltd", "until": "2025-10"},
        ],
    },
    "clearbit": {
        "company_name": "Example Ltd",
        "company_industry": "Internet Software & Services",
        "company_size": 250,
        "company_country": "Germany",
        "founded_year": 2011,
        "estimated_revenue": "$10M-$50M",
        "technologies": ["aws_ec2", "postgresql"],
    },
    "hunter": {
        "email": "sam@example.com",
        "email_score": 97,
        "email_status": "valid",
        "phone": "+15550101",
    },
    "hunter_verifier": {
        "verified_email": "sam@example.com",
        "verified_email_status": "accept_all",
        "verified_email_score": 78,
    },
    "ceo_email": {"ceo_email": "sam@example.com", "ceo_email_score": 97},
    "crunchbase": {
        "company_description": "Makes examples",
        "funding_total_usd": 12_000_000,
        "last_funding_at": "2026-01-15",
        "last_funding_type": "series_a",
        "funding_rounds": 2,
        "company_size": 51,
    },
    "crunchbase_history": {
        "funding_history": [
            {
                "date": "2026-01-15",
                "type": "series_a",
                "amount_usd": 10_000_000,
                "investors": ["Sample Capital", "Invented Ventures"],
            },
            {
                "date": "2024-01-02",
                "type": "seed",
                "amount_usd": 2_000_000,
                "investors": ["Invented Ventures"],
            },
        ],
        "investors": ["Invented Ventures", "Sample Capital"],
        "company_news": [
            {
                "date": "2026-03-02",
                "title": "Example raises",
                "publisher": None,
                "url": "https://example.com/news",
            },
            {
                "date": "2026-02-01",
                "title": "Example opens an office",
                "publisher": "Springfield News",
                "url": None,
            },
        ],
    },
    "builtwith": {"technologies": ["React", "nginx"]},
    "greenhouse": {
        "job_board": "Example",
        "open_positions": 2,
        "job_postings": [
            {
                "title": "Writer",
                "department": None,
                "location": "Remote",
                "date": "2026-02-20T08:00:00Z",
                "url": None,
            },
            {
                "title": "Site Reliability Engineer",
                "department": "Platform",
                "location": "Springfield",
                "date": "2026-02-02T03:30:00Z",
                "url": "https://boards.greenhouse.io/example/jobs/1",
            },
        ],
    },
    "lever": {
        "job_board": "example",
        "open_positions": 101,
        "job_postings": [
            {
                "title": f"Engineer {number}",
                "department": "Platform",
                "location": "Berlin",
                "date": f"{date(2026, 1, 1) + timedelta(days=number)}T00:00:00Z",
                "url": f"https://jobs.lever.co/example/{number}",
            }
            for number in range(100, 50, -1)
        ],
    },
    "apollo_job_postings": {
        "open_positions": 3,
        "job_postings": [
            {
                "title": title,
                "department": None,
                "location": location,
                "date": date,
                "url": "https://jobs.example.com/1",
            }
            for title, location, date in (
                ("Writer", "Germany", "2026-02-20T00:00:00Z"),
                ("SRE", "Berlin, Germany", "2026-02-01T00:00:00Z"),
                ("Cook", "Germany", None),
            )
        ],
    },
    "news_feed": {
        "company_news": [
            {
                "date": "2026-02-03",
                "title": "Example & friends open an office",
                "publisher": "Springfield News",
                "url": "https://news.example.com/1",
            },
            {"date": None, "title": "Why Example, of all", "publisher": None, "url": None},
        ],
    },
    "pipe0_company_overview": {
        "company_description": "Makes examples",
        "company_industry": "Software",
        "company_size": 180,
        "founded_year": 2011,
        "company_region": "EMEA",
        "estimated_revenue": "10M",
    },
    "pipe0_company_techstack": {"technologies": ["nginx"]},
    "pipe0_company_funding": {"funding_total_usd": 12_000_000, "funding_history": [{"round": "A"}]},
    "pipe0_company_news": {"company_news_summary": "Opened an office"},
    "pipe0_person_posts": {"recent_posts": 2},
    "heyreach_engagement": {
        "messages_sent": 1,
        "replies": 2,
        "first_reply_at": "2026-01-03T03:04:05+00:00",
        "last_reply_at": "2026-01-04T03:04:05+00:00",
        "speaks_of_meeting": True,
    },
    "heyreach_campaigns": {
        "campaign_count": 2,
        "active_campaign_count": 1,
        "first_campaign_at": "2026-01-01T00:00:00+00:00",
        "campaign_history": [
            {
                "campaign_id": "1",
                "campaign_name": "Q1",
                "campaign_status": "IN_PROGRESS",
                "lead_status": "Pending",
                "enrolled_at": "2026-01-01T00:00:00+00:00",
            },
            {
                "campaign_id": "2",
                "campaign_name": None,
                "campaign_status": "FINISHED",
                "lead_status": "Finished",
                "enrolled_at": None,
            },
        ],
    },
    "heyreach_network": {"is_connection": True, "connection_degree": 1},
}
# By its dates, which the test compares; and by tests of profile text and inference.
TRIED_ELSEWHERE = {
    *("linkedin_post_activity", "linkedin_posts", "profile_text", "profile_inference"),
    "profile_answer",
}
# The secret of each service, where its document wants it.
AUTHENTICATED = {
    "datagen": ("X-API-Key", "test-datagen_api_key"),
    "apollo": ("X-Api-Key", "test-apollo_api_key"),
    "clearbit": ("Authorization", "Bearer test-clearbit_api_key"),
    "crunchbase": ("X-cb-user-key", "test-crunchbase_api_key"),
    "pipe0": ("Authorization", "Bearer test-pipe0_api_key"),
}


@pytest.mark.parametrize("integration", INTEGRATIONS.values(), ids=lambda each: each.name)
def test_each_integration_declares_what_it_needs_and_yields(integration: type[Integration]):
    each = integration(EnrichmentConfig())
    assert not inspect.isabstract(integration)
    assert each.description.endswith(".")
    assert each.name == each.name.lower()
    assert set(each.inputs) <= set(COLUMNS)
    assert each.outputs
    assert len(set(each.outputs)) == len(each.outputs)
    assert each.service in {*SERVICES, HEYREACH, PROFILES}
    assert each.entity in ("person", "company", "email")
    assert each.found_days > 0 <= each.not_found_days
    assert each.subject({}) is None
    # Only what costs nothing is asked once more after a crash.
    assert not (each.is_repeatable and each.credits)


def test_every_integration_there_is_is_registered_and_cites_its_document():
    classes = set()
    for module in pkgutil.iter_modules(integrations.__path__, f"{integrations.__name__}."):
        loaded = importlib.import_module(module.name)
        found = {
            each
            for name, each in vars(loaded).items()
            if isinstance(each, type) and issubclass(each, Integration) and not inspect.isabstract(each)
            if each.__module__ == module.name and not name.startswith("_")
        }
        is_asked = any(each.service != PROFILES for each in found)
        assert "https://" in (loaded.__doc__ or "") or not is_asked, module.name
        classes |= found
    assert classes == set(INTEGRATIONS.values())


def test_every_integration_is_tried_against_its_service_s_shape():
    assert INTEGRATIONS.keys() - FOUND.keys() == TRIED_ELSEWHERE


def test_nothing_is_both_built_and_not_and_each_reason_is_given():
    assert not INTEGRATIONS.keys() & NOT_BUILT.keys()
    assert all(len(reason) > 20 for reason in NOT_BUILT.values())
    assert all(service.document.startswith("https://") for service in SERVICES.values())


def test_the_warehouse_knows_every_field_of_every_integration():
    with (warehouse.PROJECT_DIR / "seeds" / "enrichment_fields.csv").open() as file:
        seed = {(row["integration"], row["field"]): row["is_sensitive"] for row in csv.DictReader(file)}
    assert set(seed) == {(name, field) for name, each in INTEGRATIONS.items() for field in each.outputs}
    sensitive = {field for (_, field), is_sensitive in seed.items() if is_sensitive == "true"}
    assert sensitive == set(INFERRED_TRAITS)


def test_who_needs_what_another_yields_is_asked_after_it():
    config = EnrichmentConfig()
    names = ("ceo_email", "apollo", "find_ceo")
    ordered = [[each.name for each in wave] for wave in waves([INTEGRATIONS[name](config) for name in names])]
    # apollo yields a domain that find_ceo needs, which yields the name that ceo_email needs
    assert ordered == [["apollo"], ["find_ceo"], ["ceo_email"]]


def test_every_service_is_read_by_its_documented_shape(enricher, served, lead):
    told = {"ceo_name": "Sam Sample", "email": "sam@example.com", "company_name": "Example Ltd"}
    rows = enricher.leads(lead(sender_account_id="50001", **told))
    enricher.environment = {"HEYREACH_API_KEY": "key", "HEYREACH_BASE_URL": served.url("heyreach")}
    enricher.environment["HEYREACH_REQUESTS_PER_MINUTE"] = "0"
    names = [name for name in INTEGRATIONS if name in FOUND]
    assert enricher.run(",".join([*names, "linkedin_post_activity"]), rows) is None
    with EnrichmentLedger(enricher.folder / "data" / "enrichment.sqlite") as ledger:
        [run] = ledger.select("select run_id from runs")
        found = {ask.integration: ask.fields for ask in ledger.asks(run["run_id"])}
        payloads = " ".join(str(row["payload"]) for row in ledger.select("select payload from answers"))
    activity = found.pop("linkedin_post_activity")
    assert found == FOUND
    assert activity["total_posts"] == 3
    assert activity["posts_last_30_days"] <= activity["posts_last_90_days"] <= activity["total_posts"]
    for service, (header, secret) in AUTHENTICATED.items():
        assert all(each.headers[header] == secret for each in served.asked if each.service == service)
    # Neither messages, nor texts of posts, nor pictures are kept.
    for text in ("facebook", "Let us book", "Trying Claude", "photo"):
        assert text not in payloads


@pytest.mark.parametrize(
    ("integration", "cells"),
    [
        ("linkedin_profile", {"linkedin_url": "https://www.linkedin.com/in/nobody"}),
        ("apollo", {"linkedin_url": "https://www.linkedin.com/in/nobody"}),
        ("clearbit", {"company_domain": "nothing.example.com"}),
        ("hunter", {"company_domain": "nothing.example.com"}),
        ("apollo_job_postings", {"company_domain": "nothing.example.com"}),
    ],
)
def test_nothing_found_is_told_apart_and_known_for_a_while(enricher, served, lead, integration, cells):
    rows = enricher.leads(lead(**cells))
    assert enricher.run(integration, rows) is None
    assert enricher.statuses() == {integration: "not_found"}
    # Clearbit charges for what it doesn't find, by its own account.
    assert enricher.answers()[0]["credits"] == (1 if integration == "clearbit" else 0)
    asked = len(served.asked)
    assert enricher.run(integration, rows) is None
    assert len(served.asked) == asked


def test_few_rows_of_pipe0_are_answered_at_once_and_ten_by_a_run(enricher, served, lead):
    enricher.run("pipe0_company_overview", enricher.leads(*(lead(number) for number in range(9))))
    assert [each.path for each in served.asked] == ["v1/pipes/run/sync"]
    enricher.run("pipe0_company_techstack", enricher.leads(*(lead(number) for number in range(10))))
    paths = [each.path for each in served.asked[1:]]
    assert paths == ["v1/pipes/run", "v1/pipes/check/run-1", "v1/pipes/check/run-1"]
    assert {ask.status for ask in enricher.asks()} == {"found"}


def test_pipe0_without_credits_says_success_and_is_not_believed(enricher, served, lead):
    served.answers["pipe0"] = lambda request: (
        200,
        stand_ins.pipe0_result(request.body, "no_result"),
    )
    rows = enricher.leads(*(lead(number) for number in range(6)))
    error = enricher.run("pipe0_company_overview", rows)
    assert error.exit_code == 3
    assert "credits" in str(error)
    assert {ask.status for ask in enricher.asks()} == {"no_credits"}
    # For a single row the same answer is no proof of anything.
    assert enricher.run("pipe0_company_news", enricher.leads(lead(7), name="one.csv")) is None
    assert enricher.statuses() == {"pipe0_company_news": "not_found"}


def test_a_pipe_that_is_switched_off_is_neither_asked_nor_paid(enricher, served, lead):
    enricher.config = "pipes: [company_overview]\n"
    error = enricher.run("pipe0_company_news", enricher.leads(lead()))
    assert "switched off" in str(error)
    assert not served.asked


def test_posts_are_kept_only_where_that_is_switched_on_and_cut(enricher, served, lead):
    rows = enricher.leads(lead())
    error = enricher.run("linkedin_posts", rows)
    assert "set keep_post_characters in config/enrichment.yaml" in str(error)
    assert not served.asked
    enricher.config = "keep_post_characters: 6\n"
    assert enricher.run("linkedin_posts,linkedin_post_activity", rows) is None
    assert enricher.fields("linkedin_posts")["posts"] == [
        {"date": "2026-11-20", "url": "https://x/1", "text": "Trying"},
        {"date": "2026-10-01", "url": "https://x/2", "text": "Claude"},
        {"date": "2024-01-01", "url": "https://x/3", "text": "claude"},
    ]
    # More of a text than that stands nowhere, and other answers hold none of it.
    kept = " ".join(f"{row['fields']} {row['payload']}" for row in enricher.answers())
    assert "Trying C" not in kept
    assert kept.count("Trying") == 1
    enricher.config = "keep_post_characters: 12\n"
    assert enricher.run("linkedin_posts", rows) is None
    assert enricher.fields("linkedin_posts")["posts"][0]["text"] == "Trying Claud"


def test_whoever_is_not_connected_has_no_degree_that_anybody_tells(enricher, served, lead):
    enricher.environment = {"HEYREACH_API_KEY": "key", "HEYREACH_BASE_URL": served.url("heyreach")}
    enricher.environment["HEYREACH_REQUESTS_PER_MINUTE"] = "0"
    served.answers["heyreach"] = lambda request: (
        200,
        b"" if request.path == "auth/CheckApiKey" else {"isConnection": False},
    )
    assert enricher.run("heyreach_network", enricher.leads(lead(sender_account_id="50001"))) is None
    assert enricher.fields("heyreach_network") == {"is_connection": False}


def test_an_address_another_service_finds_is_verified_after_it(enricher, served, lead):
    assert enricher.run("hunter_verifier,hunter", enricher.leads(lead())) is None
    assert [each.path for each in served.asked] == ["email-finder", "email-verifier"]
    assert enricher.statuses() == {"hunter": "found", "hunter_verifier": "found"}


@pytest.mark.parametrize(
    ("status", "verdict", "told"),
    [
        (200, "valid", ("found", "", 0.5)),
        (200, "unknown", ("found", "", 0.0)),
        (202, "unknown", ("failed", "hunter is still looking: ask again in some minutes", 0.0)),
        (
            222,
            "unknown",
            (
                "failed",
                "hunter could not verify it, because the address's mail server answered oddly: "
                "ask again later",
                0.0,
            ),
        ),
    ],
)
def test_half_a_credit_is_paid_for_an_address_that_could_be_verified(
    enricher, served, lead, status, verdict, told
):
    served.answers["hunter"] = lambda request: (status, {"data": {"status": verdict}})
    assert enricher.run("hunter_verifier", enricher.leads(lead(email="other@example.com"))) is None
    [ask] = enricher.asks()
    assert (ask.status, ask.answer_reason, ask.credits) == told


@pytest.mark.parametrize(
    ("cards", "status"),
    [
        ({"raised_funding_rounds": [], "press_references": []}, "not_found"),
        ({"press_references": [{"title": "Example opens an office"}]}, "found"),
        ({}, "failed"),
    ],
)
def test_a_company_without_rounds_or_news_is_known_to_have_none(enricher, served, lead, cards, status):
    search = served.answers["crunchbase"]
    served.answers["crunchbase"] = lambda request: (
        (200, {"cards": cards}) if request.path.startswith("entities/") else search(request)
    )
    assert enricher.run("crunchbase_history", enricher.leads(lead())) is None
    assert enricher.statuses() == {"crunchbase_history": status}


PROFILE = """Sam Sample
SRE at Example

AboutAbout
I keep examples running.
And write about it.

Experience
SRE
Example Ltd · Full-time
Mar 2023 - Present

Past
Old Ltd

Education:
Springfield College
BS, Examples

Skills
Kubernetes
"""


def test_a_profile_s_text_is_taken_apart_by_its_headings(enricher, lead):
    folder = enricher.data / "profiles"
    (folder / "fetched").mkdir(parents=True)
    (folder / "sam-sample-1.txt").write_text(PROFILE)
    (folder / "fetched" / "sam-sample-2.txt").write_text(PROFILE)
    assert enricher.run("profile_text", enricher.leads(lead(1), lead(2))) is None
    first, second = (ask.fields for ask in enricher.asks())
    assert first.pop("about") == "I keep examples running. | And write about it."
    assert first.pop("employment") == [
        {"text": "SRE | Example Ltd · Full-time | Mar 2023 - Present"},
        {"text": "Past | Old Ltd"},
    ]
    assert first.pop("education") == [{"text": "Springfield College | BS, Examples"}]
    # What was fetched may be kept for a month only, and so nothing of it stays here.
    assert first.keys() == second.keys() == {"profile_characters", "profile_fingerprint"}


def test_another_keyword_is_another_question(enricher, served, lead):
    rows = enricher.leads(lead())
    enricher.run("linkedin_keyword_mentions", rows)
    enricher.config = "mention_keyword: Kubernetes\n"
    enricher.run("linkedin_keyword_mentions", rows)
    assert len(served.asked) == 2
    assert enricher.fields("linkedin_keyword_mentions")["mention_count"] == 0
