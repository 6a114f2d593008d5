"""Runs: files in and out, what is asked and what not, services that fail, and what it costs."""

import itertools
import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import pytest

from extract.enrichment.client import LIMITS, ServiceClient
from extract.enrichment.leads import company_domains
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.runner import ERASED
from extract.http.pacing import Pacer
from extract.people.suppression import Suppressions
from extract.workspace.lock import exclusive
from tests.conftest import Workspace
from tests.extract.enrichment.stand_ins import ANSWERS, Asked, Faults, pipe0_result

USED_UP = "the account's credits are used up"


def test_the_result_lies_beside_the_file_and_keeps_its_columns(enricher, lead):
    rows = enricher.leads(
        lead(1, note="=cmd|' /C calc'!A0", title="-1"), lead(2, company_domain="", email="x@gmail.com")
    )
    assert enricher.run("apollo,builtwith", rows) is None
    written, document = enricher.result(rows)
    assert [row["apollo_status"] for row in written] == ["found", "found"]
    # The second row has no domain of its own, but Apollo finds one.
    assert [row["builtwith_status"] for row in written] == ["found", "found"]
    assert written[0]["technologies"] == "React; nginx"
    assert written[0]["note"] == "'=cmd|' /C calc'!A0"
    assert written[0]["title"] == "-1"
    assert written[0]["apollo_title"] == "SRE"
    assert document["summary"]["apollo"]["found"] == 2
    assert document["summary"]["builtwith"]["credits"] == 2
    assert document["leads"][0]["enrichment_metadata"]["signals_found"] == ["apollo", "builtwith"]
    assert any("apollo: 2 found" in line for line in enricher.said)


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({}, {"some.leads_enriched.csv", "some.leads_enriched.json"}),
        ({"format": "json"}, {"some.leads_enriched.json"}),
        ({"format": "csv"}, {"some.leads_enriched.csv"}),
        ({"output": "out.csv"}, {"out.csv"}),
        ({"output": "out.JSON"}, {"out.JSON"}),
        ({"output": "out.csv", "format": "both"}, {"out.csv", "out.json"}),
        ({"output": "new/out"}, {"new/out.csv", "new/out.json"}),
        ({"output": "there", "format": "csv"}, {"there/some.leads_enriched.csv"}),
    ],
)
def test_the_result_is_written_where_and_as_it_is_wanted(enricher, served, lead, options, written):
    place = enricher.folder / "files"
    (place / "there").mkdir(parents=True)
    rows = enricher.leads(lead(), name="files/some.leads.csv")
    if "output" in options:
        options = {**options, "output": place / options["output"]}
    assert enricher.run("apollo_enrich", rows, **options) is None
    results = {path for path in place.rglob("*.*") if path != rows}
    assert {path.relative_to(place).as_posix() for path in results} == written
    for path in results:
        assert f"result: {path}" in enricher.said
        if path.suffix.lower() == ".json":
            assert json.loads(path.read_text())["leads"][0]["enrichment"]["apollo"]["title"] == "SRE"
        else:
            assert "apollo_status" in path.read_text().splitlines()[0]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"output": "out.csv", "format": "json"}, "OUTPUT out.csv ends in .csv, and FORMAT is json"),
        ({"output": "leads.csv"}, "is the file of the leads: name another one"),
        ({"output": "leads.csv/out"}, "is a file, not a folder"),
    ],
)
def test_a_result_that_can_not_be_written_is_told_before_anything_is_asked(
    enricher, served, lead, options, told
):
    rows = enricher.leads(lead())
    before = rows.read_bytes()
    error = enricher.run("apollo", rows, **{**options, "output": enricher.folder / options["output"]})
    assert told in str(error)
    assert not served.asked
    assert rows.read_bytes() == before


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


def test_a_failure_is_data_and_is_asked_again_by_the_next_run_only(enricher, served, lead):
    served.faults = Faults(failed=1.0)
    rows = enricher.leads(lead())
    assert enricher.run("apollo", rows) is None
    assert enricher.statuses() == {"apollo": "failed"}
    served.faults = Faults()
    assert enricher.run("apollo", rows) is None
    assert enricher.statuses() == {"apollo": "found"}


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


