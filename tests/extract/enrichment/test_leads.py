"""Whom a run asks about: rows of a file, a campaign of another service, the next leads of the warehouse."""

import json

import pytest

from extract.enrichment.leads import company_domains
from extract.enrichment.ledger import EnrichmentLedger
from tests.extract.enrichment.stand_ins import ANSWERS


@pytest.mark.parametrize("header", ["LinkedIn URL", "LinkedIn Contact Profile URL", "Linkedin URL Public"])
def test_the_columns_an_import_knows_are_known_here_too(enricher, header):
    rows = enricher.leads(
        {header: "https://www.linkedin.com/in/ann-sample", "Company Domain": "acme.example"}
    )
    assert enricher.run("apollo,builtwith", rows) is None
    assert enricher.statuses() == {"apollo": "found", "builtwith": "found"}


def test_a_file_without_a_needed_column_names_it(enricher, served):
    error = enricher.run("builtwith,linkedin_profile", enricher.leads({"name": "Sam"}))
    assert "builtwith needs the column company_domain, and " in str(error)
    assert "enrichment.company_domain in config/import_mappings.yaml names its headers" in str(error)
    assert "its columns are 'name'" in str(error)
    assert "linkedin_profile needs the column linkedin_url" in str(error)
    assert not served.asked


@pytest.mark.parametrize(
    ("names", "cells", "environment", "told"),
    [
        ("apolo", {}, {}, "did you mean apollo?"),
        ("nothing_like_it", {}, {}, "known are linkedin_profile"),
        ("", {}, {}, "Say what to ask: WITH="),
        ("photo_inference", {}, {}, "is not built: refused on purpose"),
        ("apollo", {}, {"APOLLO_API_KEY": ""}, "apollo needs APOLLO_API_KEY: set it in .env"),
        ("heyreach_network", {}, {"HEYREACH_API_KEY": "k"}, "needs the column sender_account_id"),
        ("profile_inference", {}, {}, "nothing is opted in"),
    ],
)
def test_bad_input_is_told_before_anything_is_asked(enricher, served, lead, names, cells, environment, told):
    enricher.environment = environment
    error = enricher.run(names, enricher.leads(lead(**cells)))
    assert error.exit_code == 2
    assert told in str(error)
    assert not served.asked


def test_nobody_is_asked_by_a_placeholder(enricher, served, lead):
    names = {"first_name": "{{first_name}}", "last_name": "#N/A", "company_domain": "acme.example"}
    assert enricher.run("hunter", enricher.leads(lead(), names)) is None
    assert served.answered("hunter").total() == 1
    assert any("1 without the input" in line for line in enricher.said)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("sam@example.com", "example.com"),
        ("Sam+news@Mail.Example.co.uk", "mail.example.co.uk"),
        ("https://www.example.com/about?x=1", "example.com"),
        ("example.com", "example.com"),
        ("sam@gmail.com", None),
        ("sam@yahoo.co.uk", None),
        ("sam@mail.hotmail.fr", None),
        ("sam@t-online.de", None),
        ("sam@notgmail.com", "notgmail.com"),
        ("sam@outlook-partners.com", "outlook-partners.com"),
        ("not an address", None),
        ("", None),
        (None, None),
    ],
)
def test_a_company_is_known_by_its_domain_and_free_mail_is_none(text, domain):
    assert company_domains([text]) == [domain]


def test_only_the_first_leads_are_asked_about(enricher, served, lead):
    rows = enricher.leads(*(lead(number) for number in range(5)))
    assert enricher.run("apollo", rows, limit=2) is None
    assert served.answered("apollo").total() == 2


def test_a_source_of_leads_can_be_enriched_too(enricher, served):
    assert enricher.run("apollo", source="aturiya") is None
    pages = [each.query.get("page") for each in served.asked if each.path.endswith("/leads")]
    assert pages == ["1", "2"]
    assert served.answered("apollo").total() == 6
    [document] = (enricher.data / "enrichment").glob("*.json")
    leads = json.loads(document.read_text())["leads"]
    assert leads[0]["lead"]["company_domain"] == "company1.example.com"
    assert enricher.run("apollo", source="aturiya", campaign_id="c9").exit_code == 2
    with EnrichmentLedger(enricher.data / "enrichment.sqlite") as ledger:
        told = [row for table, row in ledger.news(set(), 0, set()) if table == "enrichment_source_rows"]
    assert [(row["kind"], row["campaign_id"]) for row in told] == [("campaign", "c1"), *[("lead", "c1")] * 6]
    assert told[1]["person"] == "linkedin.com/in/sam-1-0"
    assert json.loads(told[1]["payload"])["organization"] == "Example Ltd"


def test_names_that_the_warehouse_does_not_carry_are_told(enricher, served):
    enricher.warehouse(["linkedin.com/in/sam"], company="Ltd", domain="example.com")
    assert "hunter needs the column first_name" in str(enricher.run("hunter"))
    assert enricher.run("apollo,builtwith") is None
    assert enricher.statuses() == {"apollo": "found", "builtwith": "found"}


def test_a_limit_takes_the_next_leads_of_the_warehouse_that_lack_a_signal(enricher, served):
    enricher.warehouse([f"linkedin.com/in/sam-{number}" for number in range(6)])
    # The first one fails for good, which must not hold up the others.
    served.answers["apollo"] = lambda request: (
        (422, {}) if request.subject.endswith("sam-0") else ANSWERS["apollo"](request)
    )
    asked = []
    for _ in range(4):
        assert enricher.run("apollo,builtwith", limit=2) is None
        asked.append([ask.key.rpartition("/")[2] for ask in enricher.asks() if ask.integration == "apollo"])
    assert asked == [["sam-0", "sam-1"], ["sam-2", "sam-3"], ["sam-4", "sam-5"], ["sam-0"]]
    assert served.answered("apollo").total() == 5
    assert served.answered("builtwith") == {"example.com": 1}
    assert "1 of 6 people in the warehouse lack what can be asked" in enricher.said[0]
    served.answers["apollo"] = ANSWERS["apollo"]
    assert enricher.run("apollo,builtwith") is None
    assert enricher.run("apollo,builtwith") is None
    assert enricher.said == ["0 of 6 people in the warehouse lack what can be asked"]


def test_nobody_pays_for_questions_about_the_demo_s_people(enricher, served):
    enricher.environment["APOLLO_BASE_URL"] = "https://api.apollo.example"
    error = enricher.run("apollo")
    assert "the demo's people are invented" in str(error)
