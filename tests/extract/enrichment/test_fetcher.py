"""Fetching pages: off unless switched on, polite, and not to be led anywhere else."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from extract.enrichment.base import HostRefusesError, RowError
from extract.enrichment.fetcher import PoliteFetcher
from extract.http import retry
from extract.http.pacing import Pacer

ROBOTS = (200, b"User-agent: *\nDisallow: /pages/private/\n")
SWITCHED_ON = """
allow_profile_fetch: true
fetch_acknowledgement: I may fetch pages of these hosts
fetch_hosts: [127.0.0.1]
"""


@pytest.fixture
def fetch(served, tmp_path):
    """A fetcher for the stand-in's pages, and the address of one."""
    fetcher = PoliteFetcher(("127.0.0.1",), (), Pacer(0, "pages", tmp_path))
    served.answers["robots.txt"] = lambda request: ROBOTS
    return fetcher, lambda path: f"http://127.0.0.1:{served.port}/pages/{path}"


def test_reads_the_text_of_a_page_and_nothing_else(served, fetch):
    fetcher, url = fetch
    head = b"<html><style>x{}</style><script>alert(1)</script>"
    page = head + b"<h1>Sam</h1><p>SRE <b>now</b></p><img src=y></html>"
    served.pages["in/sam"] = (200, page)
    assert fetcher.text(url("in/sam")) == "Sam\nSRE now"
    assert [each.service for each in served.asked] == ["robots.txt", "pages"]


def test_robots_are_obeyed_and_asked_once(served, fetch):
    fetcher, url = fetch
    served.pages |= {"private/sam": (200, b"x"), "in/sam": (200, b"x"), "in/kim": (200, b"y")}
    with pytest.raises(RowError, match="robots"):
        fetcher.text(url("private/sam"))
    fetcher.text(url("in/sam"))
    fetcher.text(url("in/kim"))
    assert [each.path for each in served.asked if each.service == "pages"] == ["in/sam", "in/kim"]
    assert sum(each.service == "robots.txt" for each in served.asked) == 1


def test_a_site_whose_robots_can_not_be_read_is_left_alone(served, fetch, monkeypatch):
    monkeypatch.setattr(retry, "_jitter", lambda low, high: low)  # tries again at once
    fetcher, url = fetch
    served.answers["robots.txt"] = lambda request: (500, b"")
    served.pages["in/sam"] = (200, b"x")
    with pytest.raises(HostRefusesError, match=r"its robots\.txt can't be read"):
        fetcher.text(url("in/sam"))
    assert not [each for each in served.asked if each.service == "pages"]


def test_a_site_that_forbids_every_page_is_left_alone_with_all_of_them(served, fetch):
    fetcher, url = fetch
    served.answers["robots.txt"] = lambda request: (200, b"User-agent: *\nDisallow: /\n")
    for path in ("in/sam", "in/kim"):
        with pytest.raises(HostRefusesError, match=r"its robots\.txt forbids it"):
            fetcher.text(url(path))
    assert [each.service for each in served.asked] == ["robots.txt"]


@pytest.mark.parametrize(
    "wall",
    [(403, b""), (429, b""), (999, b""), (302, b"/login"), (302, b"/authwall?x=1")],
)
def test_a_wall_stops_the_host_for_good(served, fetch, wall):
    fetcher, url = fetch
    served.pages |= {"in/sam": wall, "in/kim": (200, b"Kim")}
    with pytest.raises(HostRefusesError, match="not asked any more"):
        fetcher.text(url("in/sam"))
    asked = len(served.asked)
    with pytest.raises(HostRefusesError, match="not asked any more"):
        fetcher.text(url("in/kim"))
    assert len(served.asked) == asked


class Clock:
    """A clock that only waiting moves."""

    def __init__(self):
        self.now, self.waits = time.time(), []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def waiting(served, fetch, tmp_path):
    """A fetcher whose waits take no time, the address of a page, and its clock."""
    clock = Clock()
    pacer = Pacer(0, "pages", tmp_path, clock=clock, sleep=clock.sleep)
    return PoliteFetcher(("127.0.0.1",), (), pacer), fetch[1], clock


