"""Fetching pages politely, from hosts an operator named and answers for; off unless switched on.

robots.txt is obeyed. A 403, 429, 999 or a login wall stops that host for good: a proxy is plain egress, and
never a way to carry on. Nothing but public addresses is reached, whatever a name resolves to, a redirect
included.
"""

import ipaddress
import itertools
import math
import socket
import time
from html.parser import HTMLParser
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpcore
import httpx

from extract.enrichment.base import RowError
from extract.enrichment.config import EnrichmentConfig
from extract.errors import ConfigurationError
from extract.pacing import Pacer
from extract.settings import Settings
from extract.transport import Deadline, LimitedBackend

USER_AGENT = f"connection-analytics/{version('connection-analytics')}"
TIMEOUT = 20.0
MAX_BODY_BYTES = 5 * 1024 * 1024
TRIES = 3
REDIRECTS = 3
_WALLS = ("authwall", "/login", "/checkpoint", "/signup", "/uas/")
_STOPPING = {401, 403, 407, 429, 451, 999}


class PoliteFetcher:
    """Texts of pages of the listed hosts; for use by one thread at a time."""

    def __init__(
        self, hosts: tuple[str, ...], requests_per_minute: float, proxies: tuple[str, ...], pacer: Pacer
    ):
        self.hosts = frozenset(host.casefold() for host in hosts)
        self.stopped: dict[str, str] = {}
        self._pacer = pacer
        self._robots: dict[str, RobotFileParser] = {}
        self._deadline = Deadline()
        self._clients = itertools.cycle([self._client(proxy) for proxy in proxies or (None,)])

    @classmethod
    def of(cls, config: EnrichmentConfig, settings: Settings) -> "PoliteFetcher":
        """The fetcher that the settings describe; raises ConfigurationError for proxies that are none."""
        rate = int(settings.services["LINKEDIN_SCRAPE_RATE_LIMIT"])
        pool = settings.services["LINKEDIN_PROXY_POOL"]
        proxies = tuple(proxy.strip() for proxy in pool.split(",") if proxy.strip())
        pacer = Pacer(rate, "profile pages", settings.data_dir / "pacing")
        return cls(config.fetch_hosts, rate, proxies, pacer)

    def text(self, url: str) -> str:
        """The readable text of a page; raises RowError where it may not or can't be had."""
        for _ in range(REDIRECTS + 1):
            self._check(url)
            response = self._get(url)
            if not response.has_redirect_location:
                return _readable(response.text)
            url = urljoin(url, response.headers["Location"])
            if any(wall in url for wall in _WALLS):
                raise self._stop(urlsplit(str(response.url)).hostname or "", "it shows a login page")
        raise RowError("the page redirects in a circle")

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
        if parts.scheme not in ("http", "https") or not host or parts.username:
            raise RowError("the link is no plain web address")
        if host not in self.hosts:
            raise RowError(f"{host} is not one of fetch_hosts")
        if host in self.stopped:
            raise RowError(f"{host} is not asked any more: {self.stopped[host]}")
        if not self._allowed_by_robots(url, f"{parts.scheme}://{parts.netloc}"):
            raise RowError(f"{host} forbids this page in its robots.txt")

    def _allowed_by_robots(self, url: str, origin: str) -> bool:
        if origin not in self._robots:
            rules = RobotFileParser()
            try:
                response = self._get(f"{origin}/robots.txt", is_robots=True)
                found = response.status_code == 200
                rules.parse(response.text.splitlines() if found else [])
            except RowError:
                rules.disallow_all = True  # a site that can't say yes has said no
            self._robots[origin] = rules
        return self._robots[origin].can_fetch(USER_AGENT, url)

    def _get(self, url: str, *, is_robots: bool = False) -> httpx.Response:
        host = urlsplit(url).hostname or ""
        for tries in range(1, TRIES + 1):
            self._pacer.wait()
            self._deadline.set(time.monotonic() + 3 * TIMEOUT)
            try:
                response = _whole(next(self._clients), url)
            except _ForbiddenAddressError as error:
                raise RowError(str(error)) from None
            except httpx.RequestError:
                response = None
            if response is not None and (response.status_code < 500 or response.status_code in _STOPPING):
                break
            if tries < TRIES:
                self._pacer.pause(2**tries)
        else:
            raise RowError(f"{host} can't be reached or fails")
        if response is None:
            raise RowError(f"{host} can't be reached")
        if response.status_code in _STOPPING:
            raise self._stop(host, f"it answered {response.status_code}")
        if response.status_code >= 400 and not is_robots:
            raise RowError(f"the page answered {response.status_code}")
        return response

    def _stop(self, host: str, reason: str) -> RowError:
        self.stopped[host] = reason
        return RowError(f"{host} is not asked any more: {reason}")

    def _client(self, proxy: str | None) -> httpx.Client:
        if proxy and urlsplit(proxy).scheme not in ("http", "https"):
            raise ConfigurationError(
                "LINKEDIN_PROXY_POOL must be http:// or https:// addresses, comma-separated"
            )
        transport = httpx.HTTPTransport(proxy=proxy)
        if not proxy:
            transport._pool._network_backend = _PublicBackend(self._deadline, self.hosts)
        return httpx.Client(
            transport=transport,
            timeout=TIMEOUT,
            headers={"User-Agent": USER_AGENT, "Accept": "text/html, text/plain"},
            follow_redirects=False,
            trust_env=False,
        )


class _ForbiddenAddressError(Exception):
    """A name leads to an address that is not on the public net."""


class _PublicBackend(LimitedBackend):
    """Connects only to the address it has looked at, and only to public ones.

    The exception is an address of this machine that is listed as such, digit by digit.
    """

    def __init__(self, deadline: Deadline, hosts: frozenset[str]):
        super().__init__(deadline)
        self._hosts = hosts

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror:
            raise httpcore.ConnectError("unknown host") from None
        addresses = [entry[4][0] for entry in found]
        for address in addresses:
            ip = ipaddress.ip_address(address)
            is_named = ip.is_loopback and address in self._hosts and host == address
            if not (ip.is_global and not ip.is_multicast) and not is_named:
                raise _ForbiddenAddressError(f"{host} leads to an address that is not public")
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def _whole(client: httpx.Client, url: str) -> httpx.Response:
    with client.stream("GET", url) as response:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise RowError("the page is larger than 5 MB")
        response._content = bytes(body)
    return response


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("script", "style", "noscript", "template")
        if tag in ("p", "div", "li", "br", "section", "h1", "h2", "h3", "h4", "tr"):
            self.parts.append("\n")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style", "noscript", "template") and self._hidden > 0

    def handle_data(self, data):
        if not self._hidden:
            self.parts.append(data)


def _readable(html: str) -> str:
    """The text of a page, a block a line; pictures are never looked at."""
    parser = _Text()
    parser.feed(html)
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    text = "\n".join(line for line in lines if line)
    if not text:
        raise RowError("the page holds no text")
    return text[: math.floor(MAX_BODY_BYTES / 4)]
