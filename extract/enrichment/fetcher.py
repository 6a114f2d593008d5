"""Fetching pages politely, from hosts an operator named and answers for; off unless switched on.

A host that says how long to wait (429 with Retry-After) or fails on its side (5xx) is waited for, within
limits. One that refuses (robots.txt, 403, 999, a login wall, 429 that doesn't say how long) is not asked any
more in this run: a proxy is plain egress, and never a way to carry on. Nothing but public addresses is
reached, whatever a name resolves to, a redirect included.
"""

import ipaddress
import itertools
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from extract.enrichment.base import HostRefusesError, RowError
from extract.enrichment.config import EnrichmentConfig
from extract.http.pacing import Pacer
from extract.http.reply import Reply
from extract.http.retry import GivenUpError, PassingError, Retry, RetryPolicy
from extract.http.transport import USER_AGENT, HttpClient, Limits, TooLargeError
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace

LIMITS = Limits(seconds=60.0, silence=20.0, bytes=5 * 1024 * 1024)
POLICY = RetryPolicy(tries=3, tries_unreachable=3, seconds=180.0, longest_retry_after=120)
LONGEST_TEXT = LIMITS.bytes // 4
REDIRECTS = 3
SANDBOX_HOST = "127.0.0.1"
_WALLS = ("authwall", "/login", "/checkpoint", "/signup", "/uas/")
_REDIRECTS = {301, 302, 303, 307, 308}
_REFUSALS = {401, 403, 407, 429, 451, 999}


class PoliteFetcher:
    """Texts of pages of the listed hosts; for use by one thread at a time."""

    def __init__(
        self, hosts: tuple[str, ...], proxies: tuple[str, ...], pacer: Pacer, *, limits: Limits = LIMITS
    ):
        self.hosts = frozenset(host.casefold() for host in hosts)
        self._pacer = pacer
        self._retry = Retry(POLICY, pacer)
        self._limits = limits
        self._robots: dict[str, RobotFileParser] = {}
        self._refusals: dict[str, str] = {}
        self._all_clients = [self._client(proxy) for proxy in proxies or (None,)]
        self._clients = itertools.cycle(self._all_clients)

    @classmethod
    def of(cls, config: EnrichmentConfig, workspace: Workspace) -> "PoliteFetcher":
        """The fetcher that the workspace describes; raises ConfigurationError for proxies that are none."""
        rate = int(workspace.services["LINKEDIN_SCRAPE_RATE_LIMIT"])
        pool = workspace.services["LINKEDIN_PROXY_POOL"]
        proxies = tuple(proxy.strip() for proxy in pool.split(",") if proxy.strip())
        pacer = Pacer(rate, "profile pages", workspace.paths.pacing)
        return cls(config.fetch_hosts, proxies, pacer)

    @classmethod
    def of_the_sandbox(cls, workspace: Workspace) -> "PoliteFetcher":
        """One for the pages of the demo's invented people, on loopback: at no pace, and without a proxy."""
        return cls((SANDBOX_HOST,), (), Pacer(0, "sandbox pages", workspace.paths.pacing))

    def end(self) -> None:
        """Let nothing leave any more, from another thread."""
        self._pacer.end()

    def hang_up(self) -> None:
        """End what is under way, from another thread."""
        for client in self._all_clients:
            client.hang_up()

    def text(self, url: str) -> str:
        """The readable text of a page.

        Raises RowError where it can't be had, HostRefusesError where its host says no to any page.
        """
        for _ in range(REDIRECTS + 1):
            self._check(url)
            reply = self._get(url)
            if reply.status not in _REDIRECTS or "Location" not in reply.headers:
                return _readable(reply.text)
            asked, url = url, urljoin(url, reply.headers["Location"])
            if any(wall in url for wall in _WALLS):
                raise self._refused(urlsplit(asked).hostname or "", "it shows a login page")
        raise RowError("the page redirects in a circle")

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
        if parts.scheme not in ("http", "https") or not host or parts.username:
            raise RowError("the link is no plain web address")
        if host not in self.hosts:
            raise RowError(f"{host} is not one of fetch_hosts")
        if host in self._refusals:
            raise HostRefusesError(host, self._refusals[host])
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = self._robots_of(host, origin)
        if not rules.can_fetch(USER_AGENT, url):
            if not rules.can_fetch(USER_AGENT, f"{origin}/"):
                raise self._refused(host, "its robots.txt forbids it")
            raise RowError(f"{host} forbids this page in its robots.txt")

    def _robots_of(self, host: str, origin: str) -> RobotFileParser:
        if origin not in self._robots:
            try:
                reply = self._get(f"{origin}/robots.txt", is_robots=True)
            except RowError as error:  # a site that can't say yes has said no
                raise self._refused(host, f"its robots.txt can't be read ({error})") from None
            rules = self._robots[origin] = RobotFileParser()
            rules.parse(reply.text.splitlines() if reply.status == 200 else [])
        return self._robots[origin]

    def _get(self, url: str, *, is_robots: bool = False) -> Reply:
        host = urlsplit(url).hostname or ""

        def attempt() -> Reply:
            reply = next(self._clients).send("GET", url)
            wait = reply.retry_after()
            is_throttled = reply.status == 429 and wait is not None
            if is_throttled or 500 <= reply.status < 600:
                raise PassingError(f"it answered {reply.status}", is_throttled=is_throttled, retry_after=wait)
            return reply

        try:
            reply, _ = self._retry.run(attempt)
        except _ForbiddenAddressError as error:
            raise RowError(str(error)) from None
        except TooLargeError:
            raise RowError("the page is larger than 5 MB") from None
        except GivenUpError as error:
            if error.is_lasting or error.failure.is_throttled:
                raise self._refused(host, str(error)) from None
            raise RowError(f"{host} fails: {error}") from None
        if reply.status in _REFUSALS:
            raise self._refused(host, f"it answered {reply.status}")
        if reply.status >= 400 and not is_robots:
            raise RowError(f"the page answered {reply.status}")
        return reply

    def _refused(self, host: str, reason: str) -> HostRefusesError:
        return HostRefusesError(host, self._refusals.setdefault(host, reason))

    def _client(self, proxy: str | None) -> HttpClient:
        if proxy and urlsplit(proxy).scheme not in ("http", "https"):
            raise ConfigurationError(
                "LINKEDIN_PROXY_POOL must be http:// or https:// addresses, comma-separated"
            )
        return HttpClient(
            "",
            self._limits,
            headers={"Accept": "text/html, text/plain"},
            proxy=proxy or "",
            may_connect=None if proxy else self._check_address,
        )

    def _check_address(self, host: str, address: str) -> None:
        """Only public ones; the exception is one of this machine that is listed as such, digit by digit."""
        ip = ipaddress.ip_address(address)
        is_named = ip.is_loopback and address in self.hosts and host == address
        if not (ip.is_global and not ip.is_multicast) and not is_named:
            raise _ForbiddenAddressError(f"{host} leads to an address that is not public")


class _ForbiddenAddressError(Exception):
    """A name leads to an address that is not on the public net."""


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
    return text[:LONGEST_TEXT]
