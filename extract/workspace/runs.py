"""The record of runs: what ran when, step by step, and how it ended.

Each run writes its lines into a journal as it goes. A run without a last line was killed, unless it is the
one that holds the lock now. The warehouse shows the record as `pipeline_runs`.
"""

import contextlib
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from extract.workspace import journal
from extract.workspace.errors import OutboundError
from extract.workspace.stop import stop_behind

# Which finished runs spare a job its work: weekly does all that daily does.
COVERED_BY = {"daily": ("daily", "weekly"), "weekly": ("weekly",)}


def new_run_id() -> str:
    """A name for a run that sorts by the time it began."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


class RunRecord:
    """One run under way: `with RunRecord(path, "daily") as run: ... with run.step("extract") as facts: ...`.

    An exception that leaves the block is recorded as its end, and goes on its way; one that comes from a
    stop goes on as that stop.
    """

    def __init__(self, path: Path, job: str):
        self.run_id = new_run_id()
        self._path = path
        self._job = job
        self._step: str | None = None
        self._events = 0

    def __enter__(self) -> "RunRecord":
        self._began = time.monotonic()
        self._write("started")
        return self

    def __exit__(self, error_type: type | None, error: BaseException | None, _: object) -> None:
        stop = stop_behind(error)
        self._close(stop or error)
        if stop and stop is not error:
            raise stop from error

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[dict]:
        """Time one step; what the caller puts into the dictionary is recorded with it."""
        self._step, facts, began = name, {}, time.monotonic()
        yield facts
        # Before its line is written: whoever reads that it is over must not find it under way.
        self._step = None
        self._write("step", step=name, seconds=round(time.monotonic() - began, 3), **facts)

    def _close(self, error: BaseException | None) -> None:
        """Record the end; a disk too full even for that must not hide the reason."""
        seconds = round(time.monotonic() - self._began, 3)
        if error is None:
            self._write("finished", outcome="succeeded", seconds=seconds, exit_code=0)
            return
        is_stopped = isinstance(error, KeyboardInterrupt)
        text = type(error).__name__ if not isinstance(error, OutboundError) else ""
        text = " ".join(f"{text} {error}".split())[:500]
        with contextlib.suppress(OSError):
            self._write(
                "finished",
                outcome="stopped" if is_stopped else "failed",
                step=self._step,
                seconds=seconds,
                exit_code=getattr(error, "exit_code", 130 if is_stopped else 1),
                error=None if is_stopped else text,
            )

    def _write(self, event: str, **facts: object) -> None:
        self._events += 1
        journal.append(
            self._path,
            {
                "run_id": self.run_id,
                "event_number": self._events,
                "happened_at": datetime.now(UTC),
                "event": event,
                "job": self._job,
                **facts,
            },
        )


# Jobs that bring a workspace to where HeyReach stands.
WHOLE_RUNS = ("run", "daily", "weekly")


def newest_success(path: Path) -> datetime | None:
    """When the newest whole run that succeeded began; None where none did."""
    rows = journal.rows(path)
    succeeded = {
        row["run_id"] for row in rows if row["event"] == "finished" and row["outcome"] == "succeeded"
    }
    began = [
        datetime.fromisoformat(row["happened_at"])
        for row in rows
        if row["event"] == "started" and row["job"] in WHOLE_RUNS and row["run_id"] in succeeded
    ]
    return max(began, default=None)


def is_done_since(path: Path, job: str, asked_at: datetime) -> bool:
    """Whether a run that covers `job` has succeeded after `asked_at`, for one that had to wait its turn."""
    return any(
        row["event"] == "finished"
        and row["outcome"] == "succeeded"
        and row["job"] in COVERED_BY.get(job, ())
        and datetime.fromisoformat(row["happened_at"]) > asked_at
        for row in journal.rows(path)
    )
