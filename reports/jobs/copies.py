"""Copies of what can't be made again: a backup, a restore, and who must not be writing meanwhile."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from extract import pipeline
from extract.backup import archive, restore, save
from extract.workspace.errors import ConfigurationError
from extract.workspace.folders import require_writable
from extract.workspace.lock import everything
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.build import keep_snapshot
from reports.jobs.frame import Say, demo_mark, require_places


@contextlib.contextmanager
def all_held(workspace: Workspace, job: str, wait_seconds: float, say: Say) -> Iterator[None]:
    """Nobody else writes into the workspace, and no newer release has.

    Raises BusyError, saying who does, where that lasts longer than `wait_seconds`.
    """
    require_writable(workspace.folder, "The data folder")
    with everything(workspace.folder, job, wait_seconds=wait_seconds, say=say):
        pipeline.require_known_versions(workspace)
        yield


def back_up(
    workspace: Workspace,
    folder: Path | None = None,
    *,
    with_secrets: bool = False,
    wait_seconds: float = 0.0,
    say: Say,
    show: Say,
) -> None:
    """Write a backup and say where it is."""
    require_places(workspace)
    with all_held(workspace, "backup", wait_seconds, say):
        keep_snapshot(workspace, say)
        saved = save.save(workspace, folder, with_secrets=with_secrets)
    show(f"backup: {saved.path}{demo_mark(workspace.is_demo)}")
    say(
        f"{saved.files:,} files, {saved.bytes_saved / 1e6:,.1f} MB in {saved.size / 1e6:,.1f} MB, written "
        f"and compared; make restore FROM={shown(saved.path)} brings them back"
    )
    kept = "the keys of .env are in it" if with_secrets else "keys and passwords are not in it"
    say(f"it holds personal data, which make erase does not reach; {kept}")


def restore_from(
    workspace: Workspace,
    path: Path | None,
    *,
    force: bool = False,
    wait_seconds: float = 0.0,
    say: Say,
    show: Say,
) -> None:
    """Bring a backup back into the workspace it was made of, demo or real; complete one that was cut off.

    Raises ConfigurationError, DamagedError and NewerError, with the workspace as it was, and BusyError where
    somebody else writes into it for longer than `wait_seconds`.
    """
    about = archive.about(path) if path else None
    target = _target(workspace, about)
    require_writable(target.workspace_dir, "The data folder")
    with everything(
        target.workspace_dir, "restore", wait_seconds=wait_seconds, say=say, completes_restore=True
    ):
        if target.ready.exists():
            restore.finish(target, say)
            show(f"restored: {target.workspace_dir}, as a restore that was cut off had it ready")
            return
        if path is None:
            say("restore: nothing to do, what was cut off has been completed meanwhile")
            return
        restore.prepare(workspace, path, target, force=force, say=say)
        restore.finish(target, say)
    saved_at = f"{about.created_at:%Y-%m-%d %H:%M} UTC"
    show(f"restored: {target.workspace_dir}, as of {saved_at}{demo_mark(about.is_demo)}; now: make build")
    if workspace.is_demo and not about.is_demo:
        say("set HEYREACH_API_KEY in .env: without it the next verbs show the demo, not what was restored")


def _target(workspace: Workspace, about: archive.About | None) -> restore.Place:
    if about:
        return restore.place(workspace, about.is_demo)
    places = [restore.place(workspace, is_demo) for is_demo in (workspace.is_demo, True, False)]
    for place in places:
        if place.ready.exists():
            return place
    known = ", ".join(shown(path) for path in workspace.paths.copies()) or "none"
    raise ConfigurationError(f"make restore needs FROM=, a backup; in the data folder are: {known}")
