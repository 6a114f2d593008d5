"""What is asked on pages: on disk before the answer, shown at once, once however often it is sent."""

import json
import resource
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import httpx
import pytest

from extract.intelligence.dismissals import dismissed
from extract.intelligence.watches import watched
from extract.outreach import tracking
from extract.people.known_leads import UnknownLeadError, known_lead
from extract.people.suppression import suppressions
from extract.workspace import lock
from extract.workspace.lock import exclusive
from reports.server.api.asking import ask_for
from reports.server.job_ledger import JobLedger
from tests.serving import Served


@pytest.fixture
def lead(own) -> dict:
    return own.json("/api/leads?limit=1")["rows"][0]


def posted(served: Served, path: str, **fields: str) -> httpx.Response:
    return served.client.post(path, data=fields, follow_redirects=False)


def journal_lines(served: Served, name: str) -> list[dict]:
    path = served.workspace.paths.journal / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_somebody_is_watched_and_no_more(own, lead):
    path = f"/leads/{lead['lead_id']}/watch"
    assert posted(own, path).headers["location"] == f"/leads/{lead['lead_id']}"
    assert [target.profile_url for target in watched(own.workspace.paths)] == [lead["profile_url"]]
    posted(own, path)  # a second time asks for the same
    assert len(journal_lines(own, "watches")) == 1
    assert "Watch no more" in own.get(f"/leads/{lead['lead_id']}").text
    posted(own, path, stop="1")
    assert watched(own.workspace.paths) == {}


def test_somebody_is_dismissed_with_a_reason_and_taken_back(own, lead):
    path = f"/leads/{lead['lead_id']}/dismiss"
    assert posted(own, path, reason="not <now>", days="30", back="/leads?tier=warm").headers["location"] == (
        "/leads?tier=warm"
    )
    found = dismissed(own.workspace.paths)[lead["profile_url"]]
    assert found.reason == "not <now>"
    assert "not &lt;now&gt;" in own.get(f"/leads/{lead['lead_id']}").text
    posted(own, path, stop="1")
    assert dismissed(own.workspace.paths) == {}
    assert posted(own, path, days="soon").status_code == 422
    assert posted(own, path, days="0").status_code == 422
    assert posted(own, path, reason="x" * 501).status_code == 422
    assert dismissed(own.workspace.paths) == {}


@pytest.mark.parametrize(
    "away", ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "x"]
)
def test_a_form_leads_back_to_pages_of_ours_alone(own, lead, away):
    answer = posted(own, f"/leads/{lead['lead_id']}/watch", back=away)
    assert answer.headers["location"] == f"/leads/{lead['lead_id']}"


def test_a_meeting_is_kept_once(own, lead):
    path = f"/leads/{lead['lead_id']}/track"
    for _ in range(2):
        assert posted(own, path, kind="meeting", occurred_at="2026-02-05").status_code == 303
    lines = (own.workspace.paths.signals / "tracked.jsonl").read_text().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["occurred_at"] == "2026-02-05T00:00:00Z"
    assert posted(own, path, kind="lunch").status_code == 422
    assert posted(own, path, kind="meeting", occurred_at="2027-02-05").status_code == 422
    assert posted(own, path, kind="meeting", occurred_at="soon").status_code == 422


def test_what_several_tell_at_a_time_is_kept_once(own, lead, monkeypatch):
    known = tracking._kept

    def slowly(path):
        found = known(path)
        time.sleep(0.1)
        return found

    monkeypatch.setattr(tracking, "_kept", slowly)
    asked = {
        "prospect_id": lead["lead_id"],
        "engagement_type": "reply",
        "occurred_at": "2026-02-01T09:30:00Z",
    }
    with ThreadPoolExecutor(3) as several:
        answers = list(several.map(lambda _: own.post("/api/outreach/track-engagement", asked), range(3)))
    assert sorted(answer.json()["was_known"] for answer in answers) == [False, True, True]
    assert len((own.workspace.paths.signals / "tracked.jsonl").read_text().splitlines()) == 1


