"""Runs that read profile pages: whoever asks to wait is waited for, and a refusal leaves the rest unasked."""

import csv
from contextlib import contextmanager

import pytest

from extract.sandbox import DEMO_END
from extract.sandbox.process import Sandbox, demo_sandbox

PEOPLE = [f"linkedin.com/in/sam-{number}" for number in range(4)]
ROBOTS = (200, b"User-agent: *\nDisallow: /private/\n")
NOBODY = (200, b"User-agent: *\nDisallow: /\n")


@pytest.fixture
def pages(enricher, served, monkeypatch):
    """The stand-in's pages in the place of the sandbox's, and a warehouse of four people."""

    @contextmanager
    def host(_):
        yield Sandbox(served.url("pages"), "key")

    monkeypatch.setattr("extract.enrichment.command.demo_sandbox", host)
    enricher.warehouse(PEOPLE)
    served.answers["robots.txt"] = lambda request: ROBOTS
    served.pages |= {f"in/sam-{number}": (200, b"SRE") for number in range(4)}
    return served.pages


def results(enricher) -> list[tuple[str, str]]:
    """The status and reason of each person, as the newest result says them."""
    newest = max((enricher.data / "enrichment").glob("*.csv"), key=lambda path: path.stat().st_mtime_ns)
    with newest.open(newline="", encoding="utf-8") as file:
        return [(row["profile_text_status"], row["profile_text_reason"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("wall", [(403, b""), (999, b""), (302, b"/authwall")])
def test_once_a_host_refuses_the_rest_is_left_unasked_and_the_next_run_asks(enricher, served, pages, wall):
    pages["in/sam-1"] = wall
    error = enricher.run("profile_text", parallel=1)
    assert error.exit_code == 3
    assert "127.0.0.1 is not asked any more in this run: it " in str(error)
    assert "What was not asked is asked when you run the same command again" in str(error)
    assert [each.path for each in served.asked if each.service == "pages"] == ["in/sam-0", "in/sam-1"]
    (first, *others) = results(enricher)
    assert first == ("found", "")
    assert {status for status, _ in others} == {"unasked"}
    assert all("127.0.0.1 is not asked any more" in reason for _, reason in others)
    assert any("profile_text: 1 found, 3 left unasked; no cost" in line for line in enricher.said)
    pages["in/sam-1"] = (200, b"SRE")
    assert enricher.run("profile_text") is None
    assert {status for status, _ in results(enricher)} == {"found"}


def test_a_host_that_forbids_every_page_is_asked_for_none(enricher, served, pages):
    served.answers["robots.txt"] = lambda request: NOBODY
    assert "its robots.txt forbids it" in str(enricher.run("profile_text"))
    assert [each.service for each in served.asked] == ["robots.txt"]
    assert [status for status, _ in results(enricher)] == ["unasked"] * 4


def test_whoever_needs_no_page_is_answered_for_where_the_host_refuses(enricher, served, pages):
    served.answers["robots.txt"] = lambda request: NOBODY
    (enricher.data / "profiles").mkdir()
    (enricher.data / "profiles" / "sam-3.txt").write_text("SRE")
    assert enricher.run("profile_text,apollo", parallel=1).exit_code == 3
    assert [status for status, _ in results(enricher)] == ["unasked"] * 3 + ["found"]
    assert served.answered("apollo").total() == 4


def test_a_limit_comes_to_others_though_the_host_refuses_the_first_again_and_again(enricher, served, pages):
    served.answers["robots.txt"] = lambda request: NOBODY
    asked = []
    for _ in range(2):
        enricher.run("profile_text", limit=2)
        asked.append([ask.key for ask in enricher.asks()])
    assert asked == [PEOPLE[:2], PEOPLE[2:]]


def test_a_host_that_refuses_stops_no_language_model(enricher, served, pages):
    served.answers["robots.txt"] = lambda request: NOBODY
    (enricher.data / "profiles").mkdir()
    (enricher.data / "profiles" / "sam-3.txt").write_text("SRE")
    enricher.config = "infer: [gender]\n"
    assert enricher.run("profile_inference", parallel=1).exit_code == 3
    assert [ask.status for ask in enricher.asks()] == ["unasked"] * 3 + ["failed"]
    assert sum(each.service == "llm" for each in served.asked) == 1


def test_a_host_that_asks_to_wait_is_waited_for(enricher, served, pages):
    pages["in/sam-1"] = [(429, b"1"), (200, b"SRE")]
    assert enricher.run("profile_text", parallel=1) is None
    assert [status for status, _ in results(enricher)] == ["found"] * 4


def test_people_of_a_file_have_no_pages_in_the_sandbox(enricher, served, pages, lead):
    assert enricher.run("profile_text", enricher.leads(lead())) is None
    assert not served.asked
    assert "fetching is off" in enricher.asks()[0].answer_reason


def test_the_demo_s_host_asks_to_wait_and_everybody_is_answered_for(enricher):
    with demo_sandbox(DEMO_END) as sandbox:
        keys = {lead["profile_url"] for lead in sandbox.truth()["leads"] if lead["profile_url"]}
    people = sorted(url.removeprefix("https://www.") for url in keys)[:30]
    enricher.warehouse(people)
    assert enricher.run("profile_text") is None
    assert [status for status, _ in results(enricher)] == ["found"] * len(people)
