"""In which tone whom to write to, and who comes first."""

from pathlib import Path
from typing import Any

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import PATH, WHOLE, OneOf, show, verb
from reports.cli.pipeline import root


@verb(root, "segment")
@click.option("--segment", metavar="NAME", help="Only that one of config/outreach.yaml.")
@click.option("--limit", type=WHOLE, metavar="N", help="The first N of each: 3 shown, or all listed written.")
@click.option("--format", type=OneOf(("text", "csv", "json")), default="text", help="csv: into a file.")
def segment(workspace: Workspace, **options: Any) -> None:
    """Show what each segment comes to and whom to write to first; or write them for an import."""
    from reports.jobs.outreach import show_segments

    show_segments(workspace, **options, show=show)


@verb(root, "track")
@click.option("--file", type=PATH, metavar="FILE", help="A CSV file, or a calendar (.ics).")
@click.option("--type", "kind", type=OneOf(("meeting", "email_answer")), default="meeting", help="Of what.")
@click.option("--apply", is_flag=True, help="Keep it; without it, show what each row comes to.")
def track(workspace: Workspace, file: Path | None, kind: str, apply: bool) -> None:
    """Say from a file whom you met, or who answered by e-mail: show whom each row is about, then keep it."""
    from reports.jobs.tracking import track_file

    if file is None:
        raise click.UsageError("give the --file that tells of it")
    track_file(workspace, file, kind, apply=apply, show=show)
