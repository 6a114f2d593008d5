"""What a run leaves behind: files with every row and why it has no answer, words printed, the ledger."""

import json

import pytest

from extract.enrichment.ledger import EnrichmentLedger
from tests.extract.enrichment.stand_ins import ANSWERS, Asked

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


def test_a_service_s_own_words_are_printed_safely(enricher, served, lead):
    text = "no\ncredits\x1b[31m left for test-builtwith_api_key " + "x" * 500
    served.answers["builtwith"] = lambda request: (200, {"Errors": [{"Message": text}]})
    error = str(enricher.run("builtwith", enricher.leads(lead())))
    assert error.startswith(f"builtwith says that {USED_UP}: no credits [31m left for *** xxx")
    assert len(error) < 350


def test_secrets_are_in_no_file_and_no_message(enricher, served, lead):
    served.answers["hunter"] = lambda request: (500, {"api_key": "test-hunter_api_key"})
    enricher.run("hunter", enricher.leads(lead()))
    written = b"".join(path.read_bytes() for path in enricher.folder.rglob("*") if path.is_file())
    assert b"test-hunter_api_key" not in written
    assert "test-hunter_api_key" not in "".join(enricher.said)


def test_the_ledger_yields_what_raw_lacks_and_no_more(enricher, lead):
    enricher.run("apollo", enricher.leads(lead()))
    with EnrichmentLedger(enricher.data / "enrichment.sqlite") as ledger:
        news = list(ledger.news(set(), 0, set()))
        assert [table for table, _ in news] == ["enrichment_runs", "enrichment_asks", "enrichment_answers"]
        run, ask, answer = (row for _, row in news)
        assert json.loads(answer["fields"])["title"] == "SRE"
        assert ask["person"] == "linkedin.com/in/sam-sample-1"
        assert list(ledger.news({run["run_id"]}, ask["ask_id"], {answer["call_id"]})) == []


def test_a_damaged_ledger_is_told(enricher, lead):
    enricher.data.mkdir(parents=True)
    (enricher.data / "enrichment.sqlite").write_bytes(b"not a database" * 100)
    error = enricher.run("apollo", enricher.leads(lead()))
    assert "can't be used as the enrichment ledger" in str(error)
