"""Files that say whom one met, or who answered by e-mail: a spreadsheet's CSV, or what a calendar exports.

A calendar is read as iCalendar (RFC 5545) says, by the library that reads contacts, too. A meeting is dated
by when it was entered (CREATED, which is UTC), since that is when it was booked; else by the day it begins.
Its hour is never read, and so no time zone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import vobject
from vobject.base import Component, ParseError

from extract.importer.csv_file import CsvFile, decoded, read_bytes, read_csv
from extract.people.records import LINK
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.texts import comparable

CALENDAR = ".ics"
# What columns are called, as they compare.
LINKS = ("linkedin url", "linkedin", "linkedin profile", "profile url", "profile_url", "linkedin_url", "url")
EMAILS = ("email", "e-mail", "email address", "e-mail address", "invitee email", "attendee", "from")
TIMES = (
    "occurred_at",
    "booked at",
    "booked on",
    "created at",
    "created",
    "answered at",
    "received at",
    "date",
)
# What of an event may hold a link to somebody.
_TEXTS = ("description", "location", "url", "summary")


class ToldRow(NamedTuple):
    """A row or event of a file: what it is called there, whom it may be about, and when, as written."""

    place: str
    links: tuple[str, ...]
    emails: tuple[str, ...]
    time: str


def read_told(path: Path) -> list[ToldRow]:
    """All of a file; raises ConfigurationError where it can't be read, or has no column that is needed."""
    rows = list(_events(path) if path.suffix.lower() == CALENDAR else _csv_rows(path))
    if not rows:
        raise ConfigurationError(f"{shown(path)} tells of nothing; export it again")
    return rows


def _csv_rows(path: Path) -> Iterator[ToldRow]:
    file = read_csv(
        path, lambda header: len({comparable(name) for name in header} & {*LINKS, *EMAILS, *TIMES})
    )
    links, emails, times = (_column(file, names) for names in (LINKS, EMAILS, TIMES))
    if times is None or (links is None and emails is None):
        raise ConfigurationError(
            f"{shown(path)} needs a column of days or times (such as {TIMES[0]} or {TIMES[-1]}) and one of "
            f"profile links or e-mail addresses (such as {LINKS[0]} or {EMAILS[0]})"
        )
    for number, cells in file.rows:
        link, email, time = (
            cells[at].strip() if at is not None and at < len(cells) else "" for at in (links, emails, times)
        )
        if link or email or time:
            yield ToldRow(f"row {number}", (link,) if link else (), (email,) if email else (), time)


def _column(file: CsvFile, names: tuple[str, ...]) -> int | None:
    """The place of the first of the names that there is."""
    header = [comparable(name) for name in file.header]
    return next((header.index(name) for name in names if name in header), None)


def _events(path: Path) -> Iterator[ToldRow]:
    number = 0
    try:
        for calendar in vobject.readComponents(decoded(path, read_bytes(path)), transform=False):
            for event in calendar.contents.get("vevent", ()):
                number += 1
                if _first(event, "status").upper() != "CANCELLED":
                    yield _event(number, event)
    except (ParseError, ValueError) as error:
        # What the library says of a line is the line.
        line = getattr(error, "lineNumber", None)
        where = f"line {line}" if line else f"after event {number}"
        raise ConfigurationError(
            f"{shown(path)} can't be read as a calendar, {where}; export it again"
        ) from None


def _event(number: int, event: Component) -> ToldRow:
    texts = " ".join(_first(event, name) for name in _TEXTS)
    people = [each.value for name in ("attendee", "organizer") for each in event.contents.get(name, ())]
    emails = [text[7:] for text in people if text.lower().startswith("mailto:")]
    begins = _first(event, "dtstart")[:8]
    day = f"{begins[:4]}-{begins[4:6]}-{begins[6:]}" if begins.isdigit() else ""
    links = [link for link in LINK.findall(texts) if "linkedin.com/" in link.lower()]
    return ToldRow(f"event {number}", tuple(links), tuple(emails), _first(event, "created") or day)


def _first(event: Component, name: str) -> str:
    found = event.contents.get(name)
    return str(found[0].value).strip() if found else ""
