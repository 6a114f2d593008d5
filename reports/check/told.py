"""Who is told, and what runs by itself: channels of alerts, and the timetable."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from extract.workspace.workspace import Workspace
from reports import schedule
from reports.alerts.channels import DeliveryError, Notice, channels, try_email
from reports.check.findings import Finding, bad, good, warning


def check_channels(workspace: Workspace, now: datetime, *, sends: bool) -> Iterator[Finding]:
    """Whether each channel can be reached; with `sends` each gets a test message."""
    found = channels(workspace.alerts)
    if not found:
        yield warning(
            "nobody is told when a job fails or something changes: set SLACK_WEBHOOK_URL or SMTP_HOST in .env"
        )
    mark = "Demo data: " if workspace.is_demo else ""
    text = "make check SEND=1 sent this: alerts and the weekly report arrive here."
    notice = Notice(f"check-{now:%Y%m%dT%H%M%S%f}", now, f"{mark}a test message", text)
    for name, send in found.items():
        try:
            if sends:
                send(notice)
                yield good(f"{name}: a test message was sent")
            elif name == "email":
                try_email(workspace.alerts.smtp)
                yield good(
                    "email: the server takes the connection and the login; SEND=1 sends a test message"
                )
            else:
                yield warning(f"{name} is set up; only a message can show that it works: SEND=1 sends one")
        except DeliveryError as error:
            yield bad(f"{name}: {error}")


def check_timetable(place: schedule.Place, units_dir: Path, now: datetime) -> Iterator[Finding]:
    """Whether the timetable is in place, with the settings of now, and when it is next due."""
    how, is_current = schedule.installed(place, units_dir)
    if not how:
        yield warning("nothing runs at night: make schedule INSTALL=1")
        return
    job, moment = schedule.next_due(now)
    text = f"in place by {how}; next: {job.name} at {moment:%Y-%m-%d %H:%M} UTC"
    if is_current:
        yield good(text)
    else:
        yield warning(f"{text}, but not as it would be installed now: make schedule INSTALL=1")
