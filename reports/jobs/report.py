"""Reports of the published warehouse, and what else is read out of it: the docs, answers to SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.document.formats import FORMATS
from reports.document.write import write_reports
from reports.jobs.frame import Say, demo_mark, require_places, require_published


@dataclass(frozen=True)
class ReportOptions:
    """What is reported and where it goes: periods as typed (None: the default), a folder, formats.

    Without `formats` the job decides, without `output_dir` it is the workspace's own folder.
    """

    since: str | None = None
    until: str | None = None
    against: str | None = None
    output_dir: Path | None = None
    formats: Sequence[str] = FORMATS

    @property
    def has_own_period(self) -> bool:
        """Whether a period was asked for."""
        return bool(self.since or self.until or self.against)

    def folder(self, workspace: Workspace) -> Path:
        """Where the files go."""
        return self.output_dir or workspace.paths.reports


def report(workspace: Workspace, options: ReportOptions, *, show: Say) -> list[Path]:
    """Report what is published, or another period of it; returns the files."""
    if not options.has_own_period:
        return write(workspace, require_published(workspace), options, show)
    require_places(workspace, builds=True, reports_dir=options.output_dir)
    require_published(workspace)
    with exclusive(workspace.folder, job="report"):
        return report_anew(workspace, options, show)


def report_anew(workspace: Workspace, options: ReportOptions, show: Say) -> list[Path]:
    """Report the published warehouse over another period, or with what ran since it was built.

    For a caller who holds the workspace.
    """
    # Another period is worked out by dbt, and most reports are of the one that is published.
    from reports.jobs.build import other_period  # noqa: PLC0415

    with other_period(workspace, options.since, options.until, options.against) as database:
        return write(workspace, database, options, show)


def write(workspace: Workspace, database: Path, options: ReportOptions, show: Say) -> list[Path]:
    """Write the report of a warehouse and show where it is and what it says first."""
    said: list[str] = []
    paths = write_reports(
        database, options.folder(workspace), list(options.formats), said.append, workspace.paths.docs
    )
    for path in paths:
        show(f"report: {path}{demo_mark(workspace.is_demo)}")
    for line in said:
        show(f"{line}{demo_mark(workspace.is_demo)}")
    return paths


def answer_to(workspace: Workspace, query: str, *, say: Say, show: Say) -> None:
    """Answer a query that only selects from the published warehouse."""
    from reports.prompt import answer  # noqa: PLC0415 - readline takes over the terminal on import

    published = require_published(workspace)
    if workspace.is_demo:
        say("demo data")
    show(answer(published, query))


def open_prompt(workspace: Workspace) -> None:
    """Open a prompt for queries on the published warehouse; it speaks with the terminal itself."""
    from reports.prompt import prompt  # noqa: PLC0415

    prompt(require_published(workspace), "demo data" if workspace.is_demo else workspace.base_url)
