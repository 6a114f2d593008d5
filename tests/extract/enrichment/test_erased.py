"""Whoever is erased, before a run or while it is under way, is not asked about and not kept."""

import itertools
import os
from datetime import UTC, date, datetime

from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.runner import ERASED
from extract.http.pacing import Pacer
from extract.people.suppression import Suppressions
from tests.conftest import Workspace
from tests.extract.enrichment.stand_ins import Asked


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
