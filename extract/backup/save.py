"""`make backup`: one archive of all that can't be made again, all of one moment."""

import contextlib
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from extract import raw
from extract.backup import archive, contents
from extract.workspace import versions
from extract.workspace.errors import OutboundError
from extract.workspace.folders import OLD_PARTIAL_SECONDS, require_writable
from extract.workspace.variables import read_env_file
from extract.workspace.workspace import Workspace


@dataclass(frozen=True)
class Saved:
    """A backup that was written: where, of how many files, and how large it is."""

    path: Path
    files: int
    bytes_saved: int
    size: int


def save(workspace: Workspace, folder: Path | None, *, with_secrets: bool) -> Saved:
    """Write a backup into `folder` (None: the workspace's own), for a caller who holds all locks.

    Without `with_secrets` the settings of `.env` are saved without keys, passwords and addresses that give
    access. Raises OutboundError where a database is damaged, ConfigurationError for a folder that can't be
    written to.
    """
    folder = folder or workspace.paths.backups
    require_writable(folder, "The backup folder")
    _remove_abandoned(folder)
    now, origin = datetime.now(UTC), _origin(workspace)
    name = "demo" if workspace.is_demo else re.sub(r"[^A-Za-z0-9]+", "-", origin["workspace_id"] or "new")
    path = folder / f"backup-{name}-{now:%Y-%m-%dT%H%M%S}{archive.SUFFIX}"
    about = archive.About(
        version=versions.KNOWN[archive.KIND],
        created_at=now,
        program=version("connection-analytics"),
        is_demo=workspace.is_demo,
        **origin,
        has_secrets=with_secrets and workspace.env_file.is_file(),
    )
    with tempfile.TemporaryDirectory(prefix=".backup-", suffix=".partial", dir=folder) as copied:
        stored = archive.write(path, about, _files(workspace, Path(copied), with_secrets))
    return Saved(path, len(stored), sum(entry.size for entry in stored), path.stat().st_size)


def _remove_abandoned(folder: Path) -> None:
    """What a killed backup left there; one of another workspace may be being written now."""
    for path in folder.glob(".backup-*.partial"):
        if time.time() - path.stat().st_mtime > OLD_PARTIAL_SECONDS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _origin(workspace: Workspace) -> dict[str, str | None]:
    path = workspace.paths.raw
    if not path.exists():
        return {"base_url": None, "workspace_id": None}
    if path.with_name(f"{path.name}.wal").exists():  # of a run that was killed: bring it into the file
        with raw.connect(path, read_only=False) as connection:
            connection.execute("force checkpoint")
    with raw.connect(path, read_only=True) as connection:
        origin = raw.origin(connection)
    return {
        "base_url": origin.base_url if origin else None,
        "workspace_id": origin.workspace_id if origin else None,
    }


def _files(workspace: Workspace, copied: Path, with_secrets: bool) -> Iterator[tuple[str, Path]]:
    """Name in the archive and where it stands, of every file; databases that may be written to as copies."""
    env = _env(workspace.env_file, copied, with_secrets)
    if env:
        yield "env", env
    for name, path in contents.configuration(workspace.project_dir, workspace.account_metadata_path).items():
        yield f"config/{name}", path
    for path in contents.lasting_files(workspace.folder):
        name = path.relative_to(workspace.folder).as_posix()
        source = _sqlite_copy(path, copied) if path.suffix == ".sqlite" else path
        yield f"data/{name}", source


def _env(path: Path, copied: Path, with_secrets: bool) -> Path | None:
    """The file to save as `.env`, or None where there is nothing to save."""
    if not path.is_file() or with_secrets:
        return path if path.is_file() else None
    text = contents.env_text(read_env_file(path))
    if not text:
        return None
    kept = copied / "env"
    kept.write_text(text, encoding="utf-8")
    return kept


def _sqlite_copy(path: Path, copied: Path) -> Path:
    """A copy of one moment, whatever somebody writes meanwhile."""
    copy = copied / path.name
    copy.unlink(missing_ok=True)
    try:
        with (
            contextlib.closing(sqlite3.connect(path, timeout=60)) as database,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            database.backup(target)
            [found] = target.execute("pragma quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise OutboundError(
            f"{path} is damaged ({found}), so nothing was saved: restore it from an earlier backup, or move "
            "it away, then run this again"
        )
    return copy
