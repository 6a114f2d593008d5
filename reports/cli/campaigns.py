"""Campaigns that go on and rest."""

from typing import Any

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import also_as, say, show, subjects, verb
from reports.cli.pipeline import root

campaigns = subjects(root, "campaigns", "Campaigns that go on and rest")


@verb(campaigns, "resume")
@click.option("--campaign", "campaign_id", metavar="ID", help="The campaign, by HeyReach's number.")
@click.option(
    "--except",
    "left_out",
    metavar="NAME=VALUE; ...",
    default="",
    help="Stop these leads for good first, like source=zoominfo.",
)
@click.option("--apply", is_flag=True, help="Really do it; without it, show what would happen.")
def resume(workspace: Workspace, **options: Any) -> None:
    """Let a paused campaign go on, some leads stopped for good before: show, then do."""
    from reports.jobs.acting import ActOptions, resume

    resume(workspace, ActOptions(**options), say=say, show=show)


@verb(campaigns, "pause")
@click.option("--campaign", "campaign_id", metavar="ID", help="The campaign, by HeyReach's number.")
@click.option("--apply", is_flag=True, help="Really do it; without it, show what would happen.")
def pause(workspace: Workspace, **options: Any) -> None:
    """Let a campaign rest: show, then do."""
    from reports.jobs.acting import ActOptions, pause

    pause(workspace, ActOptions(**options), say=say, show=show)


for command in (resume, pause):
    also_as(command, root)
