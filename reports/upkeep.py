"""`make backup` and `make restore` as commands: who holds the folder, and what the operator is told."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from extract import pipeline
from extract.backup import archive, contents, restore, save
from extract.errors import ConfigurationError
from extract.folders import require_writable
from extract.lock import everything
from extract.settings import Settings
from extract.strict_yaml import shown

Say = Callable[[str], None]


@contextlib.contextmanager
def all_held(settings: Settings, job: str, wait_seconds: float, say: Say) -> Iterator[None]:
    """Nobody else writes into the workspace, and no newer release has.

    Raises BusyError, saying who does, where that lasts longer than `wait_seconds`.
    """
    require_writable(settings.workspace_dir, "The data folder")
    with everything(settings.workspace_dir, job, wait_seconds=wait_seconds, say=say):
        pipeline.require_known_versions(settings)
        yield


def back_up(
    settings: Settings, project_dir: Path, folder: Path | None, *, with_secrets: bool, say: Say
) -> None:
    """Write a backup and say where it is; within `all_held`."""
    saved = save.save(settings, project_dir, folder, with_secrets=with_secrets)
    print(f"backup: {saved.path}{_demo_mark(settings.is_demo)}")
    say(
        f"{saved.files:,} files, {saved.bytes_saved / 1e6:,.1f} MB in {saved.size / 1e6:,.1f} MB, written "
        f"and compared; make restore FROM={shown(saved.path)} brings them back"
    )
    kept = "the keys of .env are in it" if with_secrets else "keys and passwords are not in it"
    say(f"it holds personal data, which make erase does not reach; {kept}")


def restore_from(
    settings: Settings, project_dir: Path, path: Path | None, *, force: bool, wait_seconds: float, say: Say
) -> None:
    """Bring a backup back into the workspace it was made of, demo or real; complete one that was cut off.

    Raises ConfigurationError, DamagedError and NewerError, with the workspace as it was, and BusyError where
    somebody else writes into it for longer than `wait_seconds`.
    """
    about = archive.about(path) if path else None
    target = _target(settings, project_dir, about)
    require_writable(target.workspace_dir, "The data folder")
    with everything(
        target.workspace_dir, "restore", wait_seconds=wait_seconds, say=say, completes_restore=True
    ):
        if target.ready.exists():
            restore.finish(target, say)
            print(f"restored: {target.workspace_dir}, as a restore that was cut off had it ready")
            return
        if path is None:
            say("restore: nothing to do, what was cut off has been completed meanwhile")
            return
        restore.prepare(settings, path, target, force=force, say=say)
        restore.finish(target, say)
    saved_at = f"{about.created_at:%Y-%m-%d %H:%M} UTC"
    print(f"restored: {target.workspace_dir}, as of {saved_at}{_demo_mark(about.is_demo)}; now: make build")
    if settings.is_demo and not about.is_demo:
        say("set HEYREACH_API_KEY in .env: without it the next verbs show the demo, not what was restored")


def _target(settings: Settings, project_dir: Path, about: archive.About | None) -> restore.Place:
    if about:
        return restore.place(settings, project_dir, about.is_demo)
    places = [restore.place(settings, project_dir, is_demo) for is_demo in (settings.is_demo, True, False)]
    for place in places:
        if place.ready.exists():
            return place
    known = ", ".join(shown(path) for path in contents.copies(settings.workspace_dir)) or "none"
    raise ConfigurationError(f"make restore needs FROM=, a backup; in the data folder are: {known}")


def _demo_mark(is_demo: bool) -> str:
    return "  (demo data)" if is_demo else ""
