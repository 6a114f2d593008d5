"""Kill the whole pipeline again and again, and hold what it publishes against one that was left alone.

`python -m tests.endurance.kill_pipeline --kills 100 --seed 1` goes through nights of a sandbox. The victim's
daily job is killed (kill -9) at random moments spread over its usual duration, then runs to its end. A twin
pulls as often as pulls of the victim were finished, and runs undisturbed. Every table both published must be
equal row by row. All the while a reader opens the published file as soon as it has changed: it must only ever
find a state that the twin publishes too. It prints one line, and exits with 1 if anything differs.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from extract.raw.landing import finished_folders
from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace import journal
from extract.workspace.paths import Paths
from extract.workspace.sql_text import literal
from tests.conftest import Workspace

PROJECT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "reports.cli")
FIRST_NIGHT = datetime(2026, 1, 20, 2, tzinfo=UTC)
LONGEST = 300.0
LOOK_EVERY = 0.25
KILLS_PER_NIGHT = 20
# These name a run or a pull, or tell this machine's time; nothing else may differ between two workspaces.
NOT_COMPARED = {
    "run_id",
    "pull_id",
    "reported_at",
    "created_at",
    "times_reported",
    "requested_at",
    "recorded_at",
}
# The record of runs; versions of one report, of which a run that was killed after publishing leaves one more.
TABLES_NOT_COMPARED = {
    "pipeline_runs",
    "stg_operations__pipeline_run_events",
    "stg_operations__analytics_snapshots",
}


@dataclass
class Tally:
    """What happened. `phases` counts kills by what they interrupted; no `violations` means all is well."""

    kills: int
    nights: int = 0
    tables: int = 0
    looks: int = 0
    seconds: float = 0.0
    usual_seconds: float = 0.0
    phases: Counter = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        phases = ", ".join(f"{count} in {phase}" for phase, count in sorted(self.phases.items()))
        verdict = "; ".join(self.violations[:20]) or "every table equals the undisturbed twin's, row by row"
        return (
            f"{self.kills} kills ({phases}) over {self.nights} nights in {self.seconds:.0f} s, a run taking "
            f"{self.usual_seconds:.1f} s; {self.tables} tables compared, {self.looks} looks at the published "
            f"file: {verdict}"
        )


def kill_pipeline(
    kills: int,
    seed: int,
    folder: Path,
    *,
    usual: float | None = None,
    twin_within: Callable[[], AbstractContextManager] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Tally:
    """Do it once, in a folder of its own; `usual` spares it learning how many seconds a run takes.

    With `twin_within`, the twin, whom nobody kills, is no program of its own: it runs here, within what that
    gives.
    """
    began = time.monotonic()
    tally = Tally(kills)
    rng = random.Random(seed)
    with running_sandbox(seed=11, leads=80, now=FIRST_NIGHT) as sandbox:
        twin = _Pipeline(sandbox, folder / "twin", tally, twin_within)
        victim = _Pipeline(sandbox, folder / "victim", tally)
        usual = usual or _Pipeline(sandbox, folder / "rehearsal", tally).attempt("daily", FIRST_NIGHT)
        remaining = kills
        with _Reader(victim.published, tally) as reader:
            while remaining or not tally.nights:
                night = FIRST_NIGHT + timedelta(days=tally.nights)
                sandbox.set_clock(night)
                tally.nights += 1
                tonight = min(KILLS_PER_NIGHT, remaining)
                remaining -= tonight
                moments = [usual * (number + rng.random()) / tonight for number in range(tonight)]
                rng.shuffle(moments)
                while moments:
                    moment = moments.pop()
                    if victim.attempt("daily", night, kill_after=moment) is not None:
                        moments.append(moment * 0.9)  # it came too late
                victim.attempt("daily", night)
                victim.check_tidy()
                while twin.pulls() < victim.pulls() - 1:
                    twin.attempt("extract", night, "--kind", "daily")
                seconds = twin.attempt("daily", night)
                usual = tally.usual_seconds = usual if twin_within else seconds
                reader.allow(_state(twin.published))
                _compare(twin.published, victim.published, tally)
                tally.kills = kills - remaining
                tally.seconds = time.monotonic() - began
                say(str(tally))
    tally.seconds = time.monotonic() - began
    killed = sum(tally.phases.values())
    with duckdb.connect(str(victim.published), read_only=True) as connection:
        [(shown,)] = connection.execute(
            "select count(*) from marts.pipeline_runs where outcome = 'killed'"
        ).fetchall()
    # Before its first line and after its last one, a run is on record as what it was.
    unrecorded = tally.phases["the start"] + tally.phases["the end"]
    if shown != killed - unrecorded:
        tally.violations.append(f"pipeline_runs shows {shown} killed runs of {killed - unrecorded}")
    return tally


@dataclass
class _Pipeline:
    sandbox: Sandbox
    data_dir: Path
    tally: Tally
    within: Callable[[], AbstractContextManager] | None = None

    @property
    def published(self) -> Path:
        return self.data_dir / "warehouse.duckdb"

    def pulls(self) -> int:
        """Pulls that came to their end."""
        return len(finished_folders(self.data_dir / "landing"))

    def attempt(
        self, job: str, night: datetime, *options: str, kill_after: float | None = None
    ) -> float | None:
        """Run a job; seconds it took, or None where it was killed."""
        began = time.monotonic()
        environment = {
            "HEYREACH_API_KEY": self.sandbox.api_key,
            "HEYREACH_BASE_URL": self.sandbox.base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
            # How long an answer takes is part of an observed time, unless the clock stands still.
            "OUTBOUND_AS_OF": night.isoformat(),
        }
        if self.within:
            with self.within():
                outcome = Workspace(self.data_dir, environment).run(job, *options)
            if outcome.exit_code:
                self.tally.violations.append(f"exit code {outcome.exit_code}: {outcome.errors[-300:]}")
            return time.monotonic() - began
        runs_before = len(_started(self.data_dir))
        self.data_dir.parent.mkdir(exist_ok=True)
        errors = self.data_dir.with_suffix(".errors")
        with errors.open("w") as file:
            process = subprocess.Popen(
                [*COMMAND, job, *options],
                cwd=PROJECT,
                env={**os.environ, **environment, "OUTBOUND_DATA_DIR": str(self.data_dir)},
                stdout=subprocess.DEVNULL,
                stderr=file,
                start_new_session=True,
            )
            try:
                process.wait(LONGEST if kill_after is None else kill_after)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                self.tally.phases[self._phase(runs_before)] += 1
                return None
        if process.returncode:
            self.tally.violations.append(f"exit code {process.returncode}: {errors.read_text()[-300:]}")
        return time.monotonic() - began

    def check_tidy(self) -> None:
        """A whole run sweeps up what the killed ones left."""
        left = [path.name for pattern in (".dlt-*", ".period-*") for path in self.data_dir.glob(pattern)]
        left += [path.name for path in (self.data_dir / "landing").glob(".*.partial")]
        left += [path.name for path in self.data_dir.glob("*.wal")]
        if left:
            self.tally.violations.append(f"left behind: {', '.join(sorted(left))}")

    def _phase(self, runs_before: int) -> str:
        """What the kill interrupted, as the record of runs tells."""
        started = _started(self.data_dir)
        if len(started) == runs_before:
            return "the start"
        events = [row for row in journal.rows(Paths(self.data_dir).runs) if row["run_id"] == started[-1]]
        if events[-1]["event"] == "finished":
            return "the end"
        return {"started": "extract", "extract": "build", "build": "report"}.get(
            events[-1].get("step") or events[-1]["event"], "the last lines"
        )


def _started(data_dir: Path) -> list[str]:
    return [row["run_id"] for row in journal.rows(Paths(data_dir).runs) if row["event"] == "started"]


class _Reader:
    """Opens the published file whenever it has changed; each look must be at a complete state."""

    def __init__(self, published: Path, tally: Tally):
        self._published, self._tally = published, tally
        self._allowed: set[str] = set()
        self._seen: set[str] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def allow(self, state: str) -> None:
        """What was seen up to now must be this state, or an earlier one."""
        self._allowed.add(state)
        for unknown in self._seen - self._allowed:
            self._tally.violations.append(f"a reader found a state that nobody published ({unknown[:120]})")
        self._seen.clear()

    def _look(self) -> None:
        last = None
        while not self._done.wait(LOOK_EVERY):
            if not self._published.exists():
                continue
            found = self._published.stat()
            # Whoever wrote into it, or replaced it, changed one of these.
            now = (found.st_ino, found.st_size, found.st_mtime_ns)
            if now == last:
                continue
            last = now
            try:
                state = _state(self._published)
            except duckdb.Error as error:
                state = f"unreadable: {error}"
            self._tally.looks += 1
            self._seen.add(state)


def _state(published: Path) -> str:
    """The published figures in short; raises duckdb.Error where the file is no whole warehouse."""
    with duckdb.connect(str(published), read_only=True) as connection:
        figures = connection.execute(
            """
            select
                (select count(*) from duckdb_tables()),
                (select count(distinct run_id) from staging.stg_operations__run_parameters),
                (select hash(list(s order by s.as_of)) from marts.rpt_summary as s),
                (select hash(list(c order by c.campaign_lead_id)) from marts.heyreach_connections as c),
                (select max(observed_at) from staging.stg_heyreach__campaign_lead_observations)
            """
        ).fetchone()
    return hashlib.sha256(repr(figures).encode()).hexdigest()


def _compare(twin: Path, victim: Path, tally: Tally) -> None:
    """Every table of both, row by row."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(twin)} as twin (read_only)")
        connection.execute(f"attach {literal(victim)} as victim (read_only)")
        tables = {
            name: connection.execute(
                # A rendered page also prints what is told of runs, which isn't compared either.
                "select schema_name, table_name from duckdb_tables() "
                "where database_name = ? and schema_name <> 'served' order by all",
                [name],
            ).fetchall()
            for name in ("twin", "victim")
        }
        if tables["twin"] != tables["victim"]:
            only = sorted(
                f"{schema}.{table}" for schema, table in set(tables["twin"]) ^ set(tables["victim"])
            )
            tally.violations.append(f"only one of them has {', '.join(only)}")
        for schema, table in tables["twin"]:
            if table in TABLES_NOT_COMPARED:
                continue
            tally.tables += 1
            columns = [
                column
                for (column,) in connection.execute(
                    """
                    select column_name from duckdb_columns()
                    where database_name = 'twin' and schema_name = ? and table_name = ?
                    """,
                    [schema, table],
                ).fetchall()
                if column not in NOT_COMPARED
            ]
            chosen = ", ".join(f'"{column}"' for column in columns)
            condition = ""
            if table == "rpt_health":
                condition = "where topic not in ('runs', 'stale')"
                chosen = "severity, topic, affected, message, as_of"  # lines about runs shift the numbers
            rows = f'select {chosen} from {{}}."{schema}"."{table}" {condition}'
            [(differing,)] = connection.execute(
                f"""
                select count(*) from (
                    ({rows.format("twin")} except all {rows.format("victim")})
                    union all
                    ({rows.format("victim")} except all {rows.format("twin")})
                )
                """
            ).fetchall()
            if differing:
                tally.violations.append(f"night {tally.nights}: {differing} rows of {schema}.{table} differ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_pipeline(
            options.kills,
            options.seed,
            Path(folder),
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
    print(tally)
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
