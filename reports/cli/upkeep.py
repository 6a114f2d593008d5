"""Before it is needed: a workspace set up, tried, made anew, copied."""

import os
from pathlib import Path

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import PATH, say, show, verb
from reports.cli.pipeline import root, wait


@verb(root, "setup")
def setup(workspace: Workspace) -> None:
    """Check the configuration, make `dbt` usable in dbt_project."""
    from reports.jobs.upkeep import set_up

    set_up(workspace, say=say)


@verb(root, "check")
@click.option("--send", is_flag=True, help="Send a test message to every channel.")
def check(workspace: Workspace, send: bool) -> None:
    """Try key, senders, folders, clock, pace, channels and timetable, a line each."""
    from reports.jobs.upkeep import check

    check(workspace, os.environ, sends=send, show=show)


@verb(root, "recover")
@click.option("--without-missing", is_flag=True, help="Without the landing files that are gone.")
@wait
def recover(workspace: Workspace, without_missing: bool, wait: float) -> None:
    """Make a damaged raw database anew from its files; the old one is set aside."""
    from reports.jobs.run import recover

    recover(workspace, without_missing=without_missing, wait_seconds=wait * 60, say=say, show=show)


@verb(root, "backup")
@click.option("--to", type=PATH, metavar="FOLDER", help="Where it goes (default: the data folder's backups).")
@click.option("--with-secrets", is_flag=True, help="All of .env, keys included.")
@wait
def backup(workspace: Workspace, to: Path | None, with_secrets: bool, wait: float) -> None:
    """All that can't be made again into one file."""
    from reports.jobs.copies import back_up

    back_up(workspace, to, with_secrets=with_secrets, wait_seconds=wait * 60, say=say, show=show)


@verb(root, "restore")
@click.option("--from", "archive", type=PATH, metavar="FILE", help="The backup.")
@click.option("--force", is_flag=True, help="Put aside what stands in the data folder.")
@wait
def restore(workspace: Workspace, archive: Path | None, force: bool, wait: float) -> None:
    """Bring a backup back, or complete one that was cut off."""
    from reports.jobs.copies import restore_from

    restore_from(workspace, archive, force=force, wait_seconds=wait * 60, say=say, show=show)
