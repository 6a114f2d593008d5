"""Whom to look for, what happened to them, and whom to ask next."""

from pathlib import Path
from typing import Any

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import PATH, WHOLE, OneOf, show, verb
from reports.cli.pipeline import root

TIERS = ("hot", "warm", "nurture", "cold")


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


@verb(root, "signal")
@click.option("--url", default="", metavar="LINK", help="The profile of whom it is about.")
@click.option("--domain", default="", help="The company that it is about.")
@click.option("--type", "signal_type", default="", help="What happened, such as contract_renewal.")
@click.option("--on", default="", metavar="DATE", help="When, a date or a time; without it, now.")
@click.option("--detail", default="", help="What else there is to it.")
def signal(workspace: Workspace, url: str, domain: str, signal_type: str, on: str, detail: str) -> None:
    """Say what happened to a lead or a company, such as a contract that comes up for renewal."""
    from extract.intelligence.telling import TypedSignal
    from reports.jobs.intelligence import tell_signal

    tell_signal(workspace, TypedSignal(signal_type, url, domain, on, detail), show=show)


@verb(root, "inbox")
@click.option("--profile", metavar="NAME", help="By which profile; the default one unless it is named.")
@click.option("--tier", type=OneOf(TIERS), help="Only leads of that tier.")
@click.option("--limit", type=WHOLE, metavar="N", help="Only the first N: 20 shown, or all written.")
@click.option("--format", type=OneOf(("text", "csv", "json")), default="text", help="csv: into a file.")
@click.option("--dismiss", metavar="URL", help="Somebody who is to be left out of it.")
@click.option("--reason", metavar="TEXT", help="Why they are dismissed.")
@click.option("--days", type=WHOLE, metavar="N", help="For how long at most; 90 unless it is named.")
@click.option("--undismiss", metavar="URL", help="Somebody who is to be in it again.")
def inbox(
    workspace: Workspace,
    dismiss: str | None,
    reason: str | None,
    days: int | None,
    undismiss: str | None,
    **options: Any,
) -> None:
    """List whom to ask next, why now, and what not to do; or write them for an import, or dismiss some."""
    from reports.jobs import dismissing
    from reports.jobs.inbox import show_inbox

    if dismiss and undismiss:
        raise click.UsageError("--dismiss and --undismiss don't go together")
    if (reason or days is not None) and not dismiss:
        raise click.UsageError("--reason and --days need --dismiss")
    if dismiss:
        dismissing.dismiss(workspace, dismiss, reason, days, show=show)
    elif undismiss:
        dismissing.take_back(workspace, undismiss, show=show)
    else:
        show_inbox(workspace, **options, show=show)


@verb(root, "watch")
@click.option("--url", metavar="URL", help="A person's profile.")
@click.option("--domain", metavar="DOMAIN", help="A company; all its leads are watched.")
@click.option("--profile", metavar="NAME", help="A profile; its hot leads are watched.")
@click.option("--stop", is_flag=True, help="Watch it no more.")
def watch(workspace: Workspace, url: str | None, domain: str | None, profile: str | None, stop: bool) -> None:
    """Watch a person, a company or a profile's hot leads; without one, list who is watched."""
    from reports.jobs.watch import list_watched, watch

    if url or domain or profile:
        watch(workspace, url, domain, profile, stop=stop, show=show)
    elif stop:
        raise click.UsageError("--stop needs --url, --domain or --profile")
    else:
        list_watched(workspace, show=show)


@verb(root, "discover")
@click.option("--profile", metavar="NAME", help="Whom to search for; the default profile unless named.")
@click.option(
    "--limit", type=WHOLE, default=50, show_default=True, metavar="N", help="New companies at most."
)
@click.option("--people", "has_people", is_flag=True, help="Also people there who decide; that is charged.")
@click.option("--apply", "applies", is_flag=True, help="Bring them; without it, show what would come.")
def discover(workspace: Workspace, **options: Any) -> None:
    """Search for companies that a profile asks for: show, then bring."""
    from reports.jobs.discover import discover_companies

    discover_companies(workspace, **options, show=show)