@pytest.mark.parametrize(
    ("status", "wait", "least"), [(429, "7", 7), (503, "60", 60), (429, timedelta(seconds=30), 20)]
)
def test_a_host_that_says_how_long_to_wait_is_asked_again_after_that(served, waiting, status, wait, least):
    fetcher, url, clock = waiting
    if isinstance(wait, timedelta):
        wait = format_datetime(datetime.now(UTC) + wait, usegmt=True)
    served.pages["in/sam"] = [(status, wait.encode()), (200, b"Sam")]
    assert fetcher.text(url("in/sam")) == "Sam"
    assert least <= sum(clock.waits) <= 61
    assert [each.status for each in served.asked if each.service == "pages"] == [status, 200]


def test_a_host_that_fails_on_its_side_is_asked_again_and_a_page_that_goes_on_failing_is_one_page(
    served, waiting
):
    fetcher, url, _ = waiting
    served.pages |= {
        "in/sam": [(500, b""), (502, b""), (200, b"Sam")],
        "in/kim": (500, b""),
        "in/lee": (200, b"Lee"),
    }
    assert fetcher.text(url("in/sam")) == "Sam"
    with pytest.raises(RowError, match=r"it answered 500; tried 3 times"):
        fetcher.text(url("in/kim"))
    assert fetcher.text(url("in/lee")) == "Lee"


@pytest.mark.parametrize(
    ("wait", "asked", "words"), [(b"121", 1, "more than 120"), (b"2", 3, "tried 3 times")]
)
def test_a_host_that_asks_for_too_long_or_too_often_is_not_asked_any_more(
    served, waiting, wait, asked, words
):
    fetcher, url, _ = waiting
    served.pages["in/sam"] = (429, wait)
    for path in ("in/sam", "in/kim"):
        with pytest.raises(HostRefusesError, match=words):
            fetcher.text(url(path))
    assert sum(each.service == "pages" for each in served.asked) == asked


def test_proxies_are_no_way_to_carry_on(served, tmp_path):
    proxies = (f"http://127.0.0.1:{served.port}", f"http://localhost:{served.port}")
    fetcher = PoliteFetcher(("pages.example",), proxies, Pacer(0, "pages", tmp_path))
    served.answers |= {"robots.txt": lambda request: (404, b""), "in": lambda request: (403, b"")}
    for path in ("sam", "kim"):
        with pytest.raises(HostRefusesError, match="not asked any more"):
            fetcher.text(f"http://pages.example/in/{path}")
    assert [each.service for each in served.asked] == ["robots.txt", "in"]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/x",
        "http://example.com/x",
        "http://127.0.0.2/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://user:secret@127.0.0.1/x",
        "http://[::1]/x",
        "javascript:alert(1)",
        "//127.0.0.1/x",
    ],
)
def test_only_listed_hosts_are_asked(served, fetch, url):
    fetcher, _ = fetch
    with pytest.raises(RowError):
        fetcher.text(url)
    assert not served.asked


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "0.0.0.0"],
)
def test_a_listed_name_that_leads_inside_is_refused(served, tmp_path, monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(family, socket.SOCK_STREAM, 6, "", (address, served.port))]
    )
    fetcher = PoliteFetcher(("pages.example",), (), Pacer(0, "pages", tmp_path))
    with pytest.raises(HostRefusesError, match="an address that is not public"):
        fetcher.text(f"http://pages.example:{served.port}/pages/x")
    assert not served.asked


def test_a_redirect_can_not_lead_elsewhere(served, fetch):
    fetcher, url = fetch
    served.pages |= {
        "in/sam": (302, b"http://169.254.169.254/latest/meta-data"),
        "in/kim": (302, b"in2"),
        "in/in2": (302, b"in2"),
    }
    with pytest.raises(RowError, match="not one of fetch_hosts"):
        fetcher.text(url("in/sam"))
    with pytest.raises(RowError, match="circle"):
        fetcher.text(url("in/kim"))


def test_switching_on_takes_an_acknowledgement_and_hosts(enricher, served, lead):
    rows = enricher.leads(lead())
    enricher.config = "allow_profile_fetch: true\nfetch_hosts: [127.0.0.1]\n"
    error = enricher.run("profile_text", rows)
    assert "fetch_acknowledgement: I may fetch pages of these hosts" in str(error)
    enricher.config = SWITCHED_ON
    assert enricher.run("profile_text", rows) is None
    assert "www.linkedin.com is not one of fetch_hosts" in enricher.asks()[0].answer_reason
    assert not served.asked
