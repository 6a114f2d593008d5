"""The enrichment ledger: what was to be asked, what was asked, what was answered, and what it cost.

A call is on disk before it leaves, so after a crash every call that may have been made is known: it has no
answer. Answers are the cache, too. What each table holds stands in ledger_tables.py.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from extract.enrichment.base import CACHED, Outcome, Subject
from extract.enrichment.ledger_tables import SCHEMA, Ask, Run, RunRow, SourceRow
from extract.workspace.ledger import LedgerFile, as_json


class EnrichmentLedger(LedgerFile):
    """The enrichment ledger of one workspace."""

    kind = "enrichment ledger"
    schema = SCHEMA
    if_lost = "what raw already holds of it stays, but answers will be asked and paid for again"

    def begin(self, run: Run, rows: Iterable[RunRow], source_rows: Iterable[SourceRow] = ()) -> None:
        """Write a new run, all its rows, and what their source told of them, in one step."""
        with self.transaction() as database:
            database.execute(
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
            database.executemany(
                "insert into run_rows values (?, ?, ?, ?, ?)",
                (
                    (run.run_id, row.row_number, row.profile_url, row.person, as_json(row.lead))
                    for row in rows
                ),
            )
            database.executemany(
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
                        as_json(row.payload),
                    )
                    for row in source_rows
                ),
            )

    def unfinished(self, purpose: str) -> Run | None:
        """The newest run of that purpose that has not come to its end."""
        found = self.select(
            "select * from runs where purpose = ? and run_id not in (select run_id from endings) "
            "order by started_at desc limit 1",
            purpose,
        )
        return _run(found[0]) if found else None

    def newest(self, purpose: str) -> Run | None:
        """The newest run of that purpose, whether or not it has come to its end."""
        found = self.select("select * from runs where purpose = ? order by started_at desc limit 1", purpose)
        return _run(found[0]) if found else None

    def rows(self, run_id: str) -> list[RunRow]:
        """The rows of a run, in their order."""
        return [
            RunRow(row["row_number"], row["profile_url"], row["person"], json.loads(row["lead"]))
            for row in self.select("select * from run_rows where run_id = ? order by row_number", run_id)
        ]

    def is_planned(self, run_id: str, integration: str) -> bool:
        """Whether it is written what the run asks of an integration."""
        return bool(
            self.select(
                "select 1 from asks where run_id = ? and integration = ? limit 1", run_id, integration
            )
        )

    def plan(
        self,
        run_id: str,
        integration: str,
        variant: str,
        asks: Iterable[tuple[int, Subject | None, str | None]],
        now: datetime,
        since: datetime | None = None,
    ) -> None:
        """Write what a run asks of an integration: per row the subject, or why there is none.

        What is known already is answered from there, unless it was told before `since`.
        """
        with self.transaction() as database:
            known = self.cached(integration, variant, now, since)
            database.executemany(
                "insert into asks (run_id, row_number, integration, variant, key, inputs, reason, "
                "cached_call_id) values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        run_id,
                        row_number,
                        integration,
                        variant,
                        subject.key if subject else None,
                        as_json(dict(subject.inputs)) if subject else None,
                        reason,
                        known.get(subject.key) if subject else None,
                    )
                    for row_number, subject, reason in asks
                ),
            )

    def cached(
        self, integration: str, variant: str, now: datetime, since: datetime | None = None
    ) -> dict[str, int]:
        """Key -> the call that answers it still, at `since` or later; the newest one where several do."""
        rows = self.select(
            "select calls.key, max(calls.call_id) as call_id from calls "
            "inner join answers on calls.call_id = answers.call_id "
            "where calls.integration = ? and calls.variant = ? and answers.valid_until > ? "
            "and answers.answered_at >= ? group by calls.key",
            integration,
            variant,
            now.isoformat(),
            since.isoformat() if since else "",
        )
        return {row["key"]: row["call_id"] for row in rows}

    def known(
        self, integration: str, variant: str, now: datetime, since: datetime | None = None
    ) -> dict[str, dict]:
        """Key -> the fields of the answer that counts still, given at `since` or later."""
        calls = self.cached(integration, variant, now, since)
        rows = self.select(
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
        rows = self.select(
            "select distinct key from calls where integration = ? and variant = ?", integration, variant
        )
        return {row["key"] for row in rows}

    def asked_for(self, integration: str, variant: str) -> set[tuple[str | None, str]]:
        """(person, key) of every row that ever asked."""
        rows = self.select(
            "select distinct run_rows.person, asks.key from asks inner join run_rows "
            "on asks.run_id = run_rows.run_id and asks.row_number = run_rows.row_number "
            "where asks.integration = ? and asks.variant = ? and asks.key is not null",
            integration,
            variant,
        )
        return {(row["person"], row["key"]) for row in rows}

    def to_ask(self, run_id: str, integration: str) -> list[Subject]:
        """The subjects that nobody answered for yet in a run, each once, in the order of the rows."""
        rows = self.select(
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
        rows = self.select(
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
        rows = self.select(
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
        with self.transaction() as database:
            return [
                database.execute(
                    "insert into calls (run_id, integration, variant, entity, key, batch_id, asked_at) "
                    "values (?, ?, ?, ?, ?, ?, ?)",
                    (run_id, integration, variant, entity, subject.key, batch_id, at.isoformat()),
                ).lastrowid
                for subject in subjects
            ]

    def keep_ticket(self, batch_id: str, ticket: str, at: datetime) -> None:
        """Write down what the service gave for a question that it answers later."""
        with self.transaction() as database:
            database.execute("insert into tickets values (?, ?, ?)", (batch_id, ticket, at.isoformat()))

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
        with self.transaction() as database:
            database.executemany(
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
                        as_json(dict(outcome.fields)),
                        as_json(outcome.payload) if outcome.payload is not None else None,
                    )
                    for call_id, outcome in outcomes
                ),
            )

    def asks(self, run_id: str, integration: str | None = None) -> list[Ask]:
        """What every row asks, and what became of it, in the order of the rows."""
        rows = self.select(
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
        with self.transaction() as database:
            database.execute("insert or ignore into endings values (?, ?)", (run_id, at.isoformat()))

    def news(self, runs: set[str], last_ask: int, answered: set[int]) -> Iterator[tuple[str, dict]]:
        """(raw table, row) of what raw lacks, given what it holds. All of one moment, also during a run."""
        with self.transaction("begin") as database:
            for row in database.execute("select * from runs order by rowid"):
                if row["run_id"] not in runs:
                    yield "enrichment_runs", dict(row)
            told = database.execute(
                "select source_rows.*, runs.source from source_rows "
                "inner join runs on source_rows.run_id = runs.run_id order by source_rows.source_row_id"
            )
            for row in told:
                if row["run_id"] not in runs:
                    yield "enrichment_source_rows", dict(row)
            asks = database.execute(
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
            answers = database.execute(
                "select calls.*, answers.* from answers inner join calls on calls.call_id = answers.call_id "
                "order by calls.call_id"
            )
            for row in answers:
                if row["call_id"] not in answered:
                    yield "enrichment_answers", dict(row)


def _run(row: sqlite3.Row) -> Run:
    told = dict(row)
    return Run(
        **told
        | {
            "started_at": datetime.fromisoformat(told["started_at"]),
            "integrations": tuple(told["integrations"].split(",")),
        }
    )


def _priced(credits_used: float, usd_per_credit: float | None) -> float | None:
    return None if usd_per_credit is None else round(credits_used * usd_per_credit, 6)
