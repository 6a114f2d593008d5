"""One run, and one import, at a time on one data folder.

The kernel holds the lock for as long as the process lives, so a crash leaves nothing to clear by hand.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from extract.errors import OutboundError


class BusyError(OutboundError):
    """Another run holds the data folder."""

    exit_code = 75


@contextlib.contextmanager
def exclusive(workspace_dir: Path, what: str = "run") -> Iterator[None]:
    """Hold the workspace for the length of the block; raises BusyError at once when another `what` does.

    A run and an import don't hinder each other: they share no file that both write.
    """
    workspace_dir.mkdir(parents=True, exist_ok=True)
    with (workspace_dir / f".{what}.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise BusyError(
                f"Another {what} is active on {workspace_dir} ({lock.read().strip() or 'just started'}): "
                "wait for it to end, then try again"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        lock.flush()
        yield