def test_each_row_without_an_answer_says_why(enricher, served, lead):
    def by_number(request: Asked) -> tuple[int, object]:
        number = request.subject[-1]
        replies = {"1": (422, {"error": "no such profile"}), "2": (200, {"person": None}), "3": (402, {})}
        return replies.get(number) or ANSWERS["apollo"](request)

    served.answers["apollo"] = by_number
    without = {"linkedin_url": "", "first_name": "Sam", "last_name": "Sample", "company_domain": ""}
    rows = enricher.leads(lead(0), lead(1), lead(2), without, lead(3), lead(4))
    enricher.run("apollo,builtwith", rows, parallel=1)
    written, document = enricher.result(rows)
    told = [(row["apollo_status"], row["apollo_reason"]) for row in written]
    assert told[0] == ("found", "")
    assert told[1][0] == "failed"
    assert "no such profile" in told[1][1]
    assert told[2] == ("not_found", "the service knows nothing of it")
    assert told[3] == ("no_input", "no linkedin_url")
    assert [status for status, _ in told[4:]] == ["no_credits"] * 2
    assert all("credits are used up" in reason for _, reason in told[4:])
    for entry, (status, reason) in zip(document["leads"], told, strict=True):
        metadata = entry["enrichment_metadata"]
        assert metadata["statuses"]["apollo"] == status
        assert metadata["reasons"].get("apollo", "") == reason


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


def test_an_answer_that_is_cut_off_is_not_asked_for_twice(enricher, served, lead, monkeypatch):
    limits = replace(LIMITS, seconds=0.2)
    monkeypatch.setitem(ServiceClient.__init__.__kwdefaults__, "limits", limits)
    served.faults = Faults(slow=1.0, delay=0.6)
    assert enricher.run("apollo", enricher.leads(lead())) is None
    assert enricher.statuses() == {"apollo": "cut_off"}
    assert len(served.asked) <= 1
    assert any("1 cut off (may have been charged)" in line for line in enricher.said)


