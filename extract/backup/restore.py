"""`make restore`: a backup back into its place, whole or not at all, and nobody back who was erased.

Everything happens in a hidden folder first: unpacked and compared, brought up to date, cleaned. What then
takes its place are renames, noted so that a restore killed between two of them is completed by the next call;
until then no other command touches the folder (extract/workspace/lock.py). What stood there before is put
aside.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from extract import raw
from extract.backup import archive, contents
from extract.people.suppression import merge
from extract.pipeline import require_known_versions
from extract.privacy.erase import erase_again
from extract.raw.catch_up import load_landed
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import RESTORE
from extract.workspace.paths import BACKUPS, Paths
from extract.workspace.strict_yaml import shown
from extract.workspace.whole_files import write_whole
from extract.workspace.workspace import Workspace

# Of what stands in a workspace, this stays where it is: copies, the other workspace, the machine's own.
BESIDE = "from-backup"
STAYING = (contents.BACKUPS, "demo", "pacing", "logs", BESIDE)
_ASIDE = "aside"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """Where a backup goes: a workspace, and the project whose configuration it holds."""

    workspace_dir: Path
    project_dir: Path
    account_file: Path

    @property
    def ready(self) -> Path:
        """A restore that only has to take its place."""
        return self.workspace_dir / RESTORE


def place(workspace: Workspace, is_demo: bool) -> Place:
    """Where a backup of the demo, or of a real workspace, goes from here."""
    return Place(
        _of_kind(workspace, workspace.data_dir, is_demo).folder,
        workspace.project_dir,
        workspace.account_metadata_path,
    )


def prepare(workspace: Workspace, path: Path, target: Place, *, force: bool, say: Say) -> None:
    """Make everything ready that `finish` then puts in its place, for a caller who holds all locks.

    Raises DamagedError and NewerError for an archive that can't be used, ConfigurationError where the
    workspace holds something and `force` is not given. Nothing has changed then.
    """
    partial = _partial(target.workspace_dir)
    shutil.rmtree(partial, ignore_errors=True)
    _require_empty(target, force=force)
    try:
        unpacked = partial / "unpacked"
        about = archive.read(path, unpacked)
        staged = _of_kind(workspace, partial / "staged", about.is_demo)
        staged.folder.mkdir(parents=True)
        for entry in _entries(unpacked / "data"):
            entry.rename(staged.folder / entry.name)
        require_known_versions(staged)
        load_landed(staged.paths)
        _keep_erased(staged, target, about, say)
        _end_jobs(staged.paths.job_ledger, about, say)
        _arrange(partial, staged.folder, unpacked, replaces=force)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    os.replace(partial, target.ready)
    archive.sync_folder(target.workspace_dir)


def finish(target: Place, say: Say) -> None:
    """Put in its place what `prepare` made ready; may be killed at any moment and called again."""
    ready, data = target.ready, target.workspace_dir
    aside_name = (ready / _ASIDE).read_text().strip()
    replaces = (ready / "replaces").exists()
    if not (ready / "is-aside").exists():
        aside = data / BACKUPS / aside_name
        for entry in _entries(data):
            if entry.name == "heyreach_account_config.csv" or _is_empty_raw(entry):
                entry.unlink()  # made anew by the next verb
            elif entry.name not in STAYING and not entry.name.startswith("."):
                aside.mkdir(mode=0o700, parents=True, exist_ok=True)
                entry.rename(aside / entry.name)
        if aside.is_dir():
            archive.sync_folder(aside)
            say(f"what stood there is kept as {shown(aside)}")
        archive.sync_folder(data)
        (ready / "is-aside").touch()
        archive.sync_folder(ready)
    for entry in _entries(ready / "data"):
        entry.rename(data / entry.name)
    archive.sync_folder(data)
    _configure(target, aside_name, replaces=replaces, say=say)
    # Removed bit by bit, it would look to the next call like one whose marks were never made.
    over = _partial(data)
    os.replace(ready, over)
    archive.sync_folder(data)
    shutil.rmtree(over)


def _partial(workspace_dir: Path) -> Path:
    """A restore that is not ready yet, or over; runs remove what a killed one left of it."""
    return workspace_dir / f"{RESTORE}.partial"


def _of_kind(workspace: Workspace, data_dir: Path, is_demo: bool) -> Workspace:
    """The workspace of a kind, the demo or a real one, in some folder."""
    api_key = None if is_demo else workspace.api_key or "not needed here"
    return replace(workspace, api_key=api_key, data_dir=data_dir)


def _require_empty(target: Place, *, force: bool) -> None:
    """Refuse a workspace with something in it that lasts; the list of erased people is merged anyway."""
    data = target.workspace_dir
    lasting = [
        path for path in contents.lasting_files(data) if path.relative_to(data).parts[0] != "suppressed"
    ]
    lasting = [path for path in lasting if not _is_empty_raw(path)]
    if lasting and not force:
        found = sorted({path.relative_to(data).parts[0] for path in lasting})
        raise ConfigurationError(
            f"{data} is not empty ({', '.join(found[:5])}{', ...' if len(found) > 5 else ''}): nothing was "
            f"changed. Set OUTBOUND_DATA_DIR to an empty folder, or FORCE=1 keeps what stands there under "
            f"{data / contents.BACKUPS}"
        )


def _is_empty_raw(path: Path) -> bool:
    """Whether this is the raw database, as `make setup` makes it."""
    try:
        return path.name == "raw.duckdb" and not contents.has_observations(path)
    except raw.RawError:  # damaged, or held: then it was used
        return False


def _keep_erased(staged: Workspace, target: Place, about: archive.About, say: Say) -> None:
    """Whoever was erased from the workspace since the backup stays erased; says who can't be known."""
    here = Paths(target.workspace_dir).suppressed
    since = f"{about.created_at:%Y-%m-%d %H:%M} UTC"
    if not (here / "people").exists():
        say(
            f"whoever was erased after {since} is in this backup, and nothing here knows them any more: "
            "erase them again (make erase URL=...)"
        )
        return
    news = merge(here, staged.paths.suppressed)
    if news:
        erase_again(staged)
        say(f"whoever was erased since {since} stays erased: {news:,} keys")


