"""The sandbox's profile pages: of invented people only, and put off now and then."""

from html import unescape

import httpx
import pytest

from extract.sandbox import DEMO_END
from extract.sandbox.pages import FIRST_PUT_OFF
from extract.sandbox.process import running_sandbox


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox(now=DEMO_END) as sandbox:
        yield sandbox


def test_pages_are_served_of_people_and_put_off_once_in_a_while(sandbox):
    with httpx.Client(base_url=sandbox.pages_url, trust_env=False) as client:
        robots = client.get("/robots.txt")
        assert (robots.status_code, robots.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
        urls = list(dict.fromkeys(lead["profile_url"] for lead in sandbox.truth()["leads"]))
        slugs = [url.rpartition("/")[2] for url in urls if url and "/ACoAA" not in url][:30]
        replies = [client.get(f"/in/{slug}") for slug in slugs]
        statuses = [reply.status_code for reply in replies]
        assert statuses == [200] * (FIRST_PUT_OFF - 1) + [429] + [200] * (30 - FIRST_PUT_OFF)
        assert replies[FIRST_PUT_OFF - 1].headers["Retry-After"] == "1"
        for reply, slug in zip(replies, slugs, strict=True):
            last_name = slug.split("-")[-2]
            assert reply.status_code == 429 or last_name in unescape(reply.text).casefold()
        assert client.get("/in/nobody-of-that-name").status_code == 404
        assert client.post("/in/nobody-of-that-name").status_code == 404
