"""`make restore WAIT=`: whoever holds the workspace comes to their end first, and is named."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extract.workspace import lock
from extract.workspace.lock import RESTORE, exclusive
from reports.from_make import options
from tests.conftest import Workspace

ENVIRONMENT = {"HEYREACH_API_KEY": "k"}
A_SECOND_AND_A_HALF, A_TENTH = "0.025", "0.0017"  # in minutes


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup of a workspace in which something was acknowledged."""
    source = Workspace(tmp_path / "source", ENVIRONMENT)
    (source.data_dir / "journal").mkdir(parents=True)
    (source.data_dir / "journal" / "acknowledgements.jsonl").write_text('{"mine": 1}\n')
    outcome = source.run("backup", "--to", str(tmp_path / "backups"))
    assert outcome.exit_code == 0, outcome.errors
    [path] = (tmp_path / "backups").iterdir()
    return path


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty one, in which nobody waits longer than needed."""
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.02)
    return Workspace(tmp_path / "data", ENVIRONMENT)


@contextlib.contextmanager
def held(workspace: Workspace, what: str) -> Iterator[contextlib.ExitStack]:
    """Somebody works in the workspace until the stack that this yields is closed."""
    with contextlib.ExitStack() as work:
        work.enter_context(exclusive(workspace.data_dir, what, job=f"some {what}", completes_restore=True))
        yield work


def when_somebody_waits(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Do it as soon as somebody waits for a lock, once."""
    pause = time.sleep

    def done(seconds: float) -> None:
        monkeypatch.setattr(lock.time, "sleep", pause)
        then()

    monkeypatch.setattr(lock.time, "sleep", done)


def told(workspace: Workspace, what: str) -> str:
    """Who that is, as others are told."""
    since = datetime.now(UTC).strftime("since %Y-")
    return f"Another {what} is active on {workspace.data_dir} (some {what}, process {os.getpid()}, {since}"


@pytest.mark.parametrize("what", ["run", "import", "enrichment", "delivery"])
def test_a_restore_waits_for_whoever_holds_the_workspace(workspace, backup, what, monkeypatch):
    with held(workspace, what) as work:
        when_somebody_waits(monkeypatch, work.close)
        outcome = workspace.run("restore", "--from", str(backup), "--wait", "1")
    assert outcome.exit_code == 0, outcome.errors
    assert outcome.errors.startswith(told(workspace, what))
    assert "): waiting for it to end" in outcome.errors
    assert (workspace.data_dir / "journal" / "acknowledgements.jsonl").read_text() == '{"mine": 1}\n'


@pytest.mark.parametrize(("wait", "is_told_first"), [((), False), (("--wait", A_TENTH), True)])
def test_one_that_may_not_wait_or_waited_long_enough_changes_nothing(workspace, backup, wait, is_told_first):
    with held(workspace, "import"):
        outcome = workspace.run("restore", "--from", str(backup), *wait)
    assert outcome.exit_code == 75
    assert f"error: {told(workspace, 'import')}" in outcome.errors
    assert ("waiting for it to end" in outcome.errors) == is_told_first
    assert {path.name.rpartition(".")[2] for path in workspace.data_dir.iterdir()} == {"lock"}


def test_a_restore_that_was_completed_meanwhile_is_not_missed(workspace, monkeypatch):
    """Two people complete the same one that was cut off; the second waits for the first."""
    ready = workspace.data_dir / RESTORE
    ready.mkdir(parents=True)

    with held(workspace, "run") as work:
        when_somebody_waits(monkeypatch, lambda: (shutil.rmtree(ready), work.close()))
        outcome = workspace.run("restore", "--wait", A_SECOND_AND_A_HALF)
    assert outcome.exit_code == 0, outcome.errors
    assert "nothing to do, what was cut off has been completed meanwhile" in outcome.errors


def test_make_hands_the_minutes_on():
    given = {"TYPED_NAMES": "FROM WAIT", "TYPED_GOALS": "restore", "TYPED_FROM": "a", "TYPED_WAIT": "10"}
    assert options("restore", given) == ["--from=a", "--wait=10"]
