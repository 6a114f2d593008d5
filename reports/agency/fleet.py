"""The nightly job of every workspace that is due, as processes of their own: each fails alone."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from extract.workspace.agency import Agency, Member
from extract.workspace.build_places import VARIABLE, make_places
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.runs import newest_success
from extract.workspace.stop import STOP_SECONDS
from extract.workspace.strict_yaml import shown
from reports.document.formats import FORMATS

Say = Callable[[str], None]

# One that succeeded within so many hours isn't due, so that a second call goes on where the first ended.
DUE_HOURS = 20
# Pulls wait for HeyReach most of the time: so many to each build.
PULLS_TO_A_BUILD = 4
# What a process holds beside what DuckDB may.
MORE_MEMORY_MB = 500
# A run that an earlier call left behind is waited for so long, in minutes.
WAIT_MINUTES = 120


@dataclass(frozen=True)
class Outcome:
    """How it ended for one workspace: done, not due, failed or unusable; `why` is for the last two."""

    name: str
    state: str
    seconds: float = 0.0
    why: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to do something."""
        return self.state in ("failed", "unusable")


class Fleet:
    """Runs the nightly jobs of an agency's workspaces; `workers` builds at once, and as many pulls as fit.

    `finish` is called for each that has a warehouse, whether it was due or not, as soon as its run is over.
    """

    def __init__(self, agency: Agency, workers: int, say: Say, finish: Callable[[Member], None]):
        self._agency, self._workers, self._say, self._finish = agency, workers, say, finish
        self._places, self._logs = agency.paths.build_places, agency.paths.logs
        self._children: set[subprocess.Popen] = set()
        self._lock = threading.Lock()
        self._is_ending = False

    def run(self, members: Sequence[Member], *, are_all: bool = False) -> list[Outcome]:
        """The outcome of each, in their order; a stop ends the processes, which keep what they have."""
        make_places(self._places, self._workers)
        self._logs.mkdir(parents=True, exist_ok=True)
        pool = ThreadPoolExecutor(self._workers * PULLS_TO_A_BUILD)
        try:
            return list(pool.map(lambda member: self._one(member, is_due=are_all), members))
        except BaseException:
            self._end()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _one(self, member: Member, *, is_due: bool) -> Outcome:
        began = time.monotonic()
        state, why = "not due", ""
        if is_due or _is_due(member, datetime.now(UTC)):
            log = self._logs / f"{member.name}.log"
            exit_code = self._call(member, log)
            state = "failed" if exit_code else "done"
            why = f"{_last_error(member, log, exit_code)} ({shown(log)})" if exit_code else ""
        try:
            if member.workspace.paths.published.exists():
                self._finish(member)
        except (OutboundError, OSError, duckdb.Error) as error:
            state, why = "failed", why or f"not brought into the lake: {' '.join(str(error).split())[:300]}"
        outcome = Outcome(member.name, state, time.monotonic() - began, why)
        self._say(f"{member.name}: {state}{f': {why}' if why else f', {outcome.seconds:.0f} s'}")
        return outcome

    def _call(self, member: Member, log: Path) -> int:
        command = [
            sys.executable,
            "-m",
            "reports.cli",
            "daily",
            f"--format={','.join(FORMATS)}",
            f"--wait={WAIT_MINUTES}",
        ]
        environment = {**member.environment, VARIABLE: str(self._places)}
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as output, self._lock:
            if self._is_ending:
                return -1
            child = subprocess.Popen(  # noqa: S603 - our own program
                command,
                cwd=self._agency.project_dir,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            self._children.add(child)
        exit_code = child.wait()
        with self._lock:
            self._children.discard(child)
        return exit_code

    def _end(self) -> None:
        with self._lock:
            self._is_ending = True
            children = list(self._children)
        for child in children:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS + 2
        for child in children:
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()


def workers_of(agency: Agency, asked: int | None) -> int:
    """How many builds run at once: as asked, or as many as processors and memory allow.

    Raises ConfigurationError where more are asked for than the memory holds.
    """
    each, there = _megabytes(agency.memory_limit) + MORE_MEMORY_MB, _memory_mb()
    most = max(1, there // each)
    if asked is None:
        return min(most, os.cpu_count() or 1)
    if asked < 1:
        raise ConfigurationError(f"WORKERS must be at least 1, not {asked}")
    if asked > most:
        raise ConfigurationError(
            f"WORKERS={asked} need {asked * each / 1000:.1f} GB ({each / 1000:.1f} GB a build), and this "
            f"machine has {there / 1000:.1f}: WORKERS={most} fits, or a lower OUTBOUND_MEMORY_LIMIT"
        )
    return asked


def _megabytes(limit: str) -> int:
    number, unit = limit[:-2].strip(), limit[-2:]
    return int(number) * (1000 if unit == "GB" else 1)


def _memory_mb() -> int:
    """The memory of the machine, or what its container may have."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit
        found = min(found, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return found // 1_000_000


def _is_due(member: Member, now: datetime) -> bool:
    newest = newest_success(member.workspace.paths.runs)
    return newest is None or now - newest > timedelta(hours=DUE_HOURS)


def _last_error(member: Member, log: Path, exit_code: int) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    said = errors[-1] if errors else f"it ended with exit code {exit_code}"
    # Its own processes know its key by the usual name.
    return " ".join(said.split())[:300].replace("HEYREACH_API_KEY", member.listed.key)
