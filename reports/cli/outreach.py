"""In which tone whom to write to, and who comes first."""

from pathlib import Path
from typing import Any

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import DAY, PATH, WHOLE, OneOf, show, verb
from reports.cli.pipeline import root


@verb(root, "segment")
@click.option("--segment", metavar="NAME", help="Only that one of config/outreach.yaml.")
@click.option("--limit", type=WHOLE, metavar="N", help="The first N of each: 3 shown, or all listed written.")
@click.option("--format", type=OneOf(("text", "csv", "json")), default="text", help="csv: into a file.")
def segment(workspace: Workspace, **options: Any) -> None:
    """Show what each segment comes to and whom to write to first; or write them for an import."""
    from reports.jobs.outreach import show_segments

    show_segments(workspace, **options, show=show)


@verb(root, "messages")
@click.option("--url", metavar="URL", help="A person's LinkedIn profile.")
@click.option("--segment", metavar="NAME", help="The first prospects of a segment instead.")
@click.option("--limit", type=WHOLE, metavar="N", help="The first N of it: 3 shown, or all listed written.")
@click.option("--length", type=WHOLE, metavar="N", help="3, 5 or 7 steps; the segment's own unless named.")
@click.option("--style", metavar="NAME", help="soft_nudge or direct_cta; the segment's own unless named.")
@click.option("--sequence-type", metavar="NAME", help="Either of both, as in 3-step or direct_cta.")
@click.option("--step", metavar="NAME", help="A step whose text is changed for this person, and kept.")
@click.option("--text", metavar="TEXT", help="The text; without one, the changed text is taken back.")
@click.option("--check", is_flag=True, help="Compare with the sequences in HeyReach, of all or one segment.")
@click.option("--format", type=OneOf(("text", "csv", "json")), default="text", help="csv: into a file.")
def messages(workspace: Workspace, step: str | None, text: str | None, check: bool, **options: Any) -> None:
    """Show what a person would be written, step by step; or write it for an import."""
    from reports.jobs.messages import change_text, check_sequences, show_messages

    if check:
        check_sequences(workspace, options["segment"], show=show)
    elif step:
        if not options["url"]:
            raise click.UsageError("--step needs --url: a text is changed for one person")
        change_text(workspace, options["url"], step, text, show=show)
    elif text:
        raise click.UsageError("--text needs --step")
    else:
        show_messages(workspace, **options, show=show)


@verb(root, "plan")
@click.option("--week", type=DAY, metavar="DAY", help="Any day of it; this week, or the next, if left out.")
@click.option("--pilot", type=WHOLE, metavar="N", help="So many requests at most; 0 takes the plan back.")
@click.option("--campaign", "campaign_id", metavar="ID", help="The campaign that asks them.")
@click.option("--format", type=OneOf(("text", "csv", "json")), default="text", help="csv: into a file.")
@click.option("--apply", is_flag=True, help="Hand over what the plan has for today.")
def plan(workspace: Workspace, format: str, apply: bool, **options: Any) -> None:
    """Show and keep who is asked in a week, on which day, by whom; or hand over what is due today."""
    from extract.outreach.plan import PlanOptions
    from reports.jobs.plan import plan_week

    plan_week(workspace, PlanOptions(**options), format=format, apply=apply, show=show)


@verb(root, "track")
@click.option("--file", type=PATH, metavar="FILE", help="A CSV file, or a calendar (.ics).")
@click.option(
    "--type", "kind", type=OneOf(("meeting", "reply", "email_answer")), default="meeting", help="Of what."
)
@click.option("--apply", is_flag=True, help="Keep it; without it, show what each row comes to.")
def track(workspace: Workspace, file: Path | None, kind: str, apply: bool) -> None:
    """Say from a file whom you met, who replied or answered by e-mail: show who each row is, then keep it."""
    from reports.jobs.tracking import track_file

    if file is None:
        raise click.UsageError("give the --file that tells of it")
    track_file(workspace, file, kind, apply=apply, show=show)
