"""One run at a time, by a lock of the kernel: held over processes, gone with its holder."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from extract.workspace import lock
from extract.workspace.lock import WRITERS, BusyError, everything, exclusive

PROJECT_DIR = Path(__file__).parents[3]

HOLD = """
import sys, time
from pathlib import Path
from extract.workspace.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_is_turned_away_at_once_and_told_who_is_at_work(tmp_path, holder):
    began = time.monotonic()
    with pytest.raises(BusyError, match=rf"process {holder.pid}, since 20") as refusal, exclusive(tmp_path):
        pytest.fail("both held it")
    assert refusal.value.exit_code == 75
    assert time.monotonic() - began < 1


def test_a_killed_holder_leaves_nothing_to_clear(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with exclusive(tmp_path) as has_waited:
        assert not has_waited


def test_one_that_waits_takes_over_when_the_other_ends(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.05)
    said = []
    threading.Timer(0.3, holder.kill).start()
    with exclusive(tmp_path, wait_seconds=30, say=said.append) as has_waited:
        assert has_waited
    assert len(said) == 1
    assert "waiting" in said[0]


def test_one_that_waited_long_enough_is_turned_away(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.05)
    with pytest.raises(BusyError), exclusive(tmp_path, wait_seconds=0.2):
        pytest.fail("both held it")


def test_of_many_at_once_exactly_one_works(tmp_path):
    program = HOLD.replace("time.sleep(60)", "sys.stdin.read()")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(4)
    ]
    deadline = time.monotonic() + 60
    while sum(process.poll() is None for process in processes) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    answers = [process.communicate()[0] for process in processes]  # closes what the holder waits for
    assert sorted(answers) == ["", "", "", "held\n"]


def test_an_import_does_not_wait_for_a_run(tmp_path, holder):
    with exclusive(tmp_path, "import") as has_waited:
        assert not has_waited


@pytest.mark.parametrize("what", WRITERS)
def test_who_has_to_be_alone_waits_for_every_writer_and_is_told_who_it_is(tmp_path, what, monkeypatch):
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(lock, "MOMENT_SECONDS", 0.1)
    said = []
    with exclusive(tmp_path, what, job="some verb"):
        who = rf"Another {what} is active .*\(some verb, process {os.getpid()}, since 20"
        with (
            pytest.raises(BusyError, match=who),
            everything(tmp_path, "erase", wait_seconds=0.1, say=said.append),
        ):
            pytest.fail("both held it")
    assert len(said) == 1
    assert "waiting" in said[0]
    alone = everything(tmp_path, "erase")
    with alone, pytest.raises(BusyError, match="erase, process"), exclusive(tmp_path, what):
        pytest.fail("both held it")


def test_what_is_held_for_a_moment_only_is_waited_for_without_a_word(tmp_path):
    said = []
    with contextlib.ExitStack() as held:
        held.enter_context(exclusive(tmp_path, "door"))
        threading.Timer(0.2, held.pop_all().close).start()
        with everything(tmp_path, "erase", say=said.append):
            assert said == []


def test_what_is_open_is_open_once_and_keeps_nobody_from_writing(tmp_path):
    with lock.opened_once(tmp_path, "door"), everything(tmp_path, "erase"):
        who = rf"The door of .* is open already \(door, process {os.getpid()}, since 20"
        with pytest.raises(BusyError, match=who), lock.opened_once(tmp_path, "door"):
            pytest.fail("both held it")


def test_the_wait_is_for_all_locks_together(tmp_path, monkeypatch):
    """The first of them is let go after 30 of the 50 seconds, by a clock of the test's own."""
    passed = 0.0

    def sleep(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        if passed >= 30:
            ends[0].close()

    monkeypatch.setattr(lock, "time", SimpleNamespace(monotonic=lambda: passed, sleep=sleep))
    with contextlib.ExitStack() as held:
        ends = [held.enter_context(contextlib.ExitStack()) for _ in WRITERS]
        for end, what in zip(ends, WRITERS, strict=True):
            end.enter_context(exclusive(tmp_path, what))
        with pytest.raises(BusyError, match=WRITERS[1]), everything(tmp_path, "purge", wait_seconds=50):
            pytest.fail("both held it")
    assert 50 <= passed <= 50 + lock.POLL_SECONDS


def test_a_lock_that_nobody_would_wait_for_can_not_be_taken(tmp_path):
    with pytest.raises(ValueError, match="'export' is none of"), exclusive(tmp_path, "export"):
        pytest.fail("it was taken")


def test_nobody_locks_files_elsewhere():
    """But the pace of requests, which several processes share on purpose."""
    sources = (
        path
        for folder in ("extract", "reports", "dbt_project")
        for path in (PROJECT_DIR / folder).rglob("*.py")
    )
    locking = {path.name for path in sources if "flock(" in path.read_text()}
    assert locking == {"lock.py", "pacing.py"}
