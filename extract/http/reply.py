"""An answer as it came, and reading it without trusting it."""

import json
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import orjson


@dataclass(frozen=True)
class Reply:
    """A whole answer: `seconds` after `sent_at`, which is by this machine's clock (UTC)."""

    status: int
    body: bytes = field(repr=False)
    headers: httpx.Headers
    sent_at: datetime
    seconds: float
    encoding: str = "utf-8"

    @property
    def is_success(self) -> bool:
        """Whether the status says so (2xx)."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(self.encoding, errors="replace")

    @property
    def received_at(self) -> datetime:
        """When it was whole, by this machine's clock."""
        return self.sent_at + timedelta(seconds=self.seconds)

    def bounds(self) -> tuple[datetime, datetime]:
        """When what the reply says was true, by the server's clock, which shows whole seconds."""
        took = timedelta(seconds=self.seconds)
        served_at = http_date(self.headers.get("Date"))
        if served_at is None:
            return self.sent_at, self.received_at
        second = timedelta(seconds=1)
        return served_at - took - second, served_at + second

    def clock_ahead(self) -> timedelta | None:
        """How far the server's clock is ahead of this machine's, to within the time the reply took."""
        served_at = http_date(self.headers.get("Date"))
        return served_at - self.sent_at - timedelta(seconds=self.seconds / 2) if served_at else None

    def retry_after(self) -> int | None:
        """Seconds that Retry-After asks to wait, or None where it asks nothing that makes sense."""
        text = self.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"[0-9]{1,9}", text):
            seconds = int(text)
        else:
            until = http_date(text)
            now = http_date(self.headers.get("Date")) or datetime.now(UTC)
            seconds = math.ceil((until - now).total_seconds()) if until else 0
        return seconds if seconds > 0 else None


def http_date(text: str | None) -> datetime | None:
    """The moment an HTTP date header names; None for rubbish and for years no server can mean."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    if not 2000 <= moment.year < 9000:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_json(body: bytes) -> object:
    """The JSON value of a body; raises ValueError, for NaN, Infinity and thousands of nested levels too."""
    try:
        return orjson.loads(body)
    except ValueError:
        pass
    # Slower, but it reads what scraped names may hold and orjson refuses: half a surrogate pair.
    try:
        return json.loads(body, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def printable(text: object, *secrets: str, most: int = 200) -> str:
    """A server's own words, fit to be printed: short, on one line, without any of the secrets."""
    words = "".join(letter if letter.isprintable() else " " for letter in str(text))
    for secret in filter(None, secrets):
        words = words.replace(secret, "***")
    return " ".join(words.split())[:most]


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("number out of range")
    return value
