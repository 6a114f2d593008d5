"""Meetings and e-mail answers out of an operator's file, as lines of a signal file.

So they go the way of all signals: landed with the next pull, erased and purged with their people, kept in
backups. Of a file only what is about leads is kept: whom, what, and when.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from dbt_project.rendering import returned
from extract.intelligence.signal_files import CLOCK_TOLERANCE, judged
from extract.intelligence.telling import SOURCE
from extract.outreach.told_files import CALENDAR, ToldRow, read_told
from extract.people.profile_urls import parse_profile_urls
from extract.people.suppression import suppressions
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.published import connect_published
from extract.workspace.strict_yaml import suggestion
from extract.workspace.workspace import Workspace

FILE = "tracked.jsonl"
# Nobody was written to before there was LinkedIn.
_EARLIEST = 2003
# What a file may tell of -> the type of its lines.
KINDS = {
    each["name"]: each["signal"]
    for each in returned("catalogue/*.sql", "engagement_kinds()")
    if "signal" in each
}


@dataclass(frozen=True)
class Tracked:
    """What a row of a file comes to: the lines to keep, one a lead, or why there are none."""

    place: str
    people: tuple[str, ...]
    lines: tuple[dict, ...]
    reason: str = ""
    is_kept: bool = False


def track(workspace: Workspace, file: Path, kind: str, now: datetime) -> list[Tracked]:
    """What each row of the file comes to, in its order; nothing is written.

    Raises ConfigurationError for a file that can't be read.
    """
    is_calendar = file.suffix.lower() == CALENDAR
    if is_calendar and kind != "meeting":
        raise ConfigurationError("A calendar tells of meetings; give e-mail answers as a CSV file")
    rows = read_told(file)
    by_email, by_key = _leads(workspace.paths.published)
    keys = iter(parse_profile_urls([link for row in rows for link in row.links]))
    gone = suppressions(workspace)
    before = _kept(workspace.paths.signals / FILE)
    found = []
    for row in rows:
        links = [next(keys).key for _ in row.links]
        people = {by_key[key] for key in links if key in by_key}
        if not people:
            people = {url for email in row.emails for url in by_email.get(email.casefold(), ())}
        people -= gone.erased(people)
        lines = tuple(
            {
                "profile_url": url,
                "signal_type": KINDS[kind],
                "occurred_at": row.time,
                "source": "calendar" if is_calendar else "list",
            }
            for url in sorted(people)
        )
        found.append(_tracked(row, lines, before, now))
    return found


def keep(workspace: Workspace, tracked: list[Tracked]) -> None:
    """Add the lines that aren't there yet to the workspace's file, where they are on disk on return.

    For whoever holds the lock of `keeping`.
    """
    folder = workspace.paths.signals
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = _kept(folder / FILE)
    for line in (line for each in tracked if not each.reason for line in each.lines):
        text = orjson.dumps(line, option=orjson.OPT_SORT_KEYS)
        if text not in written:
            journal.append_line(folder / FILE, line)
            written.add(text)


def keep_event(
    workspace: Workspace,
    profile_url: str,
    kind: str,
    at: datetime,
    now: datetime,
    *,
    wait_seconds: float = 0.0,
) -> bool:
    """Keep one event that somebody tells of a lead, on disk when this returns; whether it was told before.

    Raises ConfigurationError for what a line of a file would be set aside for, and for an unknown kind.
    Raises BusyError where somebody has to be alone for longer than `wait_seconds`, as an erasure has.
    """
    if kind not in KINDS:
        raise ConfigurationError(f"kind must be one of {', '.join(KINDS)}; {suggestion(kind, KINDS)}")
    if at.year < _EARLIEST:
        raise ConfigurationError(f"occurred_at must be {_EARLIEST} or later")
    if at > now + CLOCK_TOLERANCE:
        raise ConfigurationError("occurred_at lies in the future; say so once it has happened")
    line = {
        "profile_url": profile_url,
        "signal_type": KINDS[kind],
        "occurred_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": SOURCE,
    }
    [verdict] = judged([orjson.dumps(line)], now)
    if verdict.reason:
        raise ConfigurationError(verdict.reason)
    told = Tracked("", (profile_url,), (line,))
    with keeping(workspace, wait_seconds):
        if suppressions(workspace).erased({profile_url}):
            raise ConfigurationError(
                "This person was erased, or their data was too old: nothing is kept of them"
            )
        is_kept = orjson.dumps(line, option=orjson.OPT_SORT_KEYS) in _kept(workspace.paths.signals / FILE)
        keep(workspace, [told])
    return is_kept


def keeping(workspace: Workspace, wait_seconds: float = 0.0) -> AbstractContextManager[bool]:
    """The lock under which it is asked who was erased, and then kept: an erasure is before both, or after."""
    return exclusive(workspace.folder, "delivery", job="track", wait_seconds=wait_seconds)


def _tracked(row: ToldRow, lines: tuple[dict, ...], before: set[bytes], now: datetime) -> Tracked:
    people = tuple(line["profile_url"] for line in lines)
    if not lines:
        return Tracked(row.place, (), (), _nobody(row))
    reasons = [verdict.reason for verdict in judged([orjson.dumps(line) for line in lines], now)]
    texts = {orjson.dumps(line, option=orjson.OPT_SORT_KEYS) for line in lines}
    return Tracked(row.place, people, lines, reasons[0], is_kept=texts <= before)


def _nobody(row: ToldRow) -> str:
    if row.links:
        return "no lead has this profile" + (" or e-mail address" if row.emails else "")
    if row.emails:
        return (
            "no lead has this e-mail address" if len(row.emails) == 1 else "no lead has one of the addresses"
        )
    return "names neither a profile nor an e-mail address"


def _kept(path: Path) -> set[bytes]:
    """The lines of before; blanked ones and what a crash cut short are none."""
    return {orjson.dumps(row, option=orjson.OPT_SORT_KEYS) for row in journal.rows(path)}


def _leads(published: Path) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Profile links of the leads with an e-mail address, and of all by the key of their profile."""
    with connect_published(published) as connection:
        rows = connection.execute(
            "select normalized_profile_url, linkedin_profile_url, lower(trim(email)) "
            "from marts.heyreach_leads where is_valid_profile_url"
        ).fetchall()
    by_email: dict[str, set[str]] = {}
    for _, url, email in rows:
        if email:
            by_email.setdefault(email, set()).add(url)
    return by_email, {key: url for key, url, _ in rows}
