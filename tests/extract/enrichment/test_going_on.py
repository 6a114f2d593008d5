"""Runs that were killed or cut off: the same command goes on, and nothing is asked for twice."""

from dataclasses import replace

import pytest

from extract.enrichment.client import LIMITS, ServiceClient
from extract.workspace.lock import exclusive
from tests.extract.enrichment.stand_ins import Faults, pipe0_result


def test_an_answer_that_is_cut_off_is_not_asked_for_twice(enricher, served, lead, monkeypatch):
    limits = replace(LIMITS, seconds=0.2)
    monkeypatch.setitem(ServiceClient.__init__.__kwdefaults__, "limits", limits)
    served.faults = Faults(slow=1.0, delay=0.6)
    assert enricher.run("apollo", enricher.leads(lead())) is None
    assert enricher.statuses() == {"apollo": "cut_off"}
    assert len(served.asked) <= 1
    assert any("1 cut off (may have been charged)" in line for line in enricher.said)


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


def _killed(*_: object) -> None:
    raise SystemExit(9)  # nothing of the runner's own handling sees this


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


def test_two_starts_at_once_are_one_too_many(enricher, lead):
    rows = enricher.leads(lead())
    with exclusive(enricher.data, "enrichment"):
        assert enricher.run("apollo", rows).exit_code == 75
