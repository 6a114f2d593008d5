"""Services that fail: one row or all of them, for now or for good, and what is asked again."""

import pytest

from extract.enrichment.ledger import EnrichmentLedger
from tests.extract.enrichment.stand_ins import ANSWERS, Faults


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ((200, b"<html>"), "failed"),
        ((200, b"[1, 2"), "failed"),
        ((200, {"person": {"organization": "text", "title": {"a": 1}}}), "failed"),
        ((200, {"person": {"organization": "text", "title": "SRE"}}), "found"),
        ((200, {"person": None}), "not_found"),
        ((200, []), "failed"),
        ((200, {"person": None, "x": "y" * 6_000_000}), "failed"),
        ((418, {}), "failed"),
        ((302, b"http://169.254.169.254/"), "failed"),
    ],
)
def test_whatever_is_answered_the_row_gets_a_status(enricher, served, lead, reply, status):
    served.answers["apollo"] = lambda request: reply
    assert enricher.run("apollo", enricher.leads(lead())) is None
    assert enricher.statuses() == {"apollo": status}
    assert len(served.asked) == 1


def test_a_failure_is_data_and_is_asked_again_by_the_next_run_only(enricher, served, lead):
    served.faults = Faults(failed=1.0)
    rows = enricher.leads(lead())
    assert enricher.run("apollo", rows) is None
    assert enricher.statuses() == {"apollo": "failed"}
    served.faults = Faults()
    assert enricher.run("apollo", rows) is None
    assert enricher.statuses() == {"apollo": "found"}


def test_a_missing_route_of_heyreach_is_no_missing_person(enricher, served, lead):
    """A 404 without a word says nothing of the person: it failed, and is asked again."""
    enricher.environment = {"HEYREACH_API_KEY": "key", "HEYREACH_BASE_URL": served.url("heyreach")}
    enricher.environment["HEYREACH_REQUESTS_PER_MINUTE"] = "0"
    rows = enricher.leads(lead())
    for reply in ((404, b""), (404, {"errorMessage": "The lead was not found."})):
        served.answers["heyreach"] = lambda request, reply=reply: (
            (200, b"") if request.path == "auth/CheckApiKey" else reply
        )
        assert enricher.run("heyreach_engagement", rows) is None
    with EnrichmentLedger(enricher.folder / "data" / "enrichment.sqlite") as ledger:
        answers = ledger.select("select status, reason from answers order by call_id")
    assert [row["status"] for row in answers] == ["failed", "not_found"]
    assert "no such route" in answers[0]["reason"]


@pytest.mark.parametrize(
    ("service", "reply", "what"),
    [
        ("apollo", (402, {}), "credits are used up (402)"),
        ("hunter", (429, {"errors": []}), "credits are used up (429)"),
        (
            "builtwith",
            (200, {"Errors": [{"Message": "Not enough credits", "Code": -3}]}),
            "Not enough credits",
        ),
        ("apollo", (401, {}), "put a valid one into APOLLO_API_KEY"),
    ],
)
def test_an_account_that_is_used_up_or_refused_is_told_apart(enricher, served, lead, service, reply, what):
    served.answers[service] = lambda request: reply
    rows = enricher.leads(*(lead(number) for number in range(30)))
    error = enricher.run(service, rows)
    assert what in str(error)
    # Nobody else is asked once it is known: at most as many as were under way.
    assert len(served.asked) <= 5
    word = "service not available" if reply[0] == 401 else "no credits"
    assert any(f"{service}: 30 {word}" in line for line in enricher.said)


def test_a_dead_service_costs_only_its_own_rows_and_is_asked_when_it_lives(enricher, served, lead):
    rows = enricher.leads(*(lead(number) for number in range(5)))
    enricher.environment["HUNTER_BASE_URL"] = "http://127.0.0.1:9"
    error = enricher.run("hunter,builtwith", rows)
    assert error.exit_code == 3
    assert "HUNTER_BASE_URL" in str(error)
    statuses = {(ask.integration, ask.status) for ask in enricher.asks()}
    assert ("builtwith", "found") in statuses
    assert {status for name, status in statuses if name == "hunter"} <= {"unavailable", None}
    assert any("hunter: 5 service not available" in line for line in enricher.said)
    del enricher.environment["HUNTER_BASE_URL"]
    assert enricher.run("hunter,builtwith", rows) is None
    assert any("unfinished: going on with it" in line for line in enricher.said)
    assert {ask.status for ask in enricher.asks()} == {"found"}
    assert served.answered("builtwith").total() == 5


def test_who_waits_for_another_is_not_given_up_when_that_one_is_down(enricher, served, lead):
    rows = enricher.leads(lead())
    served.answers["datagen"] = lambda request: (401, {})
    assert "DATAGEN_API_KEY" in str(enricher.run("find_ceo,ceo_email", rows))
    assert not served.answered("hunter")
    served.answers["datagen"] = ANSWERS["datagen"]
    assert enricher.run("find_ceo,ceo_email", rows) is None
    assert enricher.statuses() == {"find_ceo": "found", "ceo_email": "found"}
