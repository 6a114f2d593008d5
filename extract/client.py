"""HeyReach over HTTP: paced, retried where that can help, and nothing believed unchecked.

Most requests only read, POST included, so they may be sent again. A write is sent again only where it is
certain that HeyReach did not act on it: a second copy could message people twice. A request that has used up
its tries raises ProviderError; what that means for the rest of a pull is decided there (extract/asking.py).
"""

import random
import re
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from extract.errors import (
    AuthenticationError,
    ConfigurationError,
    MissingRouteError,
    NotFoundError,
    ProviderError,
    RefusedError,
    UnknownOutcomeError,
)
from extract.pacing import Pacer
from extract.settings import check_base_url
from extract.transport import Deadline, Reply, limited_transport, read_json

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
TRY_TIMEOUT = 60.0
MAX_BODY_BYTES = 50 * 1024 * 1024

TRIES = 8
TRIES_UNREACHABLE = 4
REQUEST_SECONDS = 600.0
LONGEST_BACK_OFF = 60.0
LONGEST_RETRY_AFTER = 300
RETRIED_SHARE = 0.20
RETRIES_ALWAYS_ALLOWED = 30
RATE_WINDOW = 60.0

_OUTCOME_UNKNOWN = "whether it was carried out is not known"

_jitter = random.SystemRandom().uniform
_T = TypeVar("_T")


class _UnclearError(ProviderError):
    """An answer no other try would better, and that leaves open what HeyReach did."""


class _PassingError(Exception):
    """A failure that may be gone at the next try; `had_no_effect` where HeyReach certainly did nothing."""

    def __init__(
        self,
        what: str,
        *,
        had_no_effect: bool = False,
        is_unreachable: bool = False,
        is_throttled: bool = False,
        retry_after: int | None = None,
    ):
        super().__init__(what)
        self.had_no_effect = had_no_effect
        self.is_unreachable = is_unreachable
        self.is_throttled = is_throttled
        self.retry_after = retry_after


_PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
_FINAL_STATUSES: dict[int, tuple[type[ProviderError], str]] = {
    400: (RefusedError, "refused"),
    401: (AuthenticationError, "the key was refused: put a valid workspace API key into HEYREACH_API_KEY"),
    403: (
        AuthenticationError,
        "HEYREACH_API_KEY may not do this: use a key of the right workspace, one with an active subscription",
    ),
    404: (NotFoundError, "not found"),
    405: (MissingRouteError, "wrong verb: check HEYREACH_BASE_URL"),
    413: (RefusedError, "refused as too large"),
    422: (RefusedError, "refused"),
}
# Without a connection HeyReach never saw the request.
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
# The first kind that fits says what happened.
_TRANSPORT_FAILURES: tuple[tuple[type[httpx.RequestError], str], ...] = (
    (httpx.ConnectError, "no connection"),
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.ProxyError, "no connection through the proxy"),
    (httpx.TimeoutException, "no whole answer in time"),
    (httpx.DecodingError, "the answer's compression is damaged"),
    (httpx.RequestError, "the connection broke before the answer was whole"),
)


@dataclass(frozen=True)
class Answer:
    """A JSON object HeyReach sent, and bounds (aware, UTC) on the moment it describes, by HeyReach's clock.

    `data` is None only where `get_if_any` found none. `received_at` is when it came by this machine's clock;
    None where a given clock replaces both.
    """

    data: dict | None = field(repr=False)
    not_before: datetime
    not_after: datetime
    received_at: datetime | None = None


