"""One run, and one import, at a time on one data folder.

The kernel holds the lock for as long as the process lives, so a crash leaves nothing to clear by hand.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from extract.errors import OutboundError

POLL_SECONDS = 1.0


class BusyError(OutboundError):
    """Another run holds the data folder."""

    exit_code = 75


@contextlib.contextmanager
def exclusive(
    workspace_dir: Path,
    what: str = "run",
    *,
    wait_seconds: float = 0,
    say: Callable[[str], None] = lambda line: None,
) -> Iterator[bool]:
    """Hold the workspace for the length of the block; yields whether another `what` had to end first.

    Raises BusyError when the other one still holds it after `wait_seconds`. A run and an import don't hinder
    each other: they share no file that both write.
    """
    workspace_dir.mkdir(parents=True, exist_ok=True)
    with (workspace_dir / f".{what}.lock").open("a+") as lock:
        has_waited = not _taken(lock)
        if has_waited:
            active = f"Another {what} is active on {workspace_dir} ({_holder(lock)})"
            deadline = time.monotonic() + wait_seconds
            if wait_seconds:
                say(f"{active}: waiting for it to end")
            while not _taken(lock):
                if time.monotonic() >= deadline:
                    raise BusyError(f"{active}: wait for it to end, then try again")
                time.sleep(min(POLL_SECONDS, wait_seconds))
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        lock.flush()
        yield has_waited


def _taken(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "just started"
