"""One lead enriched: what is known of it, what asking would cost, and asking."""

from dataclasses import dataclass

from extract.enrichment.answered import Answer, answers_about
from extract.enrichment.base import Integration
from extract.enrichment.command import EnrichOptions, moment, run_enrich
from extract.enrichment.config import EnrichmentConfig, load_enrichment_config
from extract.enrichment.costing import Cost, costs_of, total_usd
from extract.enrichment.leads import leads_of_warehouse
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.readiness import not_ready
from extract.enrichment.registry import INTEGRATIONS, chosen
from extract.people.known_leads import known_lead
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, require_places


@dataclass(frozen=True)
class LeadCost:
    """What is known of a lead, and what asking costs at most; `usd` is without what `is_priced` denies."""

    lead_id: str
    known: list[Answer]
    costs: list[Cost]
    credits: float
    usd: float
    is_priced: bool


def asked_by_default(workspace: Workspace) -> list[str]:
    """Names of the integrations that a lead is enriched with where nobody names any.

    What the nights ask; where they ask nobody, whoever can be asked and charges nothing.
    """
    config = load_enrichment_config(workspace.enrichment_config)
    if config.nightly:
        return [each.name for each in chosen(",".join(config.nightly), config)]
    return [
        each.name
        for each in (integration(config) for integration in INTEGRATIONS.values())
        if not each.credits and not not_ready(workspace, each, is_of_warehouse=True)
    ]


def cost_of_lead(workspace: Workspace, lead_id: str, names: list[str] | None = None) -> LeadCost:
    """What is known of a lead, and what it would cost to ask these integrations; nothing is asked.

    Raises UnknownLeadError, and ConfigurationError for what can't be asked.
    """
    config, integrations = _integrations(workspace, names)
    problems = [line for each in integrations for line in not_ready(workspace, each, is_of_warehouse=True)]
    if problems:
        raise ConfigurationError(problems)
    lead = known_lead(workspace, lead_id)
    rows = leads_of_warehouse(workspace.paths.published, [lead.person]).rows
    with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
        costs = costs_of(rows, integrations, ledger, config, moment(workspace))
        known = answers_about(ledger, lead.person)
    return LeadCost(
        lead_id,
        known,
        costs,
        sum(cost.credits for cost in costs),
        total_usd(costs),
        all(cost.is_priced for cost in costs),
    )


def enrich_lead(
    workspace: Workspace, lead_id: str, names: list[str] | None = None, *, say: Say
) -> list[Answer]:
    """Ask these integrations what isn't known of a lead yet; returns all that is known then.

    Killed or cut off, the same call goes on. Raises UnknownLeadError, and as `run_enrich` does.
    """
    require_places(workspace)
    _, integrations = _integrations(workspace, names)
    lead = known_lead(workspace, lead_id)
    asked = ",".join(each.name for each in integrations)
    run_enrich(workspace, EnrichOptions(asked, only=frozenset({lead.person})), say)
    return known_of(workspace, lead.person)


def known_of(workspace: Workspace, person: str) -> list[Answer]:
    """What services answered about a person so far, by the ledger."""
    if not workspace.paths.enrichment_ledger.exists():
        return []
    with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
        return answers_about(ledger, person)


def _integrations(
    workspace: Workspace, names: list[str] | None
) -> tuple[EnrichmentConfig, list[Integration]]:
    config = load_enrichment_config(workspace.enrichment_config)
    return config, chosen(",".join(names or asked_by_default(workspace)), config)
