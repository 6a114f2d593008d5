"""Every integration against its service's HTTP shape, and what each declares of itself."""

import csv
import importlib
import inspect
import pkgutil

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
        "company_name": "Example Ltd",
        "company_domain": "example.com",
        "company_industry": "software",
        "company_size": 210,
        "company_country": "Germany",
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
    "hunter": {"email": "sam@example.com", "email_score": 97, "email_status": "valid"},
    "ceo_email": {"ceo_email": "sam@example.com", "ceo_email_score": 97},
    "crunchbase": {
        "company_description": "Makes examples",
        "funding_total_usd": 12_000_000,
        "last_funding_at": "2026-03-01",
        "last_funding_type": "series_a",
        "funding_rounds": 2,
        "company_size": 51,
    },
    "builtwith": {"technologies": ["React", "nginx"]},
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
    },
    "heyreach_network": {"is_connection": True},
}
# By its dates, which the test compares; and by tests of profile text and inference.
TRIED_ELSEWHERE = {"linkedin_post_activity", "profile_text", "profile_inference"}
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
    rows = enricher.leads(lead(sender_account_id="50001", ceo_name="Sam Sample"))
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


def test_another_keyword_is_another_question(enricher, served, lead):
    rows = enricher.leads(lead())
    enricher.run("linkedin_keyword_mentions", rows)
    enricher.config = "mention_keyword: Kubernetes\n"
    enricher.run("linkedin_keyword_mentions", rows)
    assert len(served.asked) == 2
    assert enricher.fields("linkedin_keyword_mentions")["mention_count"] == 0
