"""In which tone whom to write to, and who comes first."""

from typing import Any

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import WHOLE, OneOf, show, verb
from reports.cli.pipeline import root


@verb(root, "segment")
@click.option("--segment", metavar="NAME", help="Only that one of config/outreach.yaml.")
@click.option("--limit", type=WHOLE, metavar="N", help="The first N of each: 3 shown, or all listed written.")
@click.option("--format", type=OneOf(("text", "csv", "json")), default="text", help="csv: into a file.")
def segment(workspace: Workspace, **options: Any) -> None:
    """Show what each segment comes to and whom to write to first; or write them for an import."""
    from reports.jobs.outreach import show_segments

    show_segments(workspace, **options, show=show)
