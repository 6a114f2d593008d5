"""The demo's services: its sandbox answers without a key, and its operator had asked it week by week."""

from datetime import UTC, datetime

import pytest

from extract.enrichment.demo import NAMES, DemoWeeks
from extract.enrichment.integrations.builtwith import BuiltWith
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.listing import ListOptions, list_enrichments
from extract.heyreach.client import HeyReachClient
from extract.http.pacing import Pacer
from extract.sandbox import DEMO_END, DEMO_SEED, clock
from extract.sandbox.companies import Company, company
from extract.sandbox.process import running_sandbox
from extract.workspace.workspace import load_workspace
from tests.projects import project

INVENTED = {f"{name}_{what}": "" for name in ("CRUNCHBASE", "BUILTWITH") for what in ("API_KEY", "BASE_URL")}
NOW = clock.to_ticks(DEMO_END)
FIRST_WEEK = datetime(2025, 12, 22, 10, tzinfo=UTC)


@pytest.fixture
def well_known() -> Company:
    """A company that all services know, and that raised money."""
    companies = (company(DEMO_SEED, number) for number in range(300))
    return next(
        each
        for each in companies
        if each.is_in_crunchbase and each.is_in_builtwith and len(each.rounds_until(NOW)) > 1
    )


def test_the_sandbox_tells_of_the_demo_s_companies_without_a_key(enricher, served, well_known):
    enricher.environment = INVENTED
    enricher.warehouse(["linkedin.com/in/sam"], domain=well_known.domain)
    assert enricher.run("crunchbase,crunchbase_history,builtwith") is None
    assert not served.asked
    rounds, told = well_known.rounds_until(NOW), enricher.fields("crunchbase")
    assert told["last_funding_type"] == rounds[-1].stage
    assert told["last_funding_at"] == clock.iso(rounds[-1].announced_at, 0)[:10]
    assert told["funding_rounds"] == len(rounds)
    assert told["funding_total_usd"] == sum(each.usd for each in rounds)
    assert told["company_size"] <= well_known.employees_at(NOW)
    history = enricher.fields("crunchbase_history")
    assert [each["amount_usd"] for each in history["funding_history"]] == [each.usd for each in rounds[::-1]]
    assert [each["title"] for each in history["company_news"]] == [
        each.title for each in well_known.news_until(NOW)
    ]
    assert enricher.fields("builtwith") == {"technologies": sorted(well_known.technologies(NOW))}


def test_the_sandbox_tells_who_hires_by_each_place_that_tells_it(enricher):
    """A board is guessed by the company's name, and read in all the calls that its integration makes."""
    hiring = next(
        each
        for each in (company(DEMO_SEED, number) for number in range(300))
        if each.board == "greenhouse" and each.postings_open(NOW)
    )
    enricher.environment = {"APOLLO_API_KEY": ""} | {
        f"{name}_BASE_URL": "" for name in ("APOLLO", "GREENHOUSE")
    }
    enricher.warehouse(["linkedin.com/in/sam"], company=hiring.name, domain=hiring.domain)
    for integration in ("greenhouse", "apollo_job_postings"):
        assert enricher.run(integration) is None
        told = enricher.fields(integration)
        assert told["open_positions"] == len(hiring.postings_open(NOW))
        assert {each["title"] for each in told["job_postings"]} == {
            each.title for each in hiring.postings_open(NOW)
        }


def test_people_of_a_file_are_none_of_the_sandbox(enricher, lead):
    enricher.environment = INVENTED
    assert "crunchbase needs CRUNCHBASE_API_KEY" in str(enricher.run("crunchbase", enricher.leads(lead())))


@pytest.mark.parametrize(("key", "state"), [("", "in the demo its sandbox answers"), ("key", "ready")])
def test_the_list_says_whom_the_sandbox_stands_for(tmp_path, key, state):
    said = []
    project(tmp_path)
    environment = {"HEYREACH_API_KEY": key, "CRUNCHBASE_API_KEY": key, "OUTBOUND_DATA_DIR": str(tmp_path)}
    list_enrichments(load_workspace(tmp_path, environment), ListOptions(), said.append)
    [line] = [line for line in said if line.startswith("  asks crunchbase") and "free" in line][:1]
    assert line.endswith(f"; free; {state}")


class _Killed(BaseException):
    pass


def test_a_week_that_was_cut_short_ends_as_any_other(tmp_path, monkeypatch):
    """Killed after some answers it goes on, asks nobody twice, and numbers its calls as one run through."""
    ledgers = {}
    ask = BuiltWith._ask
    with running_sandbox("demo", leads=240, now=FIRST_WEEK) as sandbox:
        for name in ("whole", "killed"):
            workspace = load_workspace(
                project(tmp_path / name),
                {"HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(tmp_path / name / "data")},
            )
            pacer = Pacer(0, sandbox.api_key, workspace.paths.pacing)
            with HeyReachClient(sandbox.base_url, sandbox.api_key, pacer) as client:
                if name == "killed":
                    asked = []

                    def ask_some(self, service, subject, asked=asked):
                        asked.append(subject.key)
                        if len(asked) == 20:
                            raise _Killed
                        return ask(self, service, subject)

                    monkeypatch.setattr(BuiltWith, "_ask", ask_some)
                    with pytest.raises(_Killed), DemoWeeks(workspace, sandbox, client) as weeks:
                        weeks.enrich(FIRST_WEEK)
                    monkeypatch.setattr(BuiltWith, "_ask", ask)
                with DemoWeeks(workspace, sandbox, client) as weeks:
                    weeks.enrich(FIRST_WEEK)
                    sandbox.log(reset=True)
                    weeks.enrich(FIRST_WEEK)
                    assert sandbox.log()["services"] == {}
            with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
                ledgers[name] = [
                    tuple(row)
                    for row in ledger.select(
                        "select call_id, integration, key, asked_at, answered_at, status, fields "
                        "from calls left join answers using (call_id) order by call_id"
                    )
                ]
    assert len(ledgers["whole"]) > 40
    assert {row[1] for row in ledgers["whole"]} == set(NAMES)
    assert {moment for row in ledgers["whole"] for moment in row[3:5]} == {FIRST_WEEK.isoformat()}
    assert ledgers["killed"] == ledgers["whole"]
