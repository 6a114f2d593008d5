"""Every place that verbs write to: one list, for a verb before it begins and for `make check`."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from extract.workspace.errors import ConfigurationError
from extract.workspace.folders import is_disk_full
from extract.workspace.paths import Paths
from extract.workspace.strict_yaml import shown


def folders(data_dir: Path, workspace_dir: Path, *others: Path) -> list[Path]:
    """The folders that a workspace's verbs write to; for one that isn't made yet, where it will be made."""
    named = [data_dir, workspace_dir, *Paths(workspace_dir, data_dir).folders()]
    return list(dict.fromkeys(map(_existing, [*named, *others])))


def problem(folder: Path) -> str | None:
    """Why nothing can be written to a folder, tried with a file that has no name; None where it can."""
    if not folder.is_dir():
        return f"{folder} is a file where a folder has to be"
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")
            probe.flush()
    except OSError as error:
        if is_disk_full(error):
            raise
        return f"{folder} can't be written to ({error.strerror})"
    return None


def require_writable_places(data_dir: Path, workspace_dirs: Iterable[Path], *others: Path) -> None:
    """Raise ConfigurationError, naming the folders and lasting files that can't be written to."""
    problems = {}
    for workspace_dir in workspace_dirs:
        for folder in folders(data_dir, workspace_dir, *others):
            problems[folder] = problem(folder)
        for path in _lasting_files(workspace_dir):
            problems[path] = None if os.access(path, os.R_OK | os.W_OK) else f"{path} can't be written to"
    named = list(filter(None, problems.values()))
    if named:
        more = f"; and {len(named) - 3} more" if len(named) > 3 else ""
        raise ConfigurationError(
            f"{'; '.join(named[:3])}{more}: change owner or permissions, or set OUTBOUND_DATA_DIR to another "
            f"folder than {shown(data_dir)}. Nothing was asked of HeyReach"
        )


def _lasting_files(workspace_dir: Path) -> Iterator[Path]:
    """Databases, ledgers and journals: the files that are written on, and not anew."""
    for folder in (workspace_dir, Paths(workspace_dir).journal):
        if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK):
            yield from (path for path in sorted(folder.iterdir()) if path.is_file())


def _existing(path: Path) -> Path:
    while not os.path.exists(path):  # Path.exists raises where a folder above is closed
        path = path.parent
    return path
