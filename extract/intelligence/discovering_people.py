"""`make discover PEOPLE=1`: who decides at the companies that searches for a profile brought.

A run of the enrichment ledger like any other: whom a search told of stands there before anybody is asked who
that is, so that a killed one goes on, and what was paid for is kept. A company is searched for people once.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from extract.enrichment.clients import Clients
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.ledger_tables import Run, RunRow
from extract.enrichment.people_search import Candidate, FoundPerson, candidates
from extract.enrichment.runner import Runner
from extract.people.suppression import Suppressions, suppressions
from extract.workspace import journal
from extract.workspace.errors import OutboundError
from extract.workspace.workspace import Workspace

SERVICE, SOURCE = "apollo", "discovery"
NOBODY = "nobody there has such a title"


class UnfinishedPeopleError(OutboundError):
    """Not everybody was asked about."""

    exit_code = 3


@dataclass(frozen=True)
class People:
    """How many `companies` were searched, how many people `found` there, and the `credits` they cost."""

    companies: int = 0
    found: int = 0
    credits: float = 0.0


def companies_open(workspace: Workspace, profile: str) -> list[str]:
    """Companies that searches for the profile brought and at which nobody was searched, in that order."""
    done: set[str] = set()
    if workspace.paths.enrichment_ledger.exists():
        with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
            # A run that was killed before it was planned has searched nowhere.
            rows = ledger.select(
                "select distinct run_rows.lead from run_rows "
                "inner join runs on run_rows.run_id = runs.run_id "
                "inner join asks on asks.run_id = run_rows.run_id and asks.row_number = run_rows.row_number "
                "where runs.source = ?",
                SOURCE,
            )
            done = {json.loads(row["lead"])["company_domain"] for row in rows}
    rows = journal.rows(workspace.paths.discoveries)
    brought = dict.fromkeys(row["company_domain"] for row in rows if row["icp_profile"] == profile)
    return [domain for domain in brought if domain not in done]


def find_people(
    workspace: Workspace,
    clients: Clients,
    config: EnrichmentConfig,
    profile: str,
    titles: list[str],
    domains: list[str],
    now: Callable[[], datetime],
    search_id: str | None = None,
) -> People:
    """Search these companies for people with these titles, and ask who they are.

    A run that was killed is gone on with first; one of a `search_id` is all that is done for it. Raises
    UnfinishedPeopleError where a service stops answering.
    """
    gone = suppressions(workspace)
    integration = FoundPerson(config, gone)
    purpose = f"{SOURCE} {profile}" + (f" {search_id}" if search_id else "")
    with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
        runs = []
        begun = ledger.newest(purpose) if search_id else ledger.unfinished(purpose)
        if begun and ledger.is_planned(begun.run_id, integration.name):
            runs.append(begun)
        if domains and not (search_id and runs):
            client = clients.get(SERVICE)
            rows, asks = _planned({each: candidates(client, each, titles) for each in domains}, gone)
            run_id = f"{SOURCE}-{now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
            run = Run(run_id, now(), SOURCE, None, None, (integration.name,), purpose)
            ledger.begin(run, rows)
            ledger.plan(run_id, integration.name, integration.variant, asks, now())
            runs.append(run)
        for run in runs:
            runner = Runner(ledger, run.run_id, clients, config, 1, now, gone)
            runner.run([integration])
            if runner.halts.reasons:
                reasons = "; ".join(dict.fromkeys(map(str, runner.halts.reasons)))
                raise UnfinishedPeopleError(
                    f"{reasons}. Run the same command again: it goes on with the others"
                )
            ledger.end(run.run_id, now())
        asks = [ask for run in runs for ask in ledger.asks(run.run_id)]
        searched = {
            (run.run_id, row.lead["company_domain"]) for run in runs for row in ledger.rows(run.run_id)
        }
        return People(
            len(searched),
            sum(ask.status == "found" for ask in asks),
            sum(ask.credits for ask in asks if not ask.is_cached),
        )


def _planned(found: dict[str, list[Candidate]], gone: Suppressions) -> tuple[list[RunRow], list[tuple]]:
    """A row for each person, and for each company without one; and what is asked of each."""
    rows, asks = [], []
    for domain, people in found.items():
        present = [each for each in people if not gone.erased({each.told.get("linkedin_url", "")})]
        for each in present or [None]:
            rows.append(RunRow(len(rows) + 1, None, None, {"company_domain": domain}))
            asks.append((len(rows), each.subject if each else None, None if each else NOBODY))
    return rows, asks
