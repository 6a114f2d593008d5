"""HeyReach over HTTP: paced, retried where that can help, and nothing believed unchecked.

Most requests only read, POST included, so they may be sent again. A write is sent again only where it is
certain that HeyReach did not act on it: a second copy could message people twice. A request that has used up
its tries raises ProviderError; what that means for the rest of a pull is decided in asking.py.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx

from extract.http.pacing import Pacer
from extract.http.reply import Reply, printable, read_json
from extract.http.retry import GivenUpError, PassingError, Retry, RetryPolicy
from extract.http.transport import HttpClient, Limits, TooLargeError
from extract.workspace.errors import (
    AuthenticationError,
    ConfigurationError,
    MissingRouteError,
    NotFoundError,
    ProviderError,
    RefusedError,
    UnknownOutcomeError,
)
from extract.workspace.values import check_base_url
from extract.workspace.workspace import Workspace

LIMITS = Limits(seconds=60.0, silence=30.0, bytes=50 * 1024 * 1024)
POLICY = RetryPolicy(
    tries=8,
    tries_unreachable=4,
    seconds=600.0,
    address_setting="HEYREACH_BASE_URL",
    window=60.0,
    repeated_share=0.20,
)

_OUTCOME_UNKNOWN = "whether it was carried out is not known"

_T = TypeVar("_T")


class _UnclearError(ProviderError):
    """An answer no other try would better, and that leaves open what HeyReach did."""


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
        limits: Limits = LIMITS,
        request_seconds: float = POLICY.seconds,
        monotonic: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ):
        self.base_url = check_base_url(base_url)
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ConfigurationError("HEYREACH_API_KEY is blank or holds spaces; copy it again from HeyReach")
        self._api_key = api_key
        self._pacer = pacer
        self._clock = clock
        self.monotonic = monotonic
        self._last_answer_at: datetime | None = None
        self._clock_ahead: timedelta | None = None
        self._retry = Retry(replace(POLICY, seconds=request_seconds), pacer, monotonic=monotonic)
        self._http = HttpClient(
            self.base_url,
            limits,
            headers={"X-API-KEY": api_key, "Accept": "application/json"},
            transport=transport,
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

    def end(self) -> None:
        """Let nothing leave any more, from another thread."""
        self._pacer.end()

    def hang_up(self) -> None:
        """End what is under way, from another thread."""
        self._http.hang_up()

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

    def command(
        self, path: str, *, params: dict | None = None, body: dict | None = None, method: str = "POST"
    ) -> Answer:
        """A change that is answered by nothing, or whatever it is answered; raises as `write`."""
        content = {"params": params} if body is None else {"params": params, "json": body}
        return self._request(method, path, self._answer_if_any, is_write=True, **content)

    def _request(
        self,
        method: str,
        path: str,
        read: Callable[[Reply], _T],
        *,
        is_write: bool = False,
        **content: object,
    ) -> _T:
        def attempt() -> _T:
            return read(self._try(method, path, **content))

        def may_repeat(failure: PassingError) -> bool:
            return failure.had_no_effect or not is_write

        try:
            return self._retry.run(attempt, may_repeat=may_repeat)[0]
        except _UnclearError as error:
            if is_write:
                raise UnknownOutcomeError(f"{error}; {_OUTCOME_UNKNOWN}") from None
            raise
        except PassingError as failure:
            raise UnknownOutcomeError(f"HeyReach {path}: {failure}; {_OUTCOME_UNKNOWN}") from None
        except GivenUpError as error:
            raise ProviderError(f"HeyReach {path}: {error}") from None

    def _try(self, method: str, path: str, **content: object) -> Reply:
        """One request and its whole reply; raises for every status that is not a success."""
        try:
            reply = self._http.send(method, f"{self.base_url}/{path}", **content)
        except TooLargeError as error:
            raise _UnclearError(
                f"HeyReach {path}: {error}, which no page holds: check HEYREACH_BASE_URL"
            ) from None
        if not reply.is_success:
            raise self._error(path, reply)
        return reply

    def _error(self, path: str, reply: Reply) -> Exception:
        status = reply.status
        if status in _PASSING_STATUSES:
            return PassingError(
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
        return kind(f"HeyReach {path}: {status}, {text}{told}")

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
        return f": {printable(text, self._api_key)}"

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
            raise PassingError("answered without a JSON object")
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


def heyreach_client(workspace: Workspace) -> HeyReachClient:
    """The client for the operator's workspace; OUTBOUND_AS_OF, where set, is its clock."""
    pacer = Pacer(workspace.requests_per_minute, workspace.api_key, workspace.paths.pacing)
    clock = (lambda: workspace.as_of) if workspace.as_of else None
    return HeyReachClient(workspace.base_url, workspace.api_key, pacer, clock=clock)