def _end_jobs(ledger: Path, about: archive.About, say: Say) -> None:
    """What waited for the server when the backup was made fails, in words: it may have been done since.

    A server would begin it as soon as the ledger is in its place, and nobody has asked for it today.
    """
    if not ledger.exists():
        return
    why = (
        f"It waited when the backup of {about.created_at:%Y-%m-%d %H:%M} UTC was made, and may have been "
        "done since: look, then ask for it again"
    )
    with contextlib.closing(sqlite3.connect(ledger)) as database, database:
        waited = database.execute(
            "update jobs set state = 'failed', ended_at = ?, error = ? where ended_at is null",
            [datetime.now(UTC).isoformat(), why],
        ).rowcount
    if waited:
        say(f"{waited:,} of the server's jobs waited when the backup was made: none is begun (/jobs)")


def _arrange(partial: Path, staged: Path, unpacked: Path, *, replaces: bool) -> None:
    """Leave in `partial` only what `finish` needs."""
    staged.rename(partial / "data")
    for name in ("config", "env"):
        if (unpacked / name).exists():
            (unpacked / name).rename(partial / name)
    shutil.rmtree(unpacked)
    shutil.rmtree(partial / "staged", ignore_errors=True)
    if replaces:
        (partial / "replaces").touch()
    with (partial / _ASIDE).open("w") as file:
        file.write(f"replaced-{datetime.now(UTC):%Y-%m-%dT%H%M%S}")
        file.flush()
        os.fsync(file.fileno())
    archive.sync_folder(partial)


def _configure(target: Place, aside_name: str, *, replaces: bool, say: Say) -> None:
    """Put configuration where there is none; beside the data where another stands, unless it is replaced."""
    config = target.ready / "config"
    for saved in sorted(path for path in config.rglob("*") if path.is_file()):
        name = saved.relative_to(config)
        is_account_file = name.parts[0] == "account_file"
        at = target.account_file if is_account_file else target.project_dir / "config" / name
        is_other = at.is_file() and at.read_bytes() != saved.read_bytes()
        if is_other and replaces:
            at.rename(at.with_name(f"{at.name}.{aside_name}"))
            say(f"{shown(at)} was another one, and is kept beside it as {at.name}.{aside_name}")
        _put(target, saved, at, say)
    if (target.ready / "env").exists():
        _put(target, target.ready / "env", target.project_dir / ".env", say)


def _put(target: Place, saved: Path, at: Path, say: Say) -> None:
    content = saved.read_bytes()
    if at.is_file() and at.read_bytes() != content:
        beside = target.workspace_dir / BESIDE / at.name.lstrip(".")
        beside.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(beside, content)
        say(f"{shown(at)} is another one than in the backup, which is laid beside: {shown(beside)}")
    elif not at.is_file():
        at.parent.mkdir(parents=True, exist_ok=True)
        write_whole(at, content)
        say(f"restored: {shown(at)}")
    saved.unlink()


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
