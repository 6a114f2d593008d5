"""Leads into HeyReach, and what other services know of them."""

from dataclasses import replace

from extract.enrichment.command import EnrichOptions, run_enrich
from extract.enrichment.config import load_enrichment_config
from extract.enrichment.listing import ListOptions, list_enrichments
from extract.enrichment.writeback import WriteBackOptions, run_write_back
from extract.importer.command import run_import
from extract.importer.options import ImportOptions
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, require_places


def import_leads(workspace: Workspace, options: ImportOptions, *, say: Say, show: Say) -> None:
    """Import a file, go on with an import, or repair one; raises as `run_import` does."""
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


def services(workspace: Workspace, options: ListOptions, *, show: Say) -> None:
    """List what can be asked; raises as `list_enrichments` does."""
    list_enrichments(workspace, options, show)


def write_back(workspace: Workspace, options: WriteBackOptions, *, show: Say) -> None:
    """Send what was found into HeyReach's custom fields; raises as `run_import` does."""
    require_places(workspace)
    run_write_back(workspace, options, show)
