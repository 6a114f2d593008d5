"""What the operator knows of meetings and e-mail answers: a file of theirs, shown row by row, then kept."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from extract.outreach.tracking import FILE, Tracked, keep, keeping, track
from extract.sandbox import DEMO_END
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_published


def track_file(workspace: Workspace, file: Path, kind: str, *, apply: bool, show: Say) -> None:
    """Show whom each row of a file is about and why others are nobody's; with `apply` keep what is."""
    require_published(workspace)
    with keeping(workspace) if apply else contextlib.nullcontext():
        _track_file(workspace, file, kind, apply=apply, show=show)


def _track_file(workspace: Workspace, file: Path, kind: str, *, apply: bool, show: Say) -> None:
    rows = track(workspace, file, kind, DEMO_END if workspace.is_demo else datetime.now(UTC))
    for each in rows:
        show(f"{each.place}: {_words(each)}")
    found = [each for each in rows if each.lines and not each.reason]
    show(f"{len(found):,} of {len(rows):,} tell of leads{demo_mark(workspace.is_demo)}")
    if not apply:
        show("Nothing is kept: APPLY=1 keeps what tells of leads" if found else "There is nothing to keep")
        return
    keep(workspace, found)
    if found:
        show(f"kept in {shown(workspace.paths.signals / FILE)}; it counts from the next run on: make run")


def _words(row: Tracked) -> str:
    if row.reason:
        return f"left out: {row.reason}"
    times = {line["occurred_at"] for line in row.lines}
    return f"{', '.join(row.people)}, {', '.join(times)}{', kept before' if row.is_kept else ''}"
