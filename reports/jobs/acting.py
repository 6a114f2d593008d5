"""Acting on a line of the report: whom it concerns, and campaigns that are resumed and paused."""

from extract.acting.command import ActOptions, run_pause, run_resume
from extract.acting.leads_file import list_lines, run_leads
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places, require_published


def leads_behind(workspace: Workspace, number: str | None, *, show: Say) -> None:
    """Write the leads behind the line of that number; without one, list the lines."""
    require_places(workspace)
    require_published(workspace)

    def marked(line: str) -> None:
        show(f"{line}{demo_mark(workspace.is_demo)}")

    if number:
        run_leads(workspace, number, marked)
    else:
        list_lines(workspace, marked)


def resume(workspace: Workspace, options: ActOptions, *, say: Say, show: Say) -> None:
    """Show what resuming a campaign would do, or do it; raises as `run_resume`."""
    _begin(workspace, say)
    run_resume(workspace, options, show)


def pause(workspace: Workspace, options: ActOptions, *, say: Say, show: Say) -> None:
    """Show what pausing a campaign would do, or do it; raises as `run_resume`."""
    _begin(workspace, say)
    run_pause(workspace, options, show)


def _begin(workspace: Workspace, say: Say) -> None:
    require_places(workspace)
    require_published(workspace)
    if workspace.is_demo:
        say("demo data: it is done in the bundled sandbox, which forgets it at the end")
