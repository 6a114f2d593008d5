"""Leads into HeyReach, and what other services know of them."""

from collections.abc import Sequence
from dataclasses import replace

from extract.enrichment.base import Integration
from extract.enrichment.command import EnrichOptions, Spent, UnfinishedError, run_enrich
from extract.enrichment.config import load_enrichment_config
from extract.enrichment.listing import ListOptions, list_enrichments
from extract.enrichment.registry import chosen, telling_signals
from extract.enrichment.writeback import WriteBackOptions, run_write_back
from extract.importer.command import run_import
from extract.importer.options import ImportOptions
from extract.intelligence.configuration import load_configuration
from extract.intelligence.watches import watched_people
from extract.outreach.message_tests import load_message_tests, named
from extract.sandbox import DEMO_END
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, require_places


def import_leads(
    workspace: Workspace, options: ImportOptions, *, message_test: str | None = None, say: Say, show: Say
) -> None:
    """Import a file, go on with an import, or repair one; raises as `run_import` does.

    Of a `message_test` every lead gets one text, by lot.
    """
    if message_test:
        on = DEMO_END if workspace.is_demo else workspace.now()
        test = named(load_message_tests(workspace), message_test, on.date())
        options = replace(options, lots=test.lots)
    require_places(workspace)
    if workspace.is_demo:
        say(
            "demo data: the file is kept beside the demo's data"
            if options.is_upstream
            else "demo data: the import goes into the bundled sandbox, and both forget it at the end"
        )
    allowed = load_enrichment_config(workspace.enrichment_config).write_back_sensitive
    run_import(workspace, replace(options, hands_on_traits=allowed), show)


def enrich(workspace: Workspace, options: EnrichOptions, *, show: Say) -> None:
    """Ask other services about leads; raises as `run_enrich` does."""
    require_places(workspace)
    run_enrich(workspace, options, show)


def enrich_tonight(workspace: Workspace, *, say: Say) -> None:
    """Ask what the nights ask, within their limits.

    First what tells signals of whoever is watched, though it is known; then what the newest leads of the
    warehouse lack.

    Raises as `run_enrich` does, and ConfigurationError for what is charged and has no price.
    """
    config = load_enrichment_config(workspace.enrichment_config)
    if not config.nightly or not workspace.paths.published.exists():
        return
    integrations = chosen(",".join(config.nightly), config)
    unpriced = [
        f"{each.name} charges credits: say what one costs in usd_per_credit of config/enrichment.yaml"
        for each in integrations
        if each.credits and config.price(each.service) is None
    ]
    if unpriced:
        raise ConfigurationError(unpriced)
    names = _wanted(workspace, integrations, say)
    if not names:
        return
    options = EnrichOptions(
        ",".join(names),
        limit=config.nightly_most_leads,
        most_usd=config.nightly_most_usd,
        parallel=1,  # so that no more than one call goes beyond the limit
    )
    spent = Spent()
    watched = watched_people(workspace.paths.published)
    telling = [each.name for each in telling_signals(integrations) if each.name in names]
    if watched and telling:
        try:
            run_enrich(workspace, replace(options, names=",".join(telling), again=watched), say, spent)
        except UnfinishedError as error:
            say(f"warning: not everything was asked about who is watched: {' '.join(str(error).split())}")
    is_spent = spent.leads >= config.nightly_most_leads or 0 < config.nightly_most_usd <= spent.usd
    if not is_spent:
        run_enrich(workspace, options, say, spent)


def _wanted(workspace: Workspace, integrations: Sequence[Integration], say: Say) -> list[str]:
    """Names of those that nights ask: not whom only a signal is asked that no profile counts."""
    profiles = load_configuration(workspace).profiles.by_name.values()
    counted = {name for profile in profiles for name, is_on in profile["signals"].items() if is_on}
    for each in integrations:
        if each.signal and each.signal not in counted:
            say(
                f"{each.name} isn't asked: no profile of {shown(workspace.icp_profiles)} counts {each.signal}"
            )
    return [each.name for each in integrations if not each.signal or each.signal in counted]


def services(workspace: Workspace, options: ListOptions, *, show: Say) -> None:
    """List what can be asked; raises as `list_enrichments` does."""
    list_enrichments(workspace, options, show)


def write_back(workspace: Workspace, options: WriteBackOptions, *, show: Say) -> None:
    """Send what was found into HeyReach's custom fields; raises as `run_import` does."""
    require_places(workspace)
    run_write_back(workspace, options, show)