def test_nobody_who_is_not_known_is_acted_on(own):
    for what in ("watch", "dismiss", "track", "enrich"):
        assert posted(own, f"/leads/{'0' * 32}/{what}").status_code == 404
    assert own.get(f"/leads/{'0' * 32}/enrich").status_code == 404
    assert list(own.workspace.paths.journal.glob("*.jsonl")) == []


def test_what_enriching_costs_is_shown_first_and_a_form_asks_once(own, lead):
    path = f"/leads/{lead['lead_id']}/enrich"
    page = own.get(f"{path}?with=builtwith").text
    assert "At most" in page
    key = page.partition('name="key" value="')[2].partition('"')[0]
    with JobLedger(own.workspace.paths.job_ledger) as ledger:
        assert ledger.jobs(10) == []
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(posted(own, path, key=key, **{"with": "builtwith"})))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.headers["location"] for answer in answers] == [f"/leads/{lead['lead_id']}#posted"] * 2
    with JobLedger(own.workspace.paths.job_ledger) as ledger:
        [job] = ledger.jobs(10)
    assert (job.state, job.person) == ("done", lead["profile_url"].removeprefix("https://www."))
    assert posted(own, path, key=key, **{"with": "apollo"}).status_code == 409
    assert posted(own, path, **{"with": "nobody"}).status_code == 422


def test_a_profile_is_counted_then_saved_and_not_over_somebody_elses_change(own):
    page = own.get("/icp?profile=saas").text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    asked = {"name": "small_saas", "industries": "SaaS, FinTech", "company_size_max": "300", "seen": seen}
    counted = posted(own, "/icp", action="count", **asked)
    assert "It would match" in counted.text
    file = own.workspace.icp_profiles
    before = file.read_text()
    assert "small_saas" not in before
    saved = posted(own, "/icp", action="save", **asked)
    assert saved.headers["location"] == "/icp?profile=small_saas&saved=1"
    after = file.read_text()
    assert "small_saas:" in after
    assert [line for line in before.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
    again = posted(own, "/icp", action="save", **asked | {"name": "another"})
    assert again.status_code == 422
    assert "changed since you read it" in again.text
    assert file.read_text() == after
    wrong = posted(own, "/icp", action="count", **asked | {"industries": "Gardening"})
    assert wrong.status_code == 422
    assert "Gardening" in wrong.text


def test_a_plan_is_kept_and_shown(own):
    answer = posted(own, "/plan", action="plan", week="")
    assert answer.status_code == 200, answer.text
    assert "requests" in answer.text
    assert own.workspace.paths.plan_ledger.exists()
    assert posted(own, "/plan", action="plan", week="soon").status_code == 422


def test_a_lead_by_hand_is_shown_before_it_is_sent(own):
    told = {
        "profile_url": "https://www.linkedin.com/in/sam-sample-7",
        "first_name": "Sam",
        "last_name": "Sample",
        "icp": "sre",
        "campaign_id": "40101",
    }
    shown = posted(own, "/people/new", action="show", **told)
    assert shown.status_code == 200
    assert "Send it" in shown.text
    assert not own.workspace.paths.job_ledger.exists()
    wrong = posted(own, "/people/new", action="show", **told | {"profile_url": "https://example.com/sam"})
    assert "0 with a valid profile URL" in wrong.text


def test_a_search_is_shown_before_anything_is_taken(own):
    shown = posted(own, "/discover", profile="platform_teams", limit="5", action="search")
    assert shown.status_code == 200, shown.text
    assert "companies match" in shown.text
    assert journal_lines(own, "discoveries") == []


def test_whoever_finds_the_workspace_held_is_told(own, lead):
    with exclusive(own.workspace.folder, "delivery", job="a test"):
        answer = posted(own, f"/leads/{lead['lead_id']}/watch")
    assert answer.status_code == 503
    assert "a test" in answer.text
    assert watched(own.workspace.paths) == {}


def test_a_full_disk_is_said_and_nothing_is_kept(own, lead, monkeypatch):
    path = f"/api/leads/{lead['lead_id']}"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30, limits[1]))
    try:
        answer = own.post(f"{path}/dismiss")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (answer.status_code, "disk" in answer.json()["detail"]) == (503, True)
    assert answer.headers["retry-after"]
    assert dismissed(own.workspace.paths) == {}
    connect = sqlite3.connect

    def on_a_full_disk(*arguments, **options):
        database = connect(*arguments, **options)
        database.execute("pragma max_page_count = 1")
        return database

    monkeypatch.setattr(sqlite3, "connect", on_a_full_disk)
    answer = own.post(f"{path}/enrich?wait=0", {"integrations": ["crunchbase"]})
    assert (answer.status_code, "disk" in answer.json()["detail"]) == (503, True)
    monkeypatch.undo()
    assert own.post(f"{path}/dismiss").status_code == 200
    assert own.json("/api/jobs")["rows"] == []