class HeyReachClient:
    """Talks to HeyReach with one key; a context manager, for use by one thread.

    `clock`, an aware "now", replaces the server's time in answers, and `transport` the network. Raises
    ConfigurationError for a base URL or key that can't be used.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        pacer: Pacer,
        *,
        clock: Callable[[], datetime] | None = None,
        read_timeout: float = READ_TIMEOUT,
        try_timeout: float = TRY_TIMEOUT,
        rate_window: float = RATE_WINDOW,
        request_seconds: float = REQUEST_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ):
        self.base_url = check_base_url(base_url)
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ConfigurationError("HEYREACH_API_KEY is blank or holds spaces; copy it again from HeyReach")
        self._api_key = api_key
        self._pacer = pacer
        self._clock = clock
        self._try_timeout = try_timeout
        self._rate_window = rate_window
        self._request_seconds = request_seconds
        self.monotonic = monotonic
        self._last_answer_at: datetime | None = None
        self._clock_ahead: timedelta | None = None
        self._calls = 0
        self._retries = 0
        self._recent_calls: deque[float] = deque()
        self._deadline = Deadline()
        self._http = httpx.Client(
            headers={
                "X-API-KEY": api_key,
                "Accept": "application/json",
                "User-Agent": f"connection-analytics/{version('connection-analytics')}",
            },
            timeout=httpx.Timeout(read_timeout, connect=CONNECT_TIMEOUT),
            transport=transport or limited_transport(self.base_url, self._deadline),
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    def __enter__(self) -> "HeyReachClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def now(self) -> datetime:
        """The time by HeyReach's clock, as of the last answer; this machine's before the first one."""
        return self._last_answer_at or (self._clock() if self._clock else datetime.now(UTC))

    def clock_ahead(self) -> timedelta | None:
        """How far HeyReach's clock was ahead of this machine's at the last answer; None: it didn't say."""
        return self._clock_ahead

    def check_api_key(self) -> None:
        """Ask HeyReach whether the key is valid; raises AuthenticationError if not, ProviderError if unknown.

        A server without that route leaves the question to the first real request.
        """
        try:
            self._request("GET", "auth/CheckApiKey", self._check)
        except (NotFoundError, MissingRouteError):
            return

    def get(self, path: str, params: dict | None = None) -> Answer:
        """The JSON object at a route; raises ProviderError and its kinds above, never UnknownOutcomeError."""
        return self._request("GET", path, self._answer, params=params)

    def get_if_any(self, path: str, params: dict | None = None) -> Answer:
        """Like `get`, where an empty answer (no body, `null`, 204) means none: then `data` is None."""
        return self._request("GET", path, self._answer_if_any, params=params)

    def post(self, path: str, body: dict) -> Answer:
        """The JSON object that a POST answers which only reads; raises as `get`."""
        return self._request("POST", path, self._answer, json=body)

    def write(self, path: str, body: dict) -> Answer:
        """The JSON object that a changing POST answers. HeyReach sees it once, or again only after a 429.

        Raises UnknownOutcomeError where it may have been carried out, or in part; after any other
        ProviderError it was not.
        """
        return self._request("POST", path, self._answer, is_write=True, json=body)

    def _request(
        self,
        method: str,
        path: str,
        read: Callable[[Reply], _T],
        *,
        is_write: bool = False,
        **content: object,
    ) -> _T:
        started = self.monotonic()
        tries = throttled_in_a_row = 0
        while True:
            self._pacer.wait()
            self._count_call()
            tries += 1
            try:
                return read(self._try(method, path, **content))
            except _UnclearError as error:
                if is_write:
                    raise UnknownOutcomeError(f"{error}; {_OUTCOME_UNKNOWN}") from None
                raise
            except _PassingError as failure:
                if is_write and not failure.had_no_effect:
                    raise UnknownOutcomeError(f"HeyReach {path}: {failure}; {_OUTCOME_UNKNOWN}") from None
                throttled_in_a_row = throttled_in_a_row + 1 if failure.is_throttled else 0
                wait = self._seconds_to_wait(failure, tries, throttled_in_a_row)
                spent = self.monotonic() - started
                reason = self._reason_to_give_up(failure, tries, spent, wait)
                if reason:
                    raise ProviderError(f"HeyReach {path}: {failure}; {reason}") from None
            self._retries += 1
            self._pacer.pause(wait)

    def _count_call(self) -> None:
        now = self.monotonic()
        self._calls += 1
        self._recent_calls.append(now)
        while self._recent_calls[0] <= now - self._rate_window:
            self._recent_calls.popleft()

    def _seconds_to_wait(self, failure: _PassingError, tries: int, throttled_in_a_row: int) -> float:
        back_off = _jitter(0, min(LONGEST_BACK_OFF, 2**tries))
        asked_for = failure.retry_after or 0
        if not failure.is_throttled:
            return max(back_off, asked_for)
        if not self._pacer.is_paced:
            return asked_for or back_off
        # Other programs' calls count too, and with some gateways refused ones: after a second refusal only a
        # whole window of silence is sure to help.
        now = self.monotonic()
        silent_since = self._recent_calls[0] if throttled_in_a_row == 1 else now
        return max(silent_since + self._rate_window - now, asked_for) + back_off

    def _reason_to_give_up(self, failure: _PassingError, tries: int, spent: float, wait: float) -> str | None:
        if (failure.retry_after or 0) > LONGEST_RETRY_AFTER:
            reason = f"it asks to wait {failure.retry_after} s, more than {LONGEST_RETRY_AFTER}"
        elif failure.is_unreachable and tries >= TRIES_UNREACHABLE:
            return f"tried {tries} times: check the network and HEYREACH_BASE_URL"
        elif tries >= TRIES or spent + wait > self._request_seconds:
            reason = f"tried {tries} times in {spent:.0f} s"
        elif self._retries >= max(RETRIES_ALWAYS_ALLOWED, RETRIED_SHARE * self._calls):
            reason = f"{self._retries} of {self._calls} calls so far had to be repeated, which is too many"
        else:
            return None
        return f"{reason}: run again later"

    def _try(self, method: str, path: str, **content: object) -> Reply:
        """One request and its whole reply; raises for every status that is not a success."""
        sent_at, began = datetime.now(UTC), time.monotonic()
        self._deadline.set(began + self._try_timeout)
        try:
            with self._http.stream(method, f"{self.base_url}/{path}", **content) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        raise _UnclearError(
                            f"HeyReach {path}: answered more than {MAX_BODY_BYTES >> 20} MB, which no page "
                            "holds: check HEYREACH_BASE_URL"
                        )
        except httpx.RequestError as error:
            raise self._passing(error) from None
        reply = Reply(path, bytes(body), response.headers, sent_at, time.monotonic() - began)
        if not response.is_success:
            raise self._error(response.status_code, reply)
        return reply

    def _passing(self, error: httpx.RequestError) -> _PassingError:
        text = next(text for kind, text in _TRANSPORT_FAILURES if isinstance(error, kind))
        if not isinstance(error, _NO_CONNECTION):
            return _PassingError(text)
        host = urlsplit(self.base_url).hostname
        cause: BaseException = error
        while inner := cause.__cause__ or cause.__context__:
            cause = inner
        unreachable = None
        if isinstance(cause, socket.gaierror):
            unreachable = f"the host {host} can't be found"
        elif isinstance(cause, ConnectionRefusedError):
            unreachable = f"{host} refuses connections"
        elif isinstance(cause, ssl.SSLError):
            detail = getattr(cause, "verify_message", None) or cause.reason or "TLS failed"
            unreachable = f"no safe connection to {host} ({detail})"
        return _PassingError(unreachable or text, had_no_effect=True, is_unreachable=bool(unreachable))

    def _error(self, status: int, reply: Reply) -> Exception:
        if status in _PASSING_STATUSES:
            return _PassingError(
                "too many requests (429)" if status == 429 else f"answered {status}",
                had_no_effect=status == 429,
                is_throttled=status == 429,
                retry_after=reply.retry_after(),
            )
        # A 4xx says no, but a 408 may give up halfway, and a redirect may come after the deed.
        is_refusal = 400 <= status < 500 and status != 408
        other = (ProviderError if is_refusal else _UnclearError, "unexpected: check HEYREACH_BASE_URL")
        kind, text = _FINAL_STATUSES.get(status, other)
        if 300 <= status < 400:
            text = "redirects are not followed: check HEYREACH_BASE_URL"
        told = self._told(reply) if kind in (NotFoundError, RefusedError) else ""
        if kind is NotFoundError and not told:
            # HeyReach says which thing is missing; without a word it is the route.
            kind, text = MissingRouteError, "there is no such route: check HEYREACH_BASE_URL"
        return kind(f"HeyReach {reply.path}: {status}, {text}{told}")

    def _told(self, reply: Reply) -> str:
        """HeyReach's own short reason, fit to be printed, or nothing."""
        try:
            data = read_json(reply.body)
        except ValueError:
            return ""
        data = data if isinstance(data, dict) else {}
        text = data.get("errorMessage")
        if not isinstance(text, str) and isinstance(data.get("errors"), dict):
            text = f"invalid: {', '.join(data['errors'])}"
        if not isinstance(text, str):
            return ""
        text = "".join(character if character.isprintable() else " " for character in text)
        return f": {' '.join(text.replace(self._api_key, '***').split())[:200]}"

    def _check(self, reply: Reply) -> None:
        _refuse_wrong_kind_of_key(reply.body)
        self._bounds(reply)

    def _bounds(self, reply: Reply) -> tuple[datetime, datetime]:
        not_before, not_after = (self._clock(),) * 2 if self._clock else reply.bounds()
        self._last_answer_at = not_before
        self._clock_ahead = reply.clock_ahead()
        return not_before, not_after

    def _answer_if_any(self, reply: Reply) -> Answer:
        if reply.body.strip() in (b"", b"null"):
            return self._told_by(reply, None)
        return self._answer(reply)

    def _answer(self, reply: Reply) -> Answer:
        try:
            data = read_json(reply.body)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            _refuse_wrong_kind_of_key(reply.body)
            raise _PassingError("answered without a JSON object")
        return self._told_by(reply, data)

    def _told_by(self, reply: Reply, data: dict | None) -> Answer:
        return Answer(data, *self._bounds(reply), None if self._clock else reply.received_at)


def _refuse_wrong_kind_of_key(body: bytes) -> None:
    """HeyReach tells that a key is an organisation's, not a workspace's, by a short text under status 200."""
    text = body[:500].decode(errors="replace").strip().lower()
    if (
        not text.startswith(("{", "[", "<"))
        and "key" in text
        and re.search("workspace|organi[sz]ation", text)
    ):
        raise AuthenticationError(
            "HeyReach says that HEYREACH_API_KEY is not a workspace key (probably it is an organisation "
            "key): create an API key in the workspace you want to see, and use that"
        )
