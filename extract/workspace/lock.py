"""One run, and one import, at a time on one data folder.

The kernel holds the lock for as long as the process lives, so a crash leaves nothing to clear by hand.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from extract.workspace.errors import OutboundError

POLL_SECONDS = 1.0
# What writes into a workspace, each under a lock of its own, in the order in which all of them are taken.
# There is no other lock: one that is added stands here, and so whoever has to be alone waits for it too.
# `job` is held by whoever works for the server, over what the work itself holds.
WRITERS = ("job", "run", "import", "enrichment", "delivery", "door")
# Held for the moment of a write only: whoever finds it held waits that long, and says nothing of it.
MOMENTARY = ("door",)
MOMENT_SECONDS, MOMENT_POLL_SECONDS = 5.0, 0.01
PLACE_POLL_SECONDS = 0.2
# A restore that has begun to take its place (extract/backup/restore.py).
RESTORE = ".restore"

Say = Callable[[str], None]


class BusyError(OutboundError):
    """Another run holds the data folder."""

    exit_code = 75


class CutOffError(OutboundError):
    """A restore was killed halfway, and nothing may be done with the workspace before it is completed."""


@contextlib.contextmanager
def exclusive(
    workspace_dir: Path,
    what: str = "run",
    *,
    job: str | None = None,
    wait_seconds: float = 0,
    say: Say = lambda line: None,
    completes_restore: bool = False,
) -> Iterator[bool]:
    """Hold the workspace for the length of the block; yields whether another `what` had to end first.

    `what` is one of WRITERS, `job` the verb that others are told. Raises BusyError, naming job, process and
    since when, when the other one still holds it after `wait_seconds`, CutOffError where a restore was
    killed, unless this completes it. A run and an import don't hinder each other: they share no file that
    both write. Webhooks that come in take theirs (`door`) for the moment of each write.
    """
    if what not in WRITERS:
        raise ValueError(
            f"{what!r} is none of {WRITERS}, so that nobody who has to be alone would wait for it"
        )
    workspace_dir.mkdir(parents=True, exist_ok=True)
    with (workspace_dir / f".{what}.lock").open("a+") as lock:
        has_waited = not _taken(lock)
        if has_waited and not (what in MOMENTARY and _taken_in_a_moment(lock)):
            active = f"Another {what} is active on {workspace_dir} ({_holder(lock)})"
            deadline = time.monotonic() + wait_seconds
            if wait_seconds:
                say(f"{active}: waiting for it to end")
            while not _taken(lock):
                if time.monotonic() >= deadline:
                    raise BusyError(f"{active}: wait for it to end, then try again")
                time.sleep(min(POLL_SECONDS, wait_seconds / 50))  # who waits briefly is answered soon
        _name_holder(lock, job or what)
        if (workspace_dir / RESTORE).exists() and not completes_restore:
            raise CutOffError(f"A restore into {workspace_dir} was cut off: complete it with `make restore`")
        yield has_waited


@contextlib.contextmanager
def everything(
    workspace_dir: Path,
    job: str,
    *,
    wait_seconds: float = 0,
    say: Say = lambda line: None,
    completes_restore: bool = False,
) -> Iterator[None]:
    """Hold all locks of the workspace: nobody writes into it for the length of the block.

    `wait_seconds` is for all of them together. Raises as above.
    """
    deadline = time.monotonic() + wait_seconds
    with contextlib.ExitStack() as held:
        for what in WRITERS:
            one = exclusive(
                workspace_dir,
                what,
                job=job,
                wait_seconds=max(0.0, deadline - time.monotonic()),
                say=say,
                completes_restore=completes_restore,
            )
            held.enter_context(one)
        yield


@contextlib.contextmanager
def opened_once(workspace_dir: Path, what: str) -> Iterator[None]:
    """Be the only process that has the `what` of a workspace open, for the length of the block.

    It keeps nobody from writing: what is written through it is under the lock of a writer. Raises BusyError.
    """
    workspace_dir.mkdir(parents=True, exist_ok=True)
    with (workspace_dir / f".open-{what}.lock").open("a+") as lock:
        if not _taken(lock):
            raise BusyError(f"The {what} of {workspace_dir} is open already ({_holder(lock)})")
        _name_holder(lock, what)
        yield


@contextlib.contextmanager
def one_of(files: Callable[[], Iterable[Path]]) -> Iterator[None]:
    """Hold the first of some files that nobody holds, for the length of the block; waits for one."""
    with contextlib.ExitStack() as held:
        while not any(_held(path, held) for path in files()):
            time.sleep(PLACE_POLL_SECONDS)
        yield


def _held(path: Path, held: contextlib.ExitStack) -> bool:
    with contextlib.ExitStack() as tried:
        if _taken(tried.enter_context(path.open("a"))):
            held.push(tried.pop_all())
            return True
    return False


def _taken_in_a_moment(lock: TextIO) -> bool:
    deadline = time.monotonic() + MOMENT_SECONDS
    while not (is_taken := _taken(lock)) and time.monotonic() < deadline:
        time.sleep(MOMENT_POLL_SECONDS)
    return is_taken


def _name_holder(lock: TextIO, job: str) -> None:
    lock.truncate(0)
    lock.write(f"{job}, process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    lock.flush()


def _taken(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "just started"
