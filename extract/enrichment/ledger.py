"""The enrichment ledger: what was to be asked, what was asked, what was answered, and what it cost.

An SQLite file beside the raw database. Rows are only ever added. A call is on disk before it leaves, so after
a crash every call that may have been made is known: it has no answer. Answers are the cache, too.

| table | one row is |
| --- | --- |
| runs | one start of `make enrich` on a file or on the warehouse's leads; going on with it adds none |
| run_rows | a row of leads in it |
| source_rows | a campaign or lead as the source of a run's leads told it |
| asks | what is asked about a row: a key, or the reason why nothing can be |
| calls | a question about to leave |
| tickets | what a service gave for a question it answers later |
| answers | what a question came to |
| endings | when a run had nothing left to ask |
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from extract.enrichment.base import CACHED, Outcome, Subject
from extract.workspace import versions
from extract.workspace.errors import ConfigurationError

KIND = "enrichment ledger"
_BUSY_SECONDS = 60

_SCHEMA = """
create table if not exists runs (
    run_id text primary key,
    started_at text not null,
    source text not null,
    file_name text,
    file_sha256 text,
    integrations text not null,
    purpose text not null
);
create table if not exists run_rows (
    run_id text not null references runs,
    row_number integer not null,
    profile_url text,
    person text,
    lead text not null,
    primary key (run_id, row_number)
);
create table if not exists source_rows (
    source_row_id integer primary key autoincrement,
    run_id text not null references runs,
    kind text not null,
    campaign_id text,
    lead_id text,
    profile_url text,
    person text,
    observed_at text not null,
    payload text not null
);
create table if not exists asks (
    ask_id integer primary key autoincrement,
    run_id text not null references runs,
    row_number integer not null,
    integration text not null,
    variant text not null,
    key text,
    inputs text,
    reason text,
    cached_call_id integer,
    unique (run_id, integration, row_number)
);
create index if not exists asks_by_key on asks (run_id, integration, key);
create table if not exists calls (
    call_id integer primary key autoincrement,
    run_id text not null references runs,
    integration text not null,
    variant text not null,
    entity text not null,
    key text not null,
    batch_id text not null,
    asked_at text not null
);
create index if not exists calls_by_key on calls (integration, variant, key);
create index if not exists calls_by_run on calls (run_id, integration);
create table if not exists tickets (
    batch_id text primary key,
    ticket text not null,
    taken_at text not null
);
create table if not exists answers (
    call_id integer primary key references calls,
    answered_at text not null,
    status text not null,
    reason text not null,
    credits real not null,
    cost_usd real,
    valid_until text,
    signals_asked integer not null,
    fields text not null,
    payload text
);
create table if not exists endings (
    run_id text primary key references runs,
    ended_at text not null
);
"""


@dataclass(frozen=True)
class Run:
    """One start of `make enrich`; `purpose` is what makes two starts the same run."""

    run_id: str
    started_at: datetime
    source: str
    file_name: str | None
    file_sha256: str | None
    integrations: tuple[str, ...]
    purpose: str


@dataclass(frozen=True)
class RunRow:
    """A row of leads: `lead` are its values by COLUMNS, `person` its normalised profile URL."""

    row_number: int
    profile_url: str | None
    person: str | None
    lead: dict[str, str]


@dataclass(frozen=True)
class SourceRow:
    """A campaign or a lead (`kind`) as the source of leads told it, untouched."""

    kind: str
    campaign_id: str | None
    payload: dict
    lead_id: str | None = None
    profile_url: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Ask:
    """What a row asks of an integration, and what became of it; status None: nothing yet."""

    row_number: int
    integration: str
    key: str | None
    reason: str | None
    is_cached: bool
    status: str | None
    answer_reason: str
    fields: dict
    credits: float
    cost_usd: float | None
    signals_asked: int
    answered_at: datetime | None


class EnrichmentLedger:
    """The ledger of one workspace; a context manager, for use by many threads."""

    def __init__(self, path: Path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._database.row_factory = sqlite3.Row
        try:
            versions.require_known_sqlite(KIND, path, self._database)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = full")
            self._database.execute("pragma foreign_keys = on")
            self._database.executescript(_SCHEMA)
            versions.stamp_sqlite(KIND, self._database)
        except versions.NewerError:
            self._database.close()
            raise
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise ConfigurationError(
                f"{path} can't be used as the enrichment ledger ({error}): restore it from a backup, or move "
                "it away; what raw already holds of it stays, but answers will be asked and paid for again"
            ) from None

    def __enter__(self) -> "EnrichmentLedger":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def begin(self, run: Run, rows: Iterable[RunRow], source_rows: Iterable[SourceRow] = ()) -> None:
        """Write a new run, all its rows, and what their source told of them, in one step."""
        with self._transaction():
            self._database.execute(
                "insert into runs values (?, ?, ?, ?, ?, ?, ?)",
                (
                    run.run_id,
                    run.started_at.isoformat(),
                    run.source,
                    run.file_name,
                    run.file_sha256,
                    ",".join(run.integrations),
                    run.purpose,
                ),
            )
            self._database.executemany(
                "insert into run_rows values (?, ?, ?, ?, ?)",
                ((run.run_id, row.row_number, row.profile_url, row.person, _json(row.lead)) for row in rows),
            )
            self._database.executemany(
                "insert into source_rows (run_id, kind, campaign_id, lead_id, profile_url, person, "
                "observed_at, payload) values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        run.run_id,
                        row.kind,
                        row.campaign_id,
                        row.lead_id,
                        row.profile_url,
                        row.person,
                        run.started_at.isoformat(),
                        _json(row.payload),
                    )
                    for row in source_rows
                ),
            )

    def unfinished(self, purpose: str) -> Run | None:
        """The newest run of that purpose that has not come to its end."""
        found = self._rows(
            "select * from runs where purpose = ? and run_id not in (select run_id from endings) "
            "order by started_at desc limit 1",
            purpose,
        )
        if not found:
            return None
        row = dict(found[0])
        return Run(
            **row
            | {
                "started_at": datetime.fromisoformat(row["started_at"]),
                "integrations": tuple(row["integrations"].split(",")),
            }
        )

    def rows(self, run_id: str) -> list[RunRow]:
        """The rows of a run, in their order."""
        return [
            RunRow(row["row_number"], row["profile_url"], row["person"], json.loads(row["lead"]))
            for row in self._rows("select * from run_rows where run_id = ? order by row_number", run_id)
        ]

    def is_planned(self, run_id: str, integration: str) -> bool:
        """Whether it is written what the run asks of an integration."""
        return bool(
            self._rows("select 1 from asks where run_id = ? and integration = ? limit 1", run_id, integration)
        )

    def plan(
        self,
        run_id: str,
        integration: str,
        variant: str,
        asks: Iterable[tuple[int, Subject | None, str | None]],
        now: datetime,
    ) -> None:
        """Write what a run asks of an integration: per row the subject, or why there is none.

        What is known already is answered from there.
        """
        with self._transaction():
            known = self.cached(integration, variant, now)
            self._database.executemany(
                "insert into asks (run_id, row_number, integration, variant, key, inputs, reason, "
                "cached_call_id) values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        run_id,
                        row_number,
                        integration,
                        variant,
                        subject.key if subject else None,
                        _json(dict(subject.inputs)) if subject else None,
                        reason,
                        known.get(subject.key) if subject else None,
                    )
                    for row_number, subject, reason in asks
                ),
            )

    def cached(self, integration: str, variant: str, now: datetime) -> dict[str, int]:
        """Key -> the call that answers it still; the newest one where several do."""
        rows = self._rows(
            "select calls.key, max(calls.call_id) as call_id from calls "
            "inner join answers on calls.call_id = answers.call_id "
            "where calls.integration = ? and calls.variant = ? and answers.valid_until > ? "
            "group by calls.key",
            integration,
            variant,
            now.isoformat(),
        )
        return {row["key"]: row["call_id"] for row in rows}

    def known(self, integration: str, variant: str, now: datetime) -> dict[str, dict]:
        """Key -> the fields of the answer that counts still."""
        calls = self.cached(integration, variant, now)
        rows = self._rows(
            "select calls.call_id, answers.fields from answers "
            "inner join calls on calls.call_id = answers.call_id "
            "where calls.integration = ? and calls.variant = ?",
            integration,
            variant,
        )
        fields = {row["call_id"]: row["fields"] for row in rows}
        return {key: json.loads(fields[call_id]) for key, call_id in calls.items()}

    def asked(self, integration: str, variant: str) -> set[str]:
        """Keys that were ever asked about."""
        rows = self._rows(
            "select distinct key from calls where integration = ? and variant = ?", integration, variant
        )
        return {row["key"] for row in rows}

    def to_ask(self, run_id: str, integration: str) -> list[Subject]:
        """The subjects that nobody answered for yet in a run, each once, in the order of the rows."""
        rows = self._rows(
            """
            select asks.key, min(asks.ask_id) as first_ask, asks.inputs from asks
            where asks.run_id = ? and asks.integration = ? and asks.key is not null
                and asks.cached_call_id is null
                and not exists (
                    select 1 from calls
                    left join answers on calls.call_id = answers.call_id
                    where calls.run_id = asks.run_id and calls.integration = asks.integration
                        and calls.key = asks.key
                        and coalesce(answers.status, '') not in ('no_credits', 'unavailable')
                )
            group by asks.key
            order by first_ask
            """,
            run_id,
            integration,
        )
        return [Subject(row["key"], json.loads(row["inputs"])) for row in rows]

    def people(self, run_id: str) -> dict[tuple[str, str], set[str | None]]:
        """(integration, key) -> the people whose rows ask about it; None: a row without a profile."""
        rows = self._rows(
            "select asks.integration, asks.key, run_rows.person from asks "
            "inner join run_rows on asks.run_id = run_rows.run_id and asks.row_number = run_rows.row_number "
            "where asks.run_id = ? and asks.key is not null",
            run_id,
        )
        people: dict[tuple[str, str], set[str | None]] = {}
        for row in rows:
            people.setdefault((row["integration"], row["key"]), set()).add(row["person"])
        return people

    def open_batches(self, run_id: str, integration: str) -> dict[str, tuple[str | None, list]]:
        """Batch -> its ticket and its (call, subject) pairs, of calls that were left without an answer."""
        rows = self._rows(
            """
            select calls.batch_id, calls.call_id, calls.key, tickets.ticket, min(asks.inputs) as inputs
            from calls
            inner join asks on asks.run_id = calls.run_id and asks.integration = calls.integration
                and asks.key = calls.key
            left join tickets on calls.batch_id = tickets.batch_id
            where calls.run_id = ? and calls.integration = ?
                and calls.call_id not in (select call_id from answers)
            group by calls.call_id
            order by calls.call_id
            """,
            run_id,
            integration,
        )
        batches: dict[str, tuple[str | None, list]] = {}
        for row in rows:
            _, calls = batches.setdefault(row["batch_id"], (row["ticket"], []))
            calls.append((row["call_id"], Subject(row["key"], json.loads(row["inputs"]))))
        return batches

    def ask(
        self,
        run_id: str,
        integration: str,
        variant: str,
        entity: str,
        subjects: Sequence[Subject],
        batch_id: str,
        at: datetime,
    ) -> list[int]:
        """Write that these questions are about to leave together; returns the number of each call."""
        with self._transaction():
            return [
                self._database.execute(
                    "insert into calls (run_id, integration, variant, entity, key, batch_id, asked_at) "
                    "values (?, ?, ?, ?, ?, ?, ?)",
                    (run_id, integration, variant, entity, subject.key, batch_id, at.isoformat()),
                ).lastrowid
                for subject in subjects
            ]

    def keep_ticket(self, batch_id: str, ticket: str, at: datetime) -> None:
        """Write down what the service gave for a question that it answers later."""
        with self._transaction():
            self._database.execute("insert into tickets values (?, ?, ?)", (batch_id, ticket, at.isoformat()))

    def answer(
        self,
        outcomes: Iterable[tuple[int, Outcome]],
        at: datetime,
        *,
        lifetimes: Mapping[str, int],
        usd_per_credit: float | None,
        signals_asked: int,
    ) -> None:
        """Write what calls came to; `lifetimes` are the days that a status counts for."""
        with self._transaction():
            self._database.executemany(
                "insert into answers values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        call_id,
                        at.isoformat(),
                        outcome.status,
                        outcome.reason,
                        outcome.credits,
                        0.0 if not outcome.credits else _priced(outcome.credits, usd_per_credit),
                        (at + timedelta(days=lifetimes[outcome.status])).isoformat()
                        if outcome.status in CACHED
                        else None,
                        signals_asked,
                        _json(dict(outcome.fields)),
                        _json(outcome.payload) if outcome.payload is not None else None,
                    )
                    for call_id, outcome in outcomes
                ),
            )

    def asks(self, run_id: str, integration: str | None = None) -> list[Ask]:
        """What every row asks, and what became of it, in the order of the rows."""
        rows = self._rows(
            """
            with of_run as (
                select run_id, integration, key, max(call_id) as call_id from calls
                where run_id = ? group by run_id, integration, key
            )
            select asks.*, answers.status, answers.reason as answer_reason, answers.fields, answers.credits,
                answers.cost_usd, answers.signals_asked, answers.answered_at
            from asks
            left join of_run on of_run.integration = asks.integration and of_run.key = asks.key
            left join answers on answers.call_id = coalesce(asks.cached_call_id, of_run.call_id)
            where asks.run_id = ? and (? is null or asks.integration = ?)
            order by asks.row_number, asks.ask_id
            """,
            run_id,
            run_id,
            integration,
            integration,
        )
        return [
            Ask(
                row_number=row["row_number"],
                integration=row["integration"],
                key=row["key"],
                reason=row["reason"],
                is_cached=row["cached_call_id"] is not None,
                status=row["status"],
                answer_reason=row["answer_reason"] or "",
                fields=json.loads(row["fields"]) if row["fields"] else {},
                credits=row["credits"] or 0.0,
                cost_usd=row["cost_usd"],
                signals_asked=row["signals_asked"] or 0,
                answered_at=datetime.fromisoformat(row["answered_at"]) if row["answered_at"] else None,
            )
            for row in rows
        ]

    def end(self, run_id: str, at: datetime) -> None:
        """Write that a run has nothing left to ask."""
        with self._transaction():
            self._database.execute("insert into endings values (?, ?)", (run_id, at.isoformat()))

    def news(self, runs: set[str], last_ask: int, answered: set[int]) -> Iterator[tuple[str, dict]]:
        """(raw table, row) of what raw lacks, given what it holds. All of one moment, also during a run."""
        with self._transaction("begin"):
            for row in self._database.execute("select * from runs order by rowid"):
                if row["run_id"] not in runs:
                    yield "enrichment_runs", dict(row)
            told = self._database.execute(
                "select source_rows.*, runs.source from source_rows "
                "inner join runs on source_rows.run_id = runs.run_id order by source_rows.source_row_id"
            )
            for row in told:
                if row["run_id"] not in runs:
                    yield "enrichment_source_rows", dict(row)
            asks = self._database.execute(
                "select asks.*, run_rows.profile_url, run_rows.person from asks "
                "inner join run_rows on asks.run_id = run_rows.run_id "
                "and asks.row_number = run_rows.row_number "
                "where asks.ask_id > ? order by asks.ask_id",
                [last_ask],
            )
            for row in asks:
                kept = dict(row)
                del kept["inputs"]
                yield "enrichment_asks", kept
            answers = self._database.execute(
                "select calls.*, answers.* from answers inner join calls on calls.call_id = answers.call_id "
                "order by calls.call_id"
            )
            for row in answers:
                if row["call_id"] not in answered:
                    yield "enrichment_answers", dict(row)

    def _rows(self, sql: str, *parameters: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._database.execute(sql, parameters).fetchall()

    @contextmanager
    def _transaction(self, begin: str = "begin immediate") -> Iterator[None]:
        with self._lock:
            self._database.execute(begin)
            try:
                yield
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")


def _priced(credits_used: float, usd_per_credit: float | None) -> float | None:
    return None if usd_per_credit is None else round(credits_used * usd_per_credit, 6)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
