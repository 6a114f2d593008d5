"""One HTTP request and its whole answer, within limits of time and size. Redirects are not followed."""

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx
from httpcore._backends.sync import SyncStream

from extract.http.deadline import Deadline, MayConnect, connect, tls
from extract.http.reply import Reply
from extract.http.retry import PassingError
from extract.workspace.values import is_loopback

USER_AGENT = f"connection-analytics/{version('connection-analytics')}"
CONNECT_SECONDS = 5.0
_TCP_NODELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

# Without a connection the other side never saw the request.
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
# The first kind that fits says what happened.
_FAILURES: tuple[tuple[type[httpx.RequestError], str], ...] = (
    (httpx.ConnectError, "no connection"),
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.ProxyError, "no connection through the proxy"),
    (httpx.TimeoutException, "no whole answer in time"),
    (httpx.DecodingError, "the answer's compression is damaged"),
    (httpx.RequestError, "the connection broke before the answer was whole"),
)


@dataclass(frozen=True)
class Limits:
    """What one request may take: seconds in all, seconds without a byte, bytes of the unpacked answer."""

    seconds: float
    silence: float
    bytes: int


class TooLargeError(Exception):
    """The answer is larger than any that is expected; asking again would not make it smaller."""


class HttpClient:
    """Requests to one place, one after the other, over one connection; a context manager, for one thread.

    `proxy` None means the operator's, where one is set and `base_url` is not this machine; "" means none.
    `may_connect` is asked about every address before it is connected to, `transport` replaces the network.
    """

    def __init__(
        self,
        base_url: str,
        limits: Limits,
        *,
        headers: dict[str, str] | None = None,
        proxy: str | None = None,
        may_connect: MayConnect | None = None,
        transport: httpx.BaseTransport | None = None,
    ):
        self._limits = limits
        self._deadline = Deadline()
        if proxy is None:
            proxy = _operators_proxy(base_url)
        self._http = httpx.Client(
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            timeout=httpx.Timeout(limits.silence, connect=CONNECT_SECONDS),
            transport=transport or _transport(base_url, self._deadline, proxy, may_connect),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def hang_up(self) -> None:
        """End what is under way, from another thread, and let nothing begin any more."""
        self._deadline.hang_up()

    def send(self, method: str, url: str, **content: object) -> Reply:
        """A request and its whole answer, whatever its status; `content` as httpx takes it.

        Raises PassingError where no whole answer came, TooLargeError where it is too large.
        """
        sent_at, began = datetime.now(UTC), time.monotonic()
        self._deadline.begin(self._limits.seconds)
        try:
            with self._http.stream(method, url, **content) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > self._limits.bytes:
                        raise TooLargeError(f"answered more than {self._limits.bytes >> 20} MB")
        except httpx.InvalidURL:
            raise PassingError("the address is none", had_no_effect=True, is_unreachable=True) from None
        except httpx.RequestError as error:
            raise _failure(error, url) from None
        took = time.monotonic() - began
        encoding = response.encoding or "utf-8"
        return Reply(response.status_code, bytes(body), response.headers, sent_at, took, encoding)


class _Network(httpcore.NetworkBackend):
    """Connections that keep a deadline."""

    def __init__(self, deadline: Deadline, may_connect: MayConnect | None):
        self._deadline = deadline
        self._may_connect = may_connect

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        options = (*(socket_options or ()), _TCP_NODELAY)
        try:
            sock = connect(
                host,
                port,
                self._deadline,
                seconds=timeout or CONNECT_SECONDS,
                options=options,
                may_connect=self._may_connect,
            )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return SyncStream(sock)


def _transport(
    base_url: str, deadline: Deadline, proxy: str | None, may_connect: MayConnect | None
) -> httpx.HTTPTransport:
    # Without a proxy nothing is encrypted on the way to http://: then there is no authority to know, and
    # reading all of them takes longer than many requests. Whatever is encrypted nevertheless is refused.
    is_plain = base_url.startswith("http://") and not proxy
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else httpx.create_ssl_context()
    context = tls(context, deadline)
    is_encrypted = (proxy or "").startswith("https:")
    transport = httpx.HTTPTransport(
        verify=context,
        limits=httpx.Limits(max_connections=1),
        proxy=httpx.Proxy(proxy, ssl_context=context if is_encrypted else None) if proxy else None,
    )
    # httpx has no way to hand httpcore another network, and httpcore no other to limit a whole request.
    transport._pool._network_backend = _Network(deadline, may_connect)
    return transport


def _operators_proxy(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    if is_loopback(base_url) or proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


def _failure(error: httpx.RequestError, url: str) -> PassingError:
    text = next(text for kind, text in _FAILURES if isinstance(error, kind))
    if not isinstance(error, _NO_CONNECTION):
        return PassingError(text, is_cut_off=True)
    host = urlsplit(url).hostname
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
    return PassingError(unreachable or text, had_no_effect=True, is_unreachable=bool(unreachable))
