"""What the operator knows of meetings and e-mail answers: a file of theirs, shown row by row, then kept."""

from datetime import UTC, datetime
from pathlib import Path

from extract.outreach.tracking import FILE, Tracked, keep, keep_event, track
from extract.sandbox import DEMO_END
from extract.workspace.lock import exclusive
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_published


def track_file(workspace: Workspace, file: Path, kind: str, *, apply: bool, show: Say) -> None:
    """Show whom each row of a file is about and why others are nobody's; with `apply` keep what is."""
    require_published(workspace)
    rows = track(workspace, file, kind, DEMO_END if workspace.is_demo else datetime.now(UTC))
    for each in rows:
        show(f"{each.place}: {_words(each)}")
    found = [each for each in rows if each.lines and not each.reason]
    show(f"{len(found):,} of {len(rows):,} tell of leads{demo_mark(workspace.is_demo)}")
    if not apply:
        show("Nothing is kept: APPLY=1 keeps what tells of leads" if found else "There is nothing to keep")
        return
    with exclusive(workspace.folder, "delivery", job="track"):
        keep(workspace, found)
    if found:
        show(f"kept in {shown(workspace.paths.signals / FILE)}; it counts from the next run on: make run")


def track_event(
    workspace: Workspace,
    profile_url: str,
    kind: str,
    at: datetime,
    now: datetime,
    *,
    wait_seconds: float = 0.0,
) -> bool:
    """Keep one event, once though several tell it at a time; otherwise as `keep_event`."""
    with exclusive(workspace.folder, "delivery", job="track", wait_seconds=wait_seconds):
        return keep_event(workspace, profile_url, kind, at, now)


def _words(row: Tracked) -> str:
    if row.reason:
        return f"left out: {row.reason}"
    times = {line["occurred_at"] for line in row.lines}
    return f"{', '.join(row.people)}, {', '.join(times)}{', kept before' if row.is_kept else ''}"
