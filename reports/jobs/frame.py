"""What jobs begin with: the places they write to, and what has to be there already."""

from collections.abc import Callable, Iterable
from pathlib import Path

from dbt_project import warehouse
from extract.workspace.errors import ConfigurationError
from extract.workspace.folders import require_writable
from extract.workspace.places import require_writable_places
from extract.workspace.workspace import Workspace

Say = Callable[[str], None]


def demo_mark(is_demo: bool) -> str:
    """What stands behind a line that is shown of invented data."""
    return "  (demo data)" if is_demo else ""


def warehouse_files(workspace: Workspace) -> warehouse.Files:
    """The files that dbt works with."""
    return warehouse.files(workspace.folder, workspace.memory_limit)


def require_published(workspace: Workspace) -> Path:
    """The published warehouse; raises ConfigurationError where there is none yet."""
    published = workspace.paths.published
    if not published.exists():
        raise ConfigurationError(f"There is no warehouse at {published} yet: `make run` first")
    return published


def require_places(
    workspace: Workspace,
    *,
    builds: bool = False,
    reports_dir: Path | None = None,
    others: Iterable[Path] = (),
) -> None:
    """Try every place that a job writes to, before anything is asked or done.

    That is the workspace, `others` like it, what dbt keeps where it `builds`, and the folder of reports.
    """
    require_writable(workspace.folder, "The data folder")
    dbt = [warehouse.PARSED_DIR] if builds else []
    require_writable_places(workspace.data_dir, sorted({workspace.folder, *others}), *dbt)
    if reports_dir:
        require_writable(reports_dir, "The report folder")
