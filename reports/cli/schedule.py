"""The timetable of this machine."""

import os

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import OneOf, show, subjects, verb
from reports.cli.pipeline import root

# What installs it; `make` says 1 for whichever there is.
PLACES = OneOf(("auto", "cron", "systemd"), spelled={"1": "auto"})


def _as_before(ctx: click.Context, install: str | None, remove: bool, debug: bool) -> None:
    """`schedule` alone, and with the options that it had before it had verbs."""
    if remove:
        ctx.invoke(remove_, debug=debug)
    elif install:
        ctx.invoke(install_, by=install, debug=debug)
    else:
        ctx.invoke(show_, debug=debug)


schedule = subjects(
    root,
    "schedule",
    "The daily and weekly jobs and the pulls in between",
    alone=_as_before,
    params=[
        click.Option(["--install"], type=PLACES, hidden=True),
        click.Option(["--remove"], is_flag=True, hidden=True),
        click.Option(["--debug"], is_flag=True, hidden=True),
    ],
)


@verb(schedule, "show")
def show_(workspace: Workspace) -> None:
    """Print the timetable, as a crontab and as units of systemd."""
    from reports.jobs.timetable import show_timetable

    show_timetable(workspace, os.environ, show=show)


@verb(schedule, "install")
@click.option("--by", type=PLACES, default="auto", show_default=True, help="What starts the jobs.")
def install_(workspace: Workspace, by: str) -> None:
    """Put it in place."""
    from reports.jobs.timetable import install

    install(workspace, os.environ, by, show=show)


@verb(schedule, "remove")
def remove_(workspace: Workspace) -> None:
    """Take it out again."""
    from reports.jobs.timetable import remove

    remove(workspace, os.environ, show=show)
