"""What every request passes before anything looks at it, and what every answer leaves with.

A page of somebody else's, in the same browser, can send requests here: so the name in `Host` must be one of
ours (a name that somebody turns to this machine is not), and what changes something must come from our own
pages or show the token. One class of plain ASGI, because what Starlette has for it copies every body.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extract.workspace.serve_settings import ServeSettings
from extract.workspace.values import is_loopback
from reports.server.access import Buckets, Keys
from reports.server.problems import ProblemError

MOST_BODY = 256 * 1024
SAFE = ("GET", "HEAD", "OPTIONS")
# What tells nothing, for whoever watches over the server; styles and scripts of ours; the way in.
OPEN = ("/api/health", "/api/ready", "/robots.txt", "/favicon.ico")
OPEN_BELOW = ("/static/", "/enter/")

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
_log = logging.getLogger("reports.server")

Refused = Callable[[Scope, ProblemError], ASGIApp]


@dataclass
class Guard:
    """The way in; `refused` makes the answer to a request that isn't let in."""

    app: ASGIApp
    serve: ServeSettings
    keys: Keys
    cookie: str
    refused: Refused

    def __post_init__(self) -> None:
        self._requests = Buckets(rate=200, burst=600)
        self._failures = Buckets(rate=1 / 3, burst=20)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Headers(scope=scope)
        answered = _Answer(send, self._cors(request))
        try:
            self._check_host(request)
            if scope["method"] == "OPTIONS" and "access-control-request-method" in request:
                # A browser asks on its own, without a token, whether another front end may ask.
                await _permitted(request.get("origin") in self.serve.origins)(scope, receive, answered)
                return
            self._check(scope, request)
            await self.app(scope, _bounded(receive), answered)
        except ProblemError as problem:
            await self._answer(scope, problem, receive, answered)
        except Exception as error:
            # What failed and where; never with what, which may be somebody's name.
            _log.error("%s %s", type(error).__name__, _place(error))
            if answered.has_begun:
                return
            await self._answer(scope, ProblemError(500, "The request can't be read"), receive, answered)

    async def _answer(self, scope: Scope, problem: ProblemError, receive: Receive, send: Send) -> None:
        await self.refused(scope, problem)(scope, receive, send)

    def _check_host(self, request: Headers) -> None:
        if not self._is_ours(request.get("host", "")):
            raise ProblemError(
                421, "This name is none of this server's: SERVE_NAMES lists those beyond this machine's own"
            )

    def _check(self, scope: Scope, request: Headers) -> None:
        length = request.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            raise ProblemError(413, f"A request may hold {MOST_BODY:,} bytes")
        path = scope["path"]
        client = (scope.get("client") or ("",))[0]
        if path in OPEN or path.startswith(OPEN_BELOW):
            self._take(self._requests, f"open {client}")
            return
        way = self._way(request)
        if way is None:
            self._take(self._failures, client)
            raise ProblemError(
                401,
                "Show the token in the data folder's server/token as `Authorization: Bearer ..`, or open the "
                " link that `make serve` prints",
                headers={"www-authenticate": "Bearer"},
            )
        self._take(self._requests, way)
        scope.setdefault("state", {})["way"] = way
        if scope["method"] not in SAFE and not self._is_from_here(request, way):
            raise ProblemError(403, "This was sent by another site's page, and nothing was done")

    def _take(self, buckets: Buckets, who: str) -> None:
        if wait := buckets.wait(who):
            seconds = math.ceil(wait)
            raise ProblemError(
                429, f"Too many requests: ask again in {seconds} s", headers={"retry-after": str(seconds)}
            )

    def _way(self, request: Headers) -> str | None:
        """How somebody is let in; None for nobody."""
        kind, _, given = request.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return "token" if self.keys.is_token(given.strip()) else None
        # Browsers don't tell apart the ports of a machine: cookies of other programs come along, in any form.
        pairs = (each.strip().partition("=") for each in request.get("cookie", "").split(";"))
        values = (value for name, _, value in pairs if name == self.cookie)
        return "session" if any(map(self.keys.is_session, values)) else None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host is this machine by number or as localhost, or one of the names that are set."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if not name or parts.username is not None or parts.path or parts.query or parts.fragment:
            return False
        if name in self.serve.names:
            return True
        is_own = is_loopback(f"//{parts.netloc}") or name == self.serve.host
        return is_own and port in (self.serve.port, None)

    def _is_from_here(self, request: Headers, way: str) -> bool:
        """Whether a request that changes something was sent by us: by a page of ours, or by a program."""
        site, origin = request.get("sec-fetch-site"), request.get("origin")
        if origin in self.serve.origins:
            return way == "token"
        if site is not None:
            return site in ("same-origin", "none") if way == "session" else site != "cross-site"
        if origin is not None:
            return urlsplit(origin).netloc.lower() == request.get("host", "").lower()
        return way == "token"

    def _cors(self, request: Headers) -> dict[str, str]:
        origin = request.get("origin")
        if origin not in self.serve.origins:
            return {}
        return {"access-control-allow-origin": origin, "vary": "Origin"}


def _permitted(is_allowed: bool) -> Response:
    """The answer to a browser that asks whether another front end may ask."""
    if not is_allowed:
        return ProblemError(403, "This origin may not read the API: SERVE_ORIGINS names who may").response()
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "authorization, content-type, idempotency-key, if-none-match",
            "access-control-max-age": "600",
        },
    )


class _Answer:
    """Sends an answer with the headers that all of them have."""

    def __init__(self, send: Send, more: dict[str, str]):
        self._send, self._more = send, more
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in (HEADERS | self._more).items():
                headers.setdefault(name, value)
        await self._send(message)


def _bounded(receive: Receive) -> Receive:
    """The body, as far as it may go, whatever length the request says: of one in chunks that is void."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MOST_BODY:
            # Of this kind, because FastAPI calls any other one, raised where it reads, a body it can't parse.
            raise HTTPException(413, f"A request may hold {MOST_BODY:,} bytes")
        return message

    return counted


def _place(error: Exception) -> str:
    """The file and line that an error comes from."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
