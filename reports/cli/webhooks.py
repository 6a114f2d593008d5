"""HeyReach's webhooks: registered, and let in."""

from contextlib import nullcontext

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import say, show, verb
from reports.cli.pipeline import root


@verb(root, "door")
def door(workspace: Workspace) -> None:
    """Let HeyReach's webhooks in, until it is ended."""
    from reports.jobs.door import hold_open

    if workspace.is_demo:
        from reports.door.demo import arriving

        hold_open(workspace, arriving, say=say)
    else:
        hold_open(workspace, lambda *_: nullcontext(), say=say)


@verb(root, "webhooks")
@click.option("--url", metavar="https://...", help="The public name that leads to the door.")
@click.option("--rotate", is_flag=True, help="Give HeyReach a new secret; the old one holds for a day more.")
@click.option("--stop", is_flag=True, help="Take ours out of HeyReach.")
@click.option("--apply", is_flag=True, help="Really do it; without it, show what would happen.")
def webhooks(workspace: Workspace, url: str | None, rotate: bool, stop: bool, apply: bool) -> None:
    """List HeyReach's webhooks and try whether events arrive; register ours: show, then do."""
    from reports.jobs.webhooks import WebhookOptions, manage

    manage(workspace, WebhookOptions(url, rotate=rotate, stop=stop, apply=apply), say=say, show=show)
