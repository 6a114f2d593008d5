"""People out of all data."""

import os

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import also_as, say, show, subjects, verb
from reports.cli.pipeline import root, wait

people = subjects(root, "people", "People out of all data")


@verb(people, "erase")
@click.option("--url", help="The LinkedIn profile of the person to erase, in any spelling.")
@wait
def erase(workspace: Workspace, url: str | None, wait: float) -> None:
    """Remove a person from all data, and keep them out."""
    from extract.workspace.agency import load_agency
    from reports.jobs.agency import erase_everywhere
    from reports.jobs.people import erase

    agency = load_agency(workspace.project_dir, os.environ)
    if agency.members or agency.unusable:
        erase_everywhere(agency, workspace, url, wait_seconds=wait * 60, say=say, show=show)
    else:
        erase(workspace, url, wait_seconds=wait * 60, say=say, show=show)


@verb(people, "purge")
@click.option("--apply", "applies", is_flag=True, help="Delete it; without it, it is shown.")
@wait
def purge(workspace: Workspace, applies: bool, wait: float) -> None:
    """Show what is older than config/settings.yaml keeps it, and delete it."""
    from reports.jobs.people import purge

    purge(workspace, applies=applies, wait_seconds=wait * 60, say=say, show=show)


for command in (erase, purge):
    also_as(command, root)
