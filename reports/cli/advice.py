"""What was advised, and what came of it."""

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import show, verb
from reports.cli.pipeline import root


@verb(root, "advice")
@click.option("--decline", metavar="ID", help="Keep it out of the alarms for a while; needs a reason.")
@click.option("--reason", metavar="TEXT", help="Why it is declined; name no people.")
@click.option("--done", metavar="ID", help="Say that it was done, where the data can't show it.")
def advice(workspace: Workspace, decline: str | None, reason: str | None, done: str | None) -> None:
    """List what is advised, and what came of it; decline some, or say that it was done."""
    from reports.jobs.advice import declare, list_advice

    if decline and done:
        raise click.UsageError("either --decline or --done, not both")
    if reason and not decline:
        raise click.UsageError("--reason belongs to --decline")
    if decline or done:
        decision = "declined" if decline else "done"
        declare(workspace, decline or done, decision, reason, show=show)
    else:
        list_advice(workspace, show=show)
