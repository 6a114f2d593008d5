"""People dismissed from the inbox, and taken back."""

from extract.intelligence import dismissals
from extract.intelligence.dismissals import Dismissal
from extract.intelligence.watches import person_link
from extract.sandbox import DEMO_END
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places, require_published


def dismiss(workspace: Workspace, url: str, reason: str | None, days: int | None, *, show: Say) -> None:
    """Dismiss a person, named by their profile in any spelling, and say until when."""
    require_places(workspace)
    require_published(workspace)
    found = dismiss_person(workspace, person_link(workspace, url), reason, days)
    show(
        f"dismissed: {found.profile_url}, until {found.until:%Y-%m-%d}, or until their score rises or "
        f"something new is known of them{demo_mark(workspace.is_demo)}"
    )


def take_back(workspace: Workspace, url: str, *, show: Say) -> None:
    """Take a person back into the inbox; raises ConfigurationError where they weren't dismissed."""
    require_places(workspace)
    link = person_link(workspace, url)
    take_person_back(workspace, link)
    show(f"in the inbox again, from the next build on: {link}{demo_mark(workspace.is_demo)}")


def dismiss_person(
    workspace: Workspace,
    profile_url: str,
    reason: str | None,
    days: int | None = None,
    *,
    wait_seconds: float = 0.0,
) -> Dismissal:
    """Dismiss a person by their plain link; on disk when this returns."""
    now = DEMO_END if workspace.is_demo else workspace.now()
    with exclusive(workspace.folder, "delivery", job="dismiss", wait_seconds=wait_seconds):
        return dismissals.dismiss(workspace, profile_url, reason, days, now)


def take_person_back(workspace: Workspace, profile_url: str, *, wait_seconds: float = 0.0) -> None:
    """Take a person back by their plain link; on disk when this returns."""
    with exclusive(workspace.folder, "delivery", job="undismiss", wait_seconds=wait_seconds):
        dismissals.take_back(workspace.paths, profile_url)