def test_a_killed_run_with_a_ticket_waits_on_and_does_not_ask_again(enricher, served, lead):
    rows = enricher.leads(*(lead(number) for number in range(12)))
    served.answers["pipe0"] = lambda request: (200, {"id": "run-1", "status": "pending"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("extract.enrichment.integrations.pipe0._wait", _killed)
        with pytest.raises(SystemExit):
            enricher.run("pipe0_company_overview", rows)
    [begun] = served.asked
    result = {"input": begun.body["input"]}
    served.answers["pipe0"] = lambda request: (200, pipe0_result(result))
    assert enricher.run("pipe0_company_overview", rows) is None
    assert [each.path for each in served.asked] == ["v1/pipes/run", "v1/pipes/check/run-1"]
    assert {ask.status for ask in enricher.asks()} == {"found"}


def test_a_killed_call_without_an_answer_is_not_made_again(enricher, served, lead):
    """It was killed when the answer had come and was not written down: nobody knows what it cost."""
    rows = enricher.leads(lead())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServiceClient, "_judged", _killed)
        with pytest.raises(SystemExit):
            enricher.run("apollo", rows)
    assert enricher.statuses() == {"apollo": None}
    assert enricher.run("apollo", rows) is None
    assert served.answered("apollo").total() == 1
    assert enricher.statuses() == {"apollo": "cut_off"}


def test_a_run_that_is_begun_is_waited_for_when_the_service_is_back(enricher, served, lead):
    rows = enricher.leads(*(lead(number) for number in range(12)))
    served.answers["pipe0"] = lambda request: (
        (200, {"id": "run-1"}) if request.path == "v1/pipes/run" else (401, {})
    )
    assert enricher.run("pipe0_company_overview", rows).exit_code == 3
    begun = served.asked[0].body
    served.answers["pipe0"] = lambda request: (200, pipe0_result(begun))
    assert enricher.run("pipe0_company_overview", rows) is None
    assert sum(each.path == "v1/pipes/run" for each in served.asked) == 1
    assert {ask.status for ask in enricher.asks()} == {"found"}


def _killed(*_: object) -> None:
    raise SystemExit(9)  # nothing of the runner's own handling sees this


def test_a_dry_run_asks_nothing_and_says_what_it_would_cost(enricher, served, lead):
    rows = enricher.leads(lead(1), lead(2), {"linkedin_url": "https://www.linkedin.com/in/only-a-link"})
    assert enricher.run("hunter,apollo", rows, is_dry_run=True) is None
    assert not served.asked
    assert not (enricher.folder / "leads_enriched.csv").exists()
    said = "\n".join(enricher.said)
    assert "hunter: 2 rows have its input, 0 known already, 2 to ask" in said
    assert "2 credits, 0.05 dollars" in said
    assert "at most 0.05 dollars, and what has no price set" in said


def test_only_the_first_leads_are_asked_about(enricher, served, lead):
    rows = enricher.leads(*(lead(number) for number in range(5)))
    assert enricher.run("apollo", rows, limit=2) is None
    assert served.answered("apollo").total() == 2


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


@pytest.mark.parametrize("header", ["LinkedIn URL", "LinkedIn Contact Profile URL", "Linkedin URL Public"])
def test_the_columns_an_import_knows_are_known_here_too(enricher, header):
    rows = enricher.leads(
        {header: "https://www.linkedin.com/in/ann-sample", "Company Domain": "acme.example"}
    )
    assert enricher.run("apollo,builtwith", rows) is None
    assert enricher.statuses() == {"apollo": "found", "builtwith": "found"}


def test_nobody_is_asked_by_a_placeholder(enricher, served, lead):
    names = {"first_name": "{{first_name}}", "last_name": "#N/A", "company_domain": "acme.example"}
    assert enricher.run("hunter", enricher.leads(lead(), names)) is None
    assert served.answered("hunter").total() == 1
    assert any("1 without the input" in line for line in enricher.said)


def test_a_file_without_a_needed_column_names_it(enricher, served):
    error = enricher.run("builtwith,linkedin_profile", enricher.leads({"name": "Sam"}))
    assert "builtwith needs the column company_domain, and " in str(error)
    assert "enrichment.company_domain in config/import_mappings.yaml names its headers" in str(error)
    assert "its columns are 'name'" in str(error)
    assert "linkedin_profile needs the column linkedin_url" in str(error)
    assert not served.asked


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


def test_secrets_are_in_no_file_and_no_message(enricher, served, lead):
    served.answers["hunter"] = lambda request: (500, {"api_key": "test-hunter_api_key"})
    enricher.run("hunter", enricher.leads(lead()))
    written = b"".join(path.read_bytes() for path in enricher.folder.rglob("*") if path.is_file())
    assert b"test-hunter_api_key" not in written
    assert "test-hunter_api_key" not in "".join(enricher.said)


def test_two_starts_at_once_are_one_too_many(enricher, lead):
    rows = enricher.leads(lead())
    with exclusive(enricher.data, "enrichment"):
        assert enricher.run("apollo", rows).exit_code == 75


def test_a_damaged_ledger_is_told(enricher, lead):
    enricher.data.mkdir(parents=True)
    (enricher.data / "enrichment.sqlite").write_bytes(b"not a database" * 100)
    error = enricher.run("apollo", enricher.leads(lead()))
    assert "can't be used as the enrichment ledger" in str(error)


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


def test_the_ledger_yields_what_raw_lacks_and_no_more(enricher, lead):
    enricher.run("apollo", enricher.leads(lead()))
    with EnrichmentLedger(enricher.data / "enrichment.sqlite") as ledger:
        news = list(ledger.news(set(), 0, set()))
        assert [table for table, _ in news] == ["enrichment_runs", "enrichment_asks", "enrichment_answers"]
        run, ask, answer = (row for _, row in news)
        assert json.loads(answer["fields"])["title"] == "SRE"
        assert ask["person"] == "linkedin.com/in/sam-sample-1"
        assert list(ledger.news({run["run_id"]}, ask["ask_id"], {answer["call_id"]})) == []


def test_a_service_s_own_words_are_printed_safely(enricher, served, lead):
    text = "no\ncredits\x1b[31m left for test-builtwith_api_key " + "x" * 500
    served.answers["builtwith"] = lambda request: (200, {"Errors": [{"Message": text}]})
    error = str(enricher.run("builtwith", enricher.leads(lead())))
    assert error.startswith(f"builtwith says that {USED_UP}: no credits [31m left for *** xxx")
    assert len(error) < 350


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


def test_who_waits_for_another_is_not_given_up_when_that_one_is_down(enricher, served, lead):
    rows = enricher.leads(lead())
    served.answers["datagen"] = lambda request: (401, {})
    assert "DATAGEN_API_KEY" in str(enricher.run("find_ceo,ceo_email", rows))
    assert not served.answered("hunter")
    served.answers["datagen"] = ANSWERS["datagen"]
    assert enricher.run("find_ceo,ceo_email", rows) is None
    assert enricher.statuses() == {"find_ceo": "found", "ceo_email": "found"}


def test_nobody_pays_for_questions_about_the_demo_s_people(enricher, served):
    enricher.environment["APOLLO_BASE_URL"] = "https://api.apollo.example"
    error = enricher.run("apollo")
    assert "the demo's people are invented" in str(error)


def test_names_that_the_warehouse_does_not_carry_are_told(enricher, served):
    with duckdb.connect(str(_warehouse(enricher))) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.heyreach_leads as select 'linkedin.com/in/sam' as normalized_profile_url,
            'Ltd' as company_name, null::varchar as email, 'example.com' as company_domain,
            '50001' as first_account_id, true as is_valid_profile_url, now() as created_at, 'x' as lead_id
            """
        )
    assert "hunter needs the column first_name" in str(enricher.run("hunter"))
    assert enricher.run("apollo,builtwith") is None
    assert enricher.statuses() == {"apollo": "found", "builtwith": "found"}


def test_a_limit_takes_the_next_leads_of_the_warehouse_that_lack_a_signal(enricher, served):
    people = [f"linkedin.com/in/sam-{number}" for number in range(6)]
    with duckdb.connect(str(_warehouse(enricher))) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.heyreach_leads as
            select unnest(?) as normalized_profile_url, null::varchar as company_name,
                null::varchar as email, null::varchar as company_domain, null::varchar as first_account_id,
                true as is_valid_profile_url, now() as created_at, unnest(range(6))::varchar as lead_id
            """,
            [people],
        )
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