def test_no_job_is_asked_for_while_somebody_is_erased_or_restored_nor_for_them_after(own, lead, monkeypatch):
    monkeypatch.setattr(lock, "MOMENT_SECONDS", 0.1)
    ledger, path = own.workspace.paths.job_ledger, f"/api/leads/{lead['lead_id']}/enrich?wait=0"
    with lock.everything(own.workspace.folder, "erase"):
        answer = own.post(path, {"integrations": ["crunchbase"]})
        assert (answer.status_code, "erase" in answer.json()["detail"]) == (503, True)
        assert own.get("/jobs").status_code == own.get("/api/jobs").status_code == 200
        assert not ledger.exists()  # a restore would find it in its way
    person = known_lead(own.workspace, lead["lead_id"]).person
    suppressions(own.workspace).add({person}, date(2026, 2, 9))
    # As somebody asks who was told of the lead a moment before.
    with pytest.raises(UnknownLeadError):
        ask_for(own.site, "enrich", {"lead_id": lead["lead_id"], "with": None}, None, person=person)
    assert own.json("/api/jobs")["rows"] == []


def test_jobs_of_whoever_was_erased_a_second_ago_are_nowhere(own):
    link = "https://www.linkedin.com/in/ada-sample"
    with exclusive(own.workspace.folder, "job"):  # nobody works at them
        of_them = ask_for(
            own.site, "enrich", {"lead_id": "a"}, None, person=link.removeprefix("https://www.")
        )
        by_hand = ask_for(own.site, "lead", {"lead": {"profile_url": link, "first_name": "Ada"}}, None)
        other = ask_for(own.site, "discover", {"profile": None}, None)
        suppressions(own.workspace).add({"linkedin.com/in/ada-sample"}, date(2026, 2, 9))
        assert [row["job_id"] for row in own.json("/api/jobs")["rows"]] == [other.job_id]
        assert other.job_id in (text := own.get("/jobs").text)
        for job in (of_them, by_hand):
            assert job.job_id not in text
            assert own.get(f"/api/jobs/{job.job_id}").status_code == 404
            assert own.get(f"/jobs/{job.job_id}").status_code == 404


def test_a_job_that_failed_is_asked_for_again(own):
    with JobLedger(own.workspace.paths.job_ledger) as ledger:
        job = ledger.ask("enrich", {"lead_id": "nobody", "with": ["builtwith"]}, datetime.now(UTC))
    own.site.runner.wake()
    page = ""
    for _ in range(200):
        page = own.get(f"/jobs/{job.job_id}").text
        if "failed" in page:
            break
        threading.Event().wait(0.1)
    assert "There is no lead" in page
    assert posted(own, f"/jobs/{job.job_id}/again").headers["location"] == f"/jobs/{job.job_id}"
    assert own.get("/jobs/unknown").status_code == 404
