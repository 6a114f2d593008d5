"""What single values have to look like: each takes a text and returns the value.

Each raises ValueError, whose message goes behind the name of the variable and never repeats a secret.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from extract.workspace.errors import ConfigurationError

MAX_REQUESTS_PER_MINUTE = 300
MAX_READ_BACK_WAIT = 3600.0
# Outside these years a date is a slip of the keyboard.
YEARS = range(2000, 2101)


def check_base_url(url: str) -> str:
    """The base URL without its trailing slash: any https host, or http on this machine.

    Raises ConfigurationError; the message never repeats the URL, which may hold a password.
    """
    try:
        return base_url(url)
    except ValueError as error:
        raise ConfigurationError(f"HEYREACH_BASE_URL {error}") from None


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine: localhost, 127.x.x.x or ::1."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def api_key(text: str) -> str | None:
    """The key of HeyReach; None for none."""
    if not text.isascii() or " " in text:
        raise ValueError("holds a space or a letter that no key has; copy it again from HeyReach")
    return text or None


def service_check(name: str) -> Callable[[str], str]:
    """What a variable of another service has to be, by the variable's name."""
    if name.endswith("_BASE_URL"):
        return lambda text: base_url(text) if text else text
    return {
        "LINKEDIN_SCRAPE_RATE_LIMIT": lambda text: str(whole_number(text, 1, 60)),
        "LINKEDIN_PROXY_POOL": lambda text: text,
        "PIPE0_ENVIRONMENT": _environment,
    }.get(name, _service_key)


def _service_key(text: str) -> str:
    if not text.isascii() or " " in text:
        raise ValueError("holds a space or a letter that it can't have; copy it again")
    return text


def _environment(text: str) -> str:
    if text not in ("production", "sandbox"):
        raise ValueError("must be production or sandbox")
    return text


def base_url(url: str) -> str:
    """An address below which an API lies, without its trailing slash."""
    rule = "must be an https:// address, or http:// on localhost, without a password, ? or #"
    if not url.isascii() or not url.isprintable() or set(url) & set(" \\?#@"):
        raise ValueError(rule)
    try:
        parts = urlsplit(url)
        valid = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError(rule) from None
    if not valid or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))):
        raise ValueError(rule)
    return url.rstrip("/")


def requests_per_minute(text: str, may_be_unpaced: bool) -> int:
    """The pace; 0 is none."""
    if may_be_unpaced:
        return whole_number(text, 0, MAX_REQUESTS_PER_MINUTE)
    try:
        return whole_number(text, 1, MAX_REQUESTS_PER_MINUTE)
    except ValueError as error:
        raise ValueError(f"{error}; 0, no pacing at all, is only for a server on localhost") from None


def memory_limit(text: str) -> str:
    """How much DuckDB may hold."""
    if not re.fullmatch(r"[1-9][0-9]{0,5} ?(MB|GB)", text):
        raise ValueError("must be a whole number of MB or GB, such as 4GB")
    return text


def whole_number(text: str, low: int, high: int) -> int:
    """A whole number between the two, both included."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise ValueError(f"must be a whole number from {low} to {high}")
    return int(text)


def waits(text: str) -> tuple[float, ...]:
    """Seconds, separated by commas."""
    seconds = []
    for part in text.split(","):
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", part.strip()) or float(part) > MAX_READ_BACK_WAIT:
            raise ValueError("must be seconds separated by commas, like 15,60,180; none above 3600")
        seconds.append(float(part))
    return tuple(seconds)


def path_from(text: str, project_dir: Path) -> Path:
    """An absolute path; a relative one begins in the project's folder."""
    try:
        return (project_dir / Path(text).expanduser()).resolve()
    except (OSError, RuntimeError):
        raise ValueError("is not a path that can be used") from None


def folder_from(text: str, project_dir: Path) -> Path:
    """The same of a folder, which need not exist."""
    path = path_from(text, project_dir)
    try:
        is_file = path.exists() and not path.is_dir()
    except OSError as error:
        raise ValueError(f"can't be used: {error.strerror}") from None
    if is_file:
        raise ValueError("must be a folder, and is a file")
    return path


def as_of(text: str) -> datetime | None:
    """A moment in UTC; None for none."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.year not in YEARS:
        raise ValueError("must be a time like 2026-01-31T09:30:00Z or a date like 2026-01-31 (midnight UTC)")
    return moment


def precision(moment: datetime) -> timedelta:
    """What a moment leaves open: reports print minutes, and whoever copies one types :00 behind it."""
    if moment.microsecond:
        return timedelta()
    return timedelta(seconds=1) if moment.second else timedelta(minutes=1)
