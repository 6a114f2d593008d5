"""The period of a report, as it is typed."""

import re
from datetime import UTC, datetime, time, timedelta

from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import quoted
from extract.workspace.values import YEARS

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_period(
    since: str | None, until: str | None, as_of: datetime, lookback_days: int
) -> tuple[datetime, datetime]:
    """The half-open period [since, until) as UTC midnights.

    `until` defaults to the day after the as-of (an aware time), so that the as-of's own day counts; `since`
    to `lookback_days` before `until`. Raises ConfigurationError for a date not written YYYY-MM-DD and for
    an empty period.
    """
    problems = []
    given = {}
    for name, text in (("since", since), ("until", until)):
        if text is None:
            continue
        try:
            given[name] = _day(text)
        except ValueError:
            problems.append(f"--{name} must be a date like 2026-01-31, not {quoted(text)}")
    if problems:
        raise ConfigurationError(problems)
    today = datetime.combine(as_of.astimezone(UTC).date(), time(), UTC)
    end = given.get("until", today + timedelta(days=1))
    start = given.get("since", end - timedelta(days=lookback_days))
    if start >= end:
        origin = "a day that is itself not counted" if until else "the day after the as-of"
        raise ConfigurationError(f"--since {start:%Y-%m-%d} must be before --until {end:%Y-%m-%d} ({origin})")
    return start, end


def parse_against(text: str | None, since: datetime) -> tuple[datetime | None, datetime | None]:
    """The half-open period that the one from `since` on is compared with, typed as `2025-12-01..2026-01-01`.

    None and None without a text: the period just before. Raises ConfigurationError for what is no period, and
    for one that isn't over when the other begins.
    """
    if text is None:
        return None, None
    try:
        start, end = map(_day, text.split(".."))
    except ValueError:
        raise ConfigurationError(
            f"--against must be a period like 2025-12-01..2026-01-01, not {quoted(text)}"
        ) from None
    if not start < end <= since:
        raise ConfigurationError(
            f"--against {text} must be a period that ends by --since {since:%Y-%m-%d}: "
            "the later one is reported, the earlier one is what it is compared with"
        )
    return start, end


def _day(text: str) -> datetime:
    if not _DATE.fullmatch(text):
        raise ValueError
    day = datetime.fromisoformat(text).replace(tzinfo=UTC)
    if day.year not in YEARS:
        raise ValueError
    return day
