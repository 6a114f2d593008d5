"""Work for the server: in a process of its own, killed and gone on with, waiting for what others hold."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.enrichment.ledger import EnrichmentLedger
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import BusyError, exclusive
from extract.workspace.services import SERVICES
from extract.workspace.workspace import Workspace, load_workspace
from reports.jobs.frame import Say
from reports.server import runner
from reports.server.job_ledger import Job, JobLedger
from reports.server.runner import JobRunner
from reports.server.work import work
from tests.extract.enrichment.stand_ins import Faults, StandIns, stand_ins
from tests.forking import forking
from tests.projects import project

LEAD, PERSON = "lead-1", "linkedin.com/in/sam-1"
DYING = """
import os, signal
from pathlib import Path
from extract.workspace.workspace import load_workspace
from reports.server import work as working

def die(workspace, job, say):
    os.kill(os.getpid(), signal.SIGKILL)

def work(folder):
    working.work(load_workspace(Path(folder), os.environ), {"dies": die})
    return 0
"""


@pytest.fixture
def served() -> Iterator[StandIns]:
    with stand_ins(Faults(slow=1.0, delay=0.6)) as served:
        yield served


@pytest.fixture
def environment(tmp_path: Path, served: StandIns) -> dict[str, str]:
    """The settings of a workspace with one lead, whose services are slow."""
    paces = "".join(f"  {name}: 6000\n" for name in SERVICES)
    project(tmp_path, enrichment=f"requests_per_minute:\n{paces}nightly: [apollo, builtwith]\n")
    places = {"HEYREACH_API_KEY": "key", "OUTBOUND_DATA_DIR": str(tmp_path / "data")}
    return {**os.environ, **served.environment(), **places}


@pytest.fixture
def workspace(tmp_path: Path, environment: dict[str, str]) -> Workspace:
    loaded = load_workspace(tmp_path, environment)
    loaded.paths.published.parent.mkdir(parents=True)
    with duckdb.connect(str(loaded.paths.published)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.heyreach_leads as
            select 'lead-' || n as lead_id, 'linkedin.com/in/sam-' || n as normalized_profile_url,
                null::varchar as company_name, null::varchar as email, 'ours.example' as company_domain,
                null::varchar as first_account_id, true as is_valid_profile_url, now() as created_at
            from range(3) as people (n)
            """
        )
    return loaded


def asked(workspace: Workspace, kind: str = "test", **parameters: object) -> Job:
    with JobLedger(workspace.paths.job_ledger) as ledger:
        return ledger.ask(kind, parameters, datetime.now(UTC))


def state_of(workspace: Workspace, job: Job) -> Job:
    with JobLedger(workspace.paths.job_ledger) as ledger:
        return ledger.job(job.job_id)


def until(is_so, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_job_goes_on_in_a_new_process_and_asks_nobody_twice(workspace, environment, served):
    job = asked(workspace, "enrich", lead_id=LEAD)
    with JobRunner(workspace, environment) as jobs:
        # One of the two has been asked and hasn't answered.
        until(lambda: len(served.asked) == 1)
        os.kill(jobs._child.pid, signal.SIGKILL)
        until(lambda: state_of(workspace, job).ended_at)
    ended = state_of(workspace, job)
    assert (ended.state, ended.attempts) == ("done", 2)
    assert ended.result["lead_id"] == LEAD
    assert all(count == 1 for name in ("apollo", "builtwith") for count in served.answered(name).values())
    with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
        assert {row["person"] for row in ledger.select("select person from run_rows")} == {PERSON}
        calls = ledger.select("select integration, count(*) as calls from calls group by integration")
    assert {row["calls"] for row in calls} == {1}


def test_a_server_that_ends_leaves_its_job_for_the_next_one(workspace, environment, served):
    job = asked(workspace, "enrich", lead_id=LEAD)
    with JobRunner(workspace, environment):
        until(lambda: len(served.asked) == 1)
    left = state_of(workspace, job)
    assert (left.state, left.attempts) == ("queued", 0)
    with JobRunner(workspace, environment):
        until(lambda: state_of(workspace, job).state == "done")


def test_one_whose_process_always_dies_is_given_up(workspace, environment):
    job = asked(workspace, "dies")
    with forking(DYING) as forked:
        ends = [forked(environment, str(workspace.project_dir))[0] for _ in range(4)]
    assert ends == [-signal.SIGKILL] * 3 + [0]
    assert (state_of(workspace, job).state, state_of(workspace, job).attempts) == ("failed", 3)


def test_what_others_hold_is_waited_for_and_said(workspace, monkeypatch):
    monkeypatch.setattr("reports.server.work.BUSY_AGAIN", timedelta(0))
    job, tries = asked(workspace), []
    release = threading.Event()

    def needs_the_run(workspace: Workspace, job: Job, say: Say) -> dict:
        tries.append(job.job_id)
        if len(tries) == 2:
            release.set()
            holder.join()
        with exclusive(workspace.folder, "run"):
            say("done at last")
            return {}

    held = threading.Event()

    def hold() -> None:
        with exclusive(workspace.folder, "run", job="daily"):
            held.set()
            release.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    work(workspace, {"test": needs_the_run})
    ended = state_of(workspace, job)
    assert (ended.state, ended.attempts, ended.result) == ("done", 1, {"lines": ["done at last"]})
    assert len(tries) == 2


def test_what_it_waits_for_can_be_read_meanwhile(workspace):
    job = asked(workspace)

    def needs_the_run(workspace: Workspace, job: Job, say: Say) -> dict:
        with exclusive(workspace.folder, "run"):
            raise AssertionError("both held it")

    with exclusive(workspace.folder, "run", job="daily"):
        work(workspace, {"test": needs_the_run})
    waiting = state_of(workspace, job)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert "Another run is active" in waiting.waits_for
    assert "daily" in waiting.waits_for
    assert waiting.due_at > datetime.now(UTC)


def test_two_servers_do_one_job_at_a_time(workspace):
    asked(workspace)
    with exclusive(workspace.folder, "job"), pytest.raises(BusyError, match="Another job is active"):
        work(workspace, {})


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConfigurationError("there is no such profile"), "there is no such profile"),
        (ValueError("SENTINEL of Sam"), "by a fault of this program (ValueError)"),
    ],
)
def test_a_job_that_fails_says_why_and_the_next_one_is_done(workspace, capsys, error, told):
    first, second = asked(workspace), asked(workspace, "other")

    def fails(workspace: Workspace, job: Job, say: Say) -> dict:
        say("so far")
        raise error

    work(workspace, {"test": fails, "other": lambda workspace, job, say: {"n": 1}})
    ended = state_of(workspace, first)
    assert (ended.state, ended.result) == ("failed", {"lines": ["so far"]})
    assert told in ended.error
    assert "SENTINEL" not in ended.error + capsys.readouterr().err
    assert state_of(workspace, second).result == {"n": 1, "lines": []}


def test_a_ledger_that_can_not_be_opened_is_said_and_tried_again(workspace, environment, caplog, monkeypatch):
    monkeypatch.setattr(runner, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.05)
    path = workspace.paths.job_ledger
    path.parent.mkdir(parents=True)
    path.write_text("no database, whatever it may be")
    with JobRunner(workspace, environment):
        until(lambda: caplog.text.count("jobs can't be done now") >= 2)
        path.unlink()
        job = asked(workspace, "unknown")
        until(lambda: state_of(workspace, job).ended_at)
    assert (state_of(workspace, job).state, "KeyError" in state_of(workspace, job).error) == ("failed", True)