def _warehouse(enricher):
    enricher.data.mkdir(parents=True, exist_ok=True)
    return enricher.data / "warehouse.duckdb"


def test_nobody_is_asked_about_who_was_erased(enricher, served, lead):
    rows = enricher.leads(lead(1), lead(2))
    enricher.data.mkdir(parents=True)
    erased = {"linkedin.com/in/sam-sample-1", "linkedin.com/in/sam-1-0"}
    Suppressions(enricher.data / "suppressed").add(erased, date(2026, 2, 1))
    assert enricher.run("apollo", rows) is None
    assert list(served.answered("apollo")) == ["https://www.linkedin.com/in/sam-sample-2"]
    assert any("1 rows are of people who were erased" in line for line in enricher.said)
    assert enricher.run("builtwith", source="aturiya") is None
    with EnrichmentLedger(enricher.data / "enrichment.sqlite") as ledger:
        told = [row["person"] for row in ledger.select("select person from source_rows where kind = 'lead'")]
    assert len(told) == 5
    assert not erased & set(told)


def test_an_erasure_waits_for_a_slow_enrichment_or_is_told_who_asks_and_since_when(enricher, served, lead):
    refused = []
    person = "https://www.linkedin.com/in/sam-sample-1"

    def while_asking(request: Asked) -> tuple[int, dict]:
        workspace = Workspace(enricher.folder / "data", {})
        refused.append(workspace.run("erase", "--url", person, "--wait", "0.002"))
        return 200, {"person": {"title": "SRE"}}

    served.answers["apollo"] = while_asking
    assert enricher.run("apollo", enricher.leads(lead())) is None
    [outcome] = refused
    assert outcome.exit_code == 75
    since = datetime.now(UTC).strftime("since %Y-")
    assert (
        f"Another enrichment is active on {enricher.data} (enrich, process {os.getpid()}, {since}"
        in outcome.errors
    )
    assert "waiting for it to end" in outcome.errors
    assert not (enricher.data / "suppressed").exists()


def test_whoever_is_erased_meanwhile_is_not_asked_about_and_not_kept(enricher, served, lead):
    """The first answer is on its way when they are erased, the second question has not left."""
    people = {f"linkedin.com/in/sam-sample-{number}" for number in (1, 2)}

    def while_asking(request: Asked) -> tuple[int, dict]:
        Suppressions(enricher.data / "suppressed").add(people, date(2026, 2, 9))
        return 200, {"person": {"title": "SRE"}}

    served.answers["apollo"] = while_asking
    rows = enricher.leads(*(lead(number) for number in (1, 2, 3)))
    assert enricher.run("apollo,builtwith", rows, parallel=1) is None
    assert [subject.rpartition("/")[2] for subject in served.answered("apollo")] == [
        "sam-sample-1",
        "sam-sample-3",
    ]
    assert served.answered("builtwith") == {"company3.example.com": 1}
    kept = enricher.answers()
    assert [(row["status"], row["reason"], row["fields"], row["payload"]) for row in kept[:1]] == [
        ("failed", ERASED, "{}", None)
    ]
    written, document = enricher.result(rows)
    assert [row["linkedin_url"].rpartition("/")[2] for row in written] == ["sam-sample-3"]
    assert [entry["row_number"] for entry in document["leads"]] == [4]


def test_a_question_that_waits_for_its_turn_does_not_leave_once_they_are_erased(
    enricher, served, lead, monkeypatch
):
    wait, turns = Pacer.wait, itertools.count(1)

    def wait_while_the_second_is_erased(pacer: Pacer) -> None:
        if next(turns) == 2:
            people = {"linkedin.com/in/sam-sample-2"}
            Suppressions(enricher.data / "suppressed").add(people, date(2026, 2, 9))
        wait(pacer)

    monkeypatch.setattr(Pacer, "wait", wait_while_the_second_is_erased)
    rows = enricher.leads(*(lead(number) for number in (1, 2)))
    assert enricher.run("apollo", rows, parallel=1) is None
    assert [subject.rpartition("/")[2] for subject in served.answered("apollo")] == ["sam-sample-1"]
