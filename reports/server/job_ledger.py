"""The ledger of jobs: what was asked of the server that takes longer than an answer, and what became of it.

A row is a job, from when it is asked until 90 days after its end. Unlike in other ledgers a row changes with
its job; a job about a person names them (`person`), and goes with them when they are erased.
"""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from extract.workspace.errors import ConfigurationError
from extract.workspace.ledger import LedgerFile, as_json

STATES = ("queued", "running", "done", "failed")
KEPT = timedelta(days=90)
# A job whose process died is begun again, but one that kills every process isn't for ever.
MOST_ATTEMPTS = 3
DIED = f"its process died {MOST_ATTEMPTS} times before it had ended; ask for it again to try once more"

_SCHEMA = """
create table if not exists jobs (
    job_number integer primary key autoincrement,
    job_id text not null unique,
    kind text not null,
    person text,
    parameters text not null,
    idempotency_key text unique,
    asked_at text not null,
    state text not null,
    attempts integer not null,
    due_at text not null,
    waits_for text,
    started_at text,
    ended_at text,
    result text,
    error text
);
create index if not exists jobs_by_state on jobs (state, job_number);
"""


class OtherParametersError(ConfigurationError):
    """The same idempotency key was given for something else."""


@dataclass(frozen=True)
class Job:
    """One job; `number` is its place among all, `result` what it came to, `error` why it failed.

    `waits_for` says what another one holds, where a queued job was begun and couldn't go on. `attempts` are
    its beginnings, without those. Times are in UTC.
    """

    number: int
    job_id: str
    kind: str
    person: str | None
    parameters: dict
    idempotency_key: str | None
    asked_at: datetime
    state: str
    attempts: int
    due_at: datetime
    waits_for: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: dict | None = None
    error: str | None = None


class JobLedger(LedgerFile):
    """The ledger of jobs of one workspace; the server and whoever works for it write into it."""

    kind = "ledger of jobs"
    schema = _SCHEMA
    if_lost = "what jobs did stays done, but those that wait are forgotten"

    def ask(
        self, kind: str, parameters: dict, now: datetime, *, person: str | None = None, key: str | None = None
    ) -> Job:
        """Queue a job; on disk when this returns. Asked with the `key` of an earlier one, it is that one.

        Without a key it is one that is asked for just so and hasn't ended yet, if there is one. Raises
        OtherParametersError where the one of that key was asked for something else.
        """
        with self.transaction() as database:
            if key is not None:
                found = database.execute("select * from jobs where idempotency_key = ?", [key]).fetchone()
                if found:
                    job = _job(found)
                    if (job.kind, as_json(job.parameters)) != (kind, as_json(parameters)):
                        raise OtherParametersError(
                            "This idempotency key was given for something else: take another one"
                        )
                    return job
            else:
                found = database.execute(
                    "select * from jobs where kind = ? and parameters = ? and ended_at is null "
                    "and idempotency_key is null",
                    [kind, as_json(parameters)],
                ).fetchone()
                if found:
                    return _job(found)
            at = now.isoformat()
            job_id = secrets.token_hex(8)
            database.execute(
                "insert into jobs (job_id, kind, person, parameters, idempotency_key, asked_at, state, "
                "attempts, due_at) values (?, ?, ?, ?, ?, ?, 'queued', 0, ?)",
                [job_id, kind, person, as_json(parameters), key, at, at],
            )
            return _job(database.execute("select * from jobs where job_id = ?", [job_id]).fetchone())

    def job(self, job_id: str) -> Job | None:
        """One job; None for an unknown one, and one that was dropped or erased."""
        return next(map(_job, self.select("select * from jobs where job_id = ?", job_id)), None)

    def jobs(self, limit: int, before: int | None = None, state: str | None = None) -> list[Job]:
        """The newest jobs, of one state where it is named, `before` the number of one that is known."""
        rows = self.select(
            "select * from jobs where (? is null or job_number < ?) and (? is null or state = ?) "
            "order by job_number desc limit ?",
            *(before, before, state, state, limit),
        )
        return [_job(row) for row in rows]

    def is_work_due(self, now: datetime) -> bool:
        """Whether a job can be begun, or one is written as running: nobody may be at it any more."""
        return bool(
            self.select(
                "select 1 from jobs where state = 'running' or (state = 'queued' and due_at <= ?) limit 1",
                now.isoformat(),
            )
        )

    def put_back_lost(self, now: datetime) -> None:
        """Queue again what is written as running, or let it fail; only for whoever holds the lock of jobs."""
        with self.transaction() as database:
            database.execute(
                "update jobs set state = 'failed', ended_at = ?, error = ? "
                "where state = 'running' and attempts >= ?",
                [now.isoformat(), DIED, MOST_ATTEMPTS],
            )
            database.execute("update jobs set state = 'queued', due_at = asked_at where state = 'running'")

    def begin(self, now: datetime) -> Job | None:
        """Take the oldest job that is due; only for whoever holds the lock of jobs."""
        with self.transaction() as database:
            row = database.execute(
                "select * from jobs where state = 'queued' and due_at <= ? order by job_number limit 1",
                [now.isoformat()],
            ).fetchone()
            if row is None:
                return None
            database.execute(
                "update jobs set state = 'running', attempts = attempts + 1, started_at = ?, "
                "waits_for = null where job_number = ?",
                [now.isoformat(), row["job_number"]],
            )
            return _job(
                database.execute("select * from jobs where job_number = ?", [row["job_number"]]).fetchone()
            )

    def end(self, job: Job, now: datetime, *, result: dict | None = None, error: str | None = None) -> None:
        """Write what a job came to: done, or failed where there is an `error`."""
        with self.transaction() as database:
            database.execute(
                "update jobs set state = ?, ended_at = ?, result = ?, error = ? where job_number = ?",
                [
                    "failed" if error else "done",
                    now.isoformat(),
                    as_json(result) if result is not None else None,
                    error,
                    job.number,
                ],
            )

    def put_back(self, job: Job, due_at: datetime, waits_for: str | None = None) -> None:
        """Queue a job again that was begun and couldn't go on: that was no attempt."""
        with self.transaction() as database:
            database.execute(
                "update jobs set state = 'queued', attempts = attempts - 1, due_at = ?, waits_for = ?, "
                "started_at = null where job_number = ?",
                [due_at.isoformat(), waits_for, job.number],
            )

    def again(self, job_id: str, now: datetime) -> Job | None:
        """Queue a job that failed once more; any other one stays as it is. None for an unknown one."""
        with self.transaction() as database:
            database.execute(
                "update jobs set state = 'queued', attempts = 0, due_at = ?, error = null, result = null, "
                "started_at = null, ended_at = null where job_id = ? and state = 'failed'",
                [now.isoformat(), job_id],
            )
        return self.job(job_id)

    def drop_old(self, now: datetime) -> None:
        """Remove jobs that ended too long ago."""
        with self.transaction() as database:
            database.execute("delete from jobs where ended_at < ?", [(now - KEPT).isoformat()])


def _job(row: sqlite3.Row) -> Job:
    told = dict(row)
    return Job(
        **{"number": told.pop("job_number")},
        **{name: datetime.fromisoformat(told.pop(name)) for name in ("asked_at", "due_at")},
        **{
            name: datetime.fromisoformat(text) if (text := told.pop(name)) else None
            for name in ("started_at", "ended_at")
        },
        **{"parameters": json.loads(told.pop("parameters"))},
        **{"result": json.loads(text) if (text := told.pop("result")) else None},
        **told,
    )
