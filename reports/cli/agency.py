"""All workspaces of an agency."""

import os

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import WHOLE, say, show, verb
from reports.cli.pipeline import root


@verb(root, "agency")
@click.option("--workers", type=WHOLE, help="Builds at once (default: as processors and memory allow).")
@click.option("--all", "are_all", is_flag=True, help="Also those that were done within the last 20 hours.")
def agency(workspace: Workspace, workers: int | None, are_all: bool) -> None:
    """Pull, build and publish every workspace of config/workspaces.yaml that is due; one page over all."""
    from extract.workspace.agency import load_agency
    from reports.jobs.agency import run_agency

    run_agency(
        load_agency(workspace.project_dir, os.environ), workers=workers, are_all=are_all, say=say, show=show
    )
