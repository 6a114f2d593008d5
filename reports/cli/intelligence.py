"""Whom to look for."""

from pathlib import Path

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import PATH, show, verb
from reports.cli.pipeline import root


@verb(root, "icp")
@click.option("--file", type=PATH, metavar="JSON", help="A profile of another program, to be taken over.")
@click.option("--profile", metavar="NAME", help="What that one is called here.")
@click.option("--apply", is_flag=True, help="Add it; without it, show its lines.")
def icp(workspace: Workspace, file: Path | None, profile: str | None, apply: bool) -> None:
    """List the profiles of ideal customers, or take one over from a file."""
    from reports.jobs.intelligence import list_profiles, take_profile

    if file:
        take_profile(workspace, file, profile, apply=apply, show=show)
    elif apply:
        raise click.UsageError("--apply needs a --file to add")
    else:
        list_profiles(workspace, show=show)
