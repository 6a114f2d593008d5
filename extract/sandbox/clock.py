"""Sandbox time: whole microseconds since 1970 in UTC, and how the API prints and reads them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ticks(moment: datetime) -> int:
    """Microseconds since 1970; a time without zone is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write it with Z or an offset")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(ticks: int) -> datetime:
    return _EPOCH + timedelta(microseconds=ticks)


def parse(text: str) -> int:
    """Ticks of an ISO 8601 time; a time without zone counts as UTC, as ASP.NET reads it here.

    Raises ValueError when the text is not a time.
    """
    moment = datetime.fromisoformat(text)
    return to_ticks(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def iso(ticks: int, digits: int = 6) -> str:
    """`2026-01-05T09:30:00.123456Z`, cut (not rounded) to `digits` decimals of the second, 0 to 7.

    The seventh digit lies below the sandbox's own resolution: it is there because HeyReach prints it.
    """
    day, in_day = divmod(ticks, DAY)
    second, micros = divmod(in_day, SECOND)
    text = f"{_date(day)}T{_time_of_day(second)}"
    if digits == 0:
        return text + "Z"
    fraction = f"{micros:06d}{micros % 9 + 1}"[:digits]
    return f"{text}.{fraction}Z"


@lru_cache(maxsize=86_400)
def _time_of_day(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def weekday(ticks: int) -> int:
    """0 is Monday; 1970-01-01 was a Thursday."""
    return (ticks // DAY + 3) % 7
