"""Fetching pages: off unless switched on, polite, and not to be led anywhere else."""

import socket

import pytest

from extract.enrichment.base import RowError
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
    with pytest.raises(RowError):
        fetcher.text(url("in/sam"))
    assert not [each for each in served.asked if each.service == "pages"]


@pytest.mark.parametrize(
    "wall",
    [(403, b""), (429, b""), (999, b""), (302, b"/login"), (302, b"/authwall?x=1")],
)
def test_a_wall_stops_the_host_for_good(served, fetch, wall):
    fetcher, url = fetch
    served.pages |= {"in/sam": wall, "in/kim": (200, b"Kim")}
    with pytest.raises(RowError, match="not asked any more"):
        fetcher.text(url("in/sam"))
    asked = len(served.asked)
    with pytest.raises(RowError, match="not asked any more"):
        fetcher.text(url("in/kim"))
    assert len(served.asked) == asked


def test_proxies_are_no_way_to_carry_on(served, tmp_path):
    proxies = (f"http://127.0.0.1:{served.port}", f"http://localhost:{served.port}")
    fetcher = PoliteFetcher(("pages.example",), proxies, Pacer(0, "pages", tmp_path))
    served.answers |= {"robots.txt": lambda request: (404, b""), "in": lambda request: (403, b"")}
    with pytest.raises(RowError, match="not asked any more"):
        fetcher.text("http://pages.example/in/sam")
    with pytest.raises(RowError, match="not asked any more"):
        fetcher.text("http://pages.example/in/kim")
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
    with pytest.raises(RowError):
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
