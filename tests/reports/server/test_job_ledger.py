"""The ledger of jobs: asked once, begun in order, put back, ended, forgotten with its person and in time."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from extract.people.suppression import Suppressions
from extract.privacy import files
from reports.server.job_ledger import DIED, KEPT, MOST_ATTEMPTS, JobLedger, OtherParametersError

NOW = datetime(2026, 2, 9, 6, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ledger(tmp_path):
    with JobLedger(tmp_path / "server" / "jobs.sqlite") as opened:
        yield opened


def test_a_job_is_begun_when_it_is_due_the_oldest_first_and_keeps_what_it_came_to(ledger):
    first = ledger.ask("enrich", {"lead_id": "a", "with": ["apollo"]}, NOW)
    second = ledger.ask("enrich", {"lead_id": "b"}, NOW)
    assert (first.state, first.attempts) == ("queued", 0)
    begun = ledger.begin(LATER)
    assert (begun.job_id, begun.state, begun.attempts, begun.started_at) == (
        first.job_id,
        "running",
        1,
        LATER,
    )
    assert begun.parameters == {"lead_id": "a", "with": ["apollo"]}
    ledger.end(begun, LATER, result={"found": 2})
    ended = ledger.job(first.job_id)
    assert (ended.state, ended.result, ended.error, ended.ended_at) == ("done", {"found": 2}, None, LATER)
    ledger.end(ledger.begin(LATER), LATER, error="HeyReach said no")
    assert (ledger.job(second.job_id).state, ledger.job(second.job_id).error) == (
        "failed",
        "HeyReach said no",
    )
    assert ledger.begin(LATER) is None
    assert [job.job_id for job in ledger.jobs(9)] == [second.job_id, first.job_id]
    assert [job.job_id for job in ledger.jobs(9, before=second.number)] == [first.job_id]
    assert [job.job_id for job in ledger.jobs(9, state="failed")] == [second.job_id]


def test_what_waits_for_another_is_no_attempt_and_lets_others_pass(ledger):
    job = ledger.ask("enrich", {}, NOW)
    for _ in range(MOST_ATTEMPTS + 2):
        ledger.put_back(ledger.begin(LATER), LATER, waits_for="Another run is active")
    waiting = ledger.job(job.job_id)
    assert (waiting.state, waiting.attempts, waiting.waits_for) == ("queued", 0, "Another run is active")
    ledger.put_back(ledger.begin(LATER), LATER + timedelta(seconds=5), waits_for="it")
    other = ledger.ask("enrich", {"lead_id": "b"}, LATER)
    assert ledger.begin(LATER).job_id == other.job_id
    assert ledger.begin(LATER) is None


def test_a_lost_one_is_begun_again_and_at_last_fails_in_words(ledger):
    job = ledger.ask("enrich", {}, NOW)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert ledger.begin(LATER).attempts == attempt
        assert ledger.is_work_due(LATER)
        ledger.put_back_lost(LATER)
    assert (ledger.job(job.job_id).state, ledger.job(job.job_id).error) == ("failed", DIED)
    assert not ledger.is_work_due(LATER)
    again = ledger.again(job.job_id, LATER)
    assert (again.state, again.attempts, again.error) == ("queued", 0, None)
    assert ledger.begin(LATER).attempts == 1
    # What isn't failed stays as it is.
    assert ledger.again(job.job_id, LATER).state == "running"
    assert ledger.again("unknown", LATER) is None


def test_the_same_key_is_the_same_job_from_any_thread_and_refused_for_another(tmp_path, ledger):
    found = []

    def ask():
        with JobLedger(tmp_path / "server" / "jobs.sqlite") as own:
            found.append(own.ask("enrich", {"lead_id": "a"}, NOW, key="k-1").job_id)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == len(ledger.jobs(99)) == 1
    with pytest.raises(OtherParametersError, match="given for something else"):
        ledger.ask("enrich", {"lead_id": "b"}, NOW, key="k-1")
    with pytest.raises(OtherParametersError):
        ledger.ask("discover", {"lead_id": "a"}, NOW, key="k-1")


def test_without_a_key_what_waits_is_asked_for_once(ledger):
    first = ledger.ask("enrich", {"lead_id": "a"}, NOW)
    assert ledger.ask("enrich", {"lead_id": "a"}, LATER).job_id == first.job_id
    assert ledger.ask("discover", {"lead_id": "a"}, LATER).job_id != first.job_id
    ledger.end(ledger.begin(LATER), LATER, result={})
    assert ledger.ask("enrich", {"lead_id": "a"}, LATER).job_id != first.job_id


def test_jobs_that_ended_long_ago_are_dropped_and_no_others(ledger):
    old = ledger.ask("enrich", {}, NOW, key="k-1")
    ledger.end(ledger.begin(NOW), NOW, result={})
    waiting = ledger.ask("enrich", {}, NOW)
    ledger.drop_old(NOW + KEPT)
    assert ledger.job(old.job_id)
    ledger.drop_old(NOW + KEPT + timedelta(seconds=1))
    assert [job.job_id for job in ledger.jobs(9)] == [waiting.job_id]
    # Its key is free again.
    assert ledger.ask("discover", {}, NOW, key="k-1").job_id != old.job_id


def test_a_job_goes_with_its_person_also_while_the_server_has_it_open(tmp_path, ledger):
    sam, kim = "linkedin.com/in/sam-sample", "linkedin.com/in/kim"
    of_sam = ledger.ask("enrich", {"lead_id": "1"}, NOW, person=sam)
    by_hand = ledger.ask("lead", {"lead": {"profile_url": f"https://www.{sam}", "first_name": "Sam"}}, NOW)
    of_kim = ledger.ask("enrich", {"lead_id": "2"}, NOW, person=kim)
    people = Suppressions(tmp_path / "suppressed")
    people.add([sam], date(2026, 2, 9))
    files.sweep_sqlite(files.Sweep(people, set(), {"Sam Sample"}), ledger.path)
    assert [ledger.job(each.job_id) for each in (of_sam, by_hand)] == [None, None]
    assert ledger.job(of_kim.job_id) == of_kim
    assert b"sam-sample" not in ledger.path.read_bytes()
    assert b"sam-sample" not in ledger.path.with_name("jobs.sqlite-wal").read_bytes()
