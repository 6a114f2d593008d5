"""`make check`: everything that a night needs is tried beforehand, and said a line each."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from extract.workspace.errors import OutboundError
from extract.workspace.settings import Settings
from reports.check import places, stored, told
from reports.check.findings import counted, run_checks
from reports.check.heyreach import HeyReach
from reports.schedule import Place


class CheckError(OutboundError):
    """Something has to be mended before a night can go well."""


def check_all(
    settings: Settings,
    project_dir: Path,
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
    known = stored.read_stored(settings)
    heyreach = HeyReach(settings, known)
    mended = run_checks(
        {
            ".env": partial(places.check_env, project_dir),
            "folders": partial(places.check_places, settings, project_dir),
            "room": partial(stored.check_room, settings),
            "version": partial(stored.check_versions, settings, known),
            "key": heyreach.key,
            "senders": heyreach.senders,
            "clock": heyreach.clock,
            "pace": heyreach.pace,
            "pull": partial(stored.check_age, settings, known, now),
            "webhooks": partial(stored.check_webhooks, settings, now),
            "channels": partial(told.check_channels, settings, now, sends=sends),
            "timetable": partial(told.check_timetable, *timetable, now),
        },
        say,
    )
    if mended:
        raise CheckError(f"{counted(mended, 'thing')} to mend, marked above")
    say("nothing has to be mended")
