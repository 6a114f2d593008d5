"""`make check`: everything that a night needs is tried beforehand, and said a line each."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from extract.workspace.errors import OutboundError
from extract.workspace.workspace import Workspace
from reports.check import door, places, stored, told
from reports.check.findings import counted, run_checks
from reports.check.heyreach import HeyReach
from reports.schedule import Place


class CheckError(OutboundError):
    """Something has to be mended before a night can go well."""


def check_all(
    workspace: Workspace,
    timetable: tuple[Place, Path],
    *,
    sends: bool,
    say: Callable[[str], None],
) -> None:
    """Try everything, changing nothing, and say what is so; with `sends` channels get a test message.

    `timetable` is where its jobs run and where systemd keeps its units. Raises CheckError where something
    has to be mended.
    """
    now = datetime.now(UTC)
    known = stored.read_stored(workspace)
    heyreach = HeyReach(workspace, known)
    mended = run_checks(
        {
            ".env": partial(places.check_env, workspace),
            "folders": partial(places.check_places, workspace),
            "room": partial(stored.check_room, workspace),
            "version": partial(stored.check_versions, workspace, known),
            "key": heyreach.key,
            "senders": heyreach.senders,
            "clock": heyreach.clock,
            "pace": heyreach.pace,
            "pull": partial(stored.check_age, workspace, known, now),
            "webhooks": partial(stored.check_webhooks, workspace, now),
            "door": lambda: door.check_door(workspace, heyreach.webhooks),
            "signals": partial(stored.check_signals, workspace, now),
            "channels": partial(told.check_channels, workspace, now, sends=sends),
            "timetable": partial(told.check_timetable, *timetable, now),
        },
        say,
    )
    if mended:
        raise CheckError(f"{counted(mended, 'thing')} to mend, marked above")
    say("nothing has to be mended")
