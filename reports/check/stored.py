"""What the data folder holds: readable, of a known version, how old, and with room to grow."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract import raw
from extract.people.line_files import changed_files
from extract.raw import landing
from extract.workspace import journal, versions
from extract.workspace.damage import is_held
from extract.workspace.lock import RESTORE
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.check.findings import Finding, bad, counted, good, not_tried, warning

# What a build needs beside a second warehouse, while it is made.
WORKING_BYTES = 500_000_000
# A receiver that has written nothing for so long may be down.
SILENT_WEBHOOKS = timedelta(days=7)


@dataclass(frozen=True)
class Stored:
    """What raw tells: from where, when pulled, requests of a full pull; `problem` says why it can't."""

    origin: raw.Origin | None = None
    pulls: raw.PullTimes | None = None
    full_pull_requests: int | None = None
    problem: Finding | None = None


def read_stored(workspace: Workspace) -> Stored:
    """Look into the raw database, if there is one, without changing it."""
    path = workspace.paths.raw
    if not path.exists():
        return Stored()
    try:
        with raw.connect(path, read_only=True) as connection:
            return Stored(
                raw.origin(connection), raw.pull_times(connection), raw.requests_of_full_pull(connection)
            )
    except (raw.RawError, versions.NewerError) as error:
        if error.__cause__ and is_held(error.__cause__):
            return Stored(
                problem=not_tried(f"{shown(path)} is being written to now: look again after the run")
            )
        return Stored(problem=bad(str(error)))


def check_versions(workspace: Workspace, stored: Stored) -> Iterator[Finding]:
    """Whether this program knows the versions of all that lasts."""
    folder = workspace.folder
    if (folder / RESTORE).exists():
        yield bad(f"a restore into {shown(folder)} was cut off: complete it with make restore")
    versions.require_known_folder(journal.KIND, folder / "journal")
    versions.require_known_folder(landing.KIND, workspace.paths.landing)
    for kind, path in (
        ("import ledger", workspace.paths.import_ledger),
        ("enrichment ledger", workspace.paths.enrichment_ledger),
        ("ledger of acts", workspace.paths.act_ledger),
        ("ledger of plans", workspace.paths.plan_ledger),
        ("ledger of jobs", workspace.paths.job_ledger),
    ):
        if path.exists():
            versions.require_known(kind, path, versions.of_sqlite_file(path))
    if stored.problem:
        yield stored.problem
    elif not workspace.paths.raw.exists():
        yield good(f"{shown(folder)} holds no data yet")
    else:
        yield good(f"{shown(folder)}: written by this release or an earlier one")


def check_room(workspace: Workspace) -> Iterator[Finding]:
    """Whether the disk has room for another warehouse beside the published one."""
    folder = workspace.folder
    published = workspace.paths.published
    size = published.stat().st_size if published.exists() else 0
    free = shutil.disk_usage(_existing(folder)).free
    text = f"{free / 1e9:,.1f} GB free; a build needs about {(size + WORKING_BYTES) / 1e9:,.1f} GB"
    if free < size + WORKING_BYTES:
        yield bad(f"{text}: make room, or make purge APPLY=1")
    elif free < 2 * (size + WORKING_BYTES):
        yield warning(f"{text}: make room soon")
    else:
        yield good(text)


def check_age(workspace: Workspace, stored: Stored, now: datetime) -> Iterator[Finding]:
    """How old the newest pull is, and the newest line of a webhook file."""
    if stored.pulls:
        age = now - stored.pulls.newest
        text = f"the newest pull is {_aged(age)} old ({stored.pulls.newest:%Y-%m-%d %H:%M} UTC)"
        if stored.pulls.newest_complete != stored.pulls.newest:
            yield warning(f"{text}, and incomplete: the next one asks again")
        elif age > timedelta(hours=workspace.analytics.pull_gap_hours) and not workspace.is_demo:
            yield warning(f"{text}: look into the newest file of {shown(workspace.paths.logs)}")
        else:
            yield good(text)
    elif not stored.problem:
        yield good("no pull yet: make run")


def check_webhooks(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Whether the operator's receiver of webhooks, if there is one, has written lately."""
    folder = workspace.paths.webhooks
    changed = changed_files(folder)
    if not changed:
        yield good(f"none in {shown(folder)}: times come from repeated looks alone")
        return
    age = now - datetime.fromtimestamp(max(changed), UTC)
    text = f"the newest line in {counted(len(changed), 'file')} of {shown(folder)} is {_aged(age)} old"
    if age > SILENT_WEBHOOKS:
        yield warning(f"{text}: is the receiver running, and the webhook active in HeyReach?")
    else:
        yield good(text)


def check_signals(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """How old the newest signal is that the operator or their site left in a file."""
    folder = workspace.paths.signals
    changed = changed_files(folder)
    if changed:
        age = _aged(now - datetime.fromtimestamp(max(changed), UTC))
        yield good(f"the newest line in {counted(len(changed), 'file')} of {shown(folder)} is {age} old")
    else:
        yield good(f"none in {shown(folder)}: what your site and you know of leads gives no points")


def _aged(age: timedelta) -> str:
    hours = max(age.total_seconds(), 0) / 3600
    if hours < 1:
        return counted(round(hours * 60), "minute")
    return counted(round(hours), "hour") if hours < 48 else counted(round(hours / 24), "day")


def _existing(folder: Path) -> Path:
    while not folder.is_dir():
        folder = folder.parent
    return folder
