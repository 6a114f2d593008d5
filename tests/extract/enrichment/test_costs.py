"""What is paid for: a question once, a company's people one call, and no more than a start may spend."""


def test_a_dry_run_asks_nothing_and_says_what_it_would_cost(enricher, served, lead):
    rows = enricher.leads(lead(1), lead(2), {"linkedin_url": "https://www.linkedin.com/in/only-a-link"})
    assert enricher.run("hunter,apollo", rows, is_dry_run=True) is None
    assert not served.asked
    assert not (enricher.folder / "leads_enriched.csv").exists()
    said = "\n".join(enricher.said)
    assert "hunter: 2 rows have its input, 0 known already, 2 to ask" in said
    assert "2 credits, 0.05 dollars" in said
    assert "at most 0.05 dollars, and what has no price set" in said


def test_people_of_one_company_share_one_call_and_its_cost(enricher, served, lead):
    rows = enricher.leads(*(lead(number, company_domain="www.Example.com/about") for number in range(4)))
    assert enricher.run("hunter,builtwith", rows) is None
    assert served.answered("builtwith") == {"example.com": 1}
    assert served.answered("hunter").total() == 4
    assert any("builtwith: 4 found; 1 credits, price not set" in line for line in enricher.said)
    assert any("hunter: 4 found; 4 credits, 0.10 dollars" in line for line in enricher.said)


def test_what_is_known_is_not_asked_again_until_it_is_old(enricher, served, lead):
    rows = enricher.leads(lead())
    enricher.run("apollo", rows)
    enricher.run("apollo", rows)
    assert served.answered("apollo").total() == 1
    assert any("(1 known already); no cost" in line for line in enricher.said)
    enricher.environment["OUTBOUND_AS_OF"] = "2026-12-31"
    enricher.run("apollo", rows)
    assert served.answered("apollo").total() == 2


def test_no_more_is_spent_than_a_start_may_spend_and_the_next_one_goes_on(enricher, served, lead):
    rows = enricher.leads(*(lead(number) for number in range(12)))
    enricher.config = "most_credits_per_start: 6\n"
    error = enricher.run("apollo", rows, parallel=1)
    assert error.exit_code == 3
    assert "6 credits are spent, and most_credits_per_start" in str(error)
    assert served.answered("apollo").total() == 6
    enricher.config = ""
    assert enricher.run("apollo", rows) is None
    assert served.answered("apollo").total() == 12


def test_who_joins_a_company_that_was_asked_about_is_answered_for_at_no_cost(enricher, served):
    people = [f"linkedin.com/in/sam-{number}" for number in range(3)]
    for known in (people[:2], people):
        (enricher.data / "warehouse.duckdb").unlink(missing_ok=True)
        enricher.warehouse(known, domain="acme.example")
        assert enricher.run("builtwith") is None
    assert served.answered("builtwith") == {"acme.example": 1}
    assert "1 of 3 people in the warehouse lack what can be asked" in enricher.said
    [ask] = enricher.asks()
    assert (ask.status, ask.is_cached, ask.fields) == ("found", True, enricher.fields("builtwith"))
    assert enricher.run("builtwith") is None
    assert enricher.said == ["0 of 3 people in the warehouse lack what can be asked"]
