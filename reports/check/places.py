"""Every folder and file that a verb writes to: whether it can, and who else may read it."""

import os
from collections.abc import Iterator
from pathlib import Path

from extract.workspace import places
from extract.workspace.strict_yaml import shown
from extract.workspace.variables import SECRETS, read_env_file
from extract.workspace.workspace import Workspace
from reports.check.findings import Finding, bad, counted, good, warning


def check_places(workspace: Workspace) -> Iterator[Finding]:
    """Probe every folder with a file that is removed again; look at every file's permissions."""
    dbt = workspace.project_dir / "dbt_project" / "target"
    probed = places.folders(workspace.data_dir, workspace.folder, dbt)
    closed = [problem for folder in probed if (problem := places.problem(folder))]
    for problem in closed:
        yield bad(f"{problem}: change its owner or permissions")
    files = [path for path in _files(workspace) if not os.access(path, os.R_OK | os.W_OK)]
    if files:
        others = f", and {counted(len(files) - 1, 'other file')}" if len(files) > 1 else ""
        yield bad(f"{shown(files[0])}{others} can't be written to: change owner or permissions")
    seen = [path for path in _files(workspace) if path.stat().st_mode & 0o077]
    if seen:
        yield warning(
            f"others can read {counted(len(seen), 'file')} with personal data, {shown(seen[0])} for one: "
            f"chmod -R go= {shown(workspace.folder)}"
        )
    if not closed and not files:
        yield good(
            f"{counted(len(probed), 'folder')} of {shown(workspace.data_dir)} and dbt's can be written to"
        )


def check_env(workspace: Workspace) -> Iterator[Finding]:
    """Whether `.env` is for its owner's eyes only."""
    path = workspace.env_file
    if not path.is_file():
        yield good(f"there is no {shown(path)}: settings come from the environment")
        return
    held = [name for name, value in read_env_file(path).items() if name in SECRETS and value]
    if held and path.stat().st_mode & 0o077:
        yield bad(f"others can read {', '.join(held)} in {shown(path)}: chmod 600 {shown(path)}")
    else:
        yield good(f"{shown(path)} is read" + (", by you alone" if held else "; it holds no secret"))


def _files(workspace: Workspace) -> Iterator[Path]:
    """The files of the workspace, without another one inside it and without copies."""
    skipped = {workspace.folder / name for name in ("demo", "backups", "dbt", "docs")}
    for folder, names, files in os.walk(workspace.folder):
        names[:] = [name for name in names if Path(folder, name) not in skipped]
        yield from (path for name in sorted(files) if (path := Path(folder, name)).is_file())
