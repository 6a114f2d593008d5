"""What every HTTP client here needs: a limit on a whole try, and answers read without trusting them."""

import json
import math
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx
import orjson

from extract.settings import is_loopback


def retry_after(headers: httpx.Headers) -> int | None:
    """Seconds that Retry-After asks to wait, or None where it asks nothing that makes sense."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        seconds = int(text)
    else:
        until = http_date(text)
        now = http_date(headers.get("Date")) or datetime.now(UTC)
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


@dataclass(frozen=True)
class Reply:
    """A whole answer as it came: `seconds` after `sent_at`, which is by this machine's clock (UTC)."""

    path: str
    body: bytes = field(repr=False)
    headers: httpx.Headers
    sent_at: datetime
    seconds: float

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
        """Seconds the server asks to wait, or None where it asks nothing that makes sense."""
        return retry_after(self.headers)


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


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("number out of range")
    return value


def limited_transport(base_url: str, deadline: "Deadline") -> httpx.HTTPTransport:
    """An HTTP/1.1 transport over one connection, through the operator's proxy if one is set."""
    parts = urlsplit(base_url)
    is_direct = is_loopback(base_url) or proxy_bypass(parts.hostname)
    transport = httpx.HTTPTransport(
        limits=httpx.Limits(max_connections=1),
        proxy=None if is_direct else getproxies().get(parts.scheme),
    )
    # httpcore has no other way to limit a whole request, and httpx none to hand it a network backend.
    transport._pool._network_backend = LimitedBackend(deadline)
    return transport


class Deadline:
    """The moment by which a try must be over; httpx's own read timeout starts anew with every byte."""

    def __init__(self):
        self._at = math.inf

    def set(self, at: float) -> None:
        self._at = at

    def cut(self, timeout: float | None) -> float:
        """The timeout, or what is left until the deadline where that is less."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)


class LimitedBackend(httpcore.NetworkBackend):
    """The ordinary network, with every wait cut at the deadline."""

    def __init__(self, deadline: Deadline):
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        timeout = self._deadline.cut(timeout)
        stream = self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        return _LimitedStream(stream, self._deadline)


class _LimitedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline):
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes, timeout=None):
        return self._stream.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer, timeout=None):
        self._stream.write(buffer, self._deadline.cut(timeout))

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        return _LimitedStream(stream, self._deadline)

    def get_extra_info(self, info):
        return self._stream.get_extra_info(info)

    def close(self):
        self._stream.close()
