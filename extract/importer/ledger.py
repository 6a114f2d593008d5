"""The import ledger: what was to be sent, what was sent, what was answered and what arrived.

An SQLite file beside the raw database. Rows are only ever added: a lead's state is its newest event. Only
people who are erased are deleted. Intent
is on disk before a request leaves, so after a crash every lead that may have been sent is known as `sending`.

| state | the lead |
| --- | --- |
| planned | is to be sent, for the first time or again |
| sending | stands in a request that may be on its way |
| unknown | stands in a request that was never answered |
| answered | stands in a request that HeyReach answered, in counts only |
| refused | stands in a request that HeyReach refused: it was not carried out |
| verified | was read back with every field as sent |
| missing_fields, changed_fields | was read back, and fields are missing, or only differ |
| missing_lead | was not there when it was read back |
"""

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from extract.workspace import versions
from extract.workspace.errors import ConfigurationError

# Nothing more is to be done about leads in these states, except by a repair.
ARRIVED = ("verified", "missing_fields", "changed_fields")
LOST = ("missing_lead", "missing_fields", "changed_fields", "refused")
OPEN = ("planned", "sending", "unknown", "answered")

KIND = "import ledger"
_BUSY_SECONDS = 60

_SCHEMA = """
create table if not exists imports (
    import_id text primary key,
    base_url text not null,
    target text not null,
    campaign_id text,
    list_id text,
    file_name text not null,
    file_sha256 text not null,
    mapping text not null,
    senders text,
    planned_at text not null,
    experiment text
);
create table if not exists rows (
    import_id text not null references imports,
    row_number integer not null,
    profile_url text,
    person text,
    account_id text,
    reason text,
    lead text not null,
    primary key (import_id, row_number)
);
create index if not exists rows_by_person on rows (person);
create table if not exists events (
    event_id integer primary key autoincrement,
    import_id text not null references imports,
    row_number integer,
    request_id text,
    happened_at text not null,
    state text not null,
    details text not null
);
create index if not exists events_by_row on events (import_id, row_number, event_id);
create temp view leads as
select
    rows.import_id,
    rows.row_number,
    rows.profile_url,
    rows.person,
    rows.account_id,
    rows.reason,
    -- A repair sends more than was planned.
    coalesce(
        (
            select json_extract(events.details, '$.lead') from events
            where events.import_id = rows.import_id
                and events.row_number = rows.row_number
                and json_extract(events.details, '$.lead') is not null
            order by events.event_id desc
            limit 1
        ),
        rows.lead
    ) as lead,
    (
        select events.request_id from events
        where events.import_id = rows.import_id
            and events.row_number = rows.row_number
            and events.request_id is not null
        order by events.event_id desc
        limit 1
    ) as request_id,
    coalesce(newest.state, 'planned') as state,
    coalesce(newest.details, '{}') as details
from rows
left join events as newest on newest.event_id = (
    select max(events.event_id) from events
    where events.import_id = rows.import_id and events.row_number = rows.row_number
);
"""


@dataclass(frozen=True)
class Import:
    """One import: a file of leads for a campaign or a list, or an upstream list that is only kept.

    `target` is campaign, list or upstream; `senders` how senders were chosen, None without a campaign;
    `experiment` whose hash chose them, None where they were chosen otherwise.
    """

    import_id: str
    base_url: str
    target: str
    campaign_id: str | None
    list_id: str | None
    file_name: str
    file_sha256: str
    mapping: str
    senders: str | None
    planned_at: datetime
    experiment: str | None = None


@dataclass(frozen=True)
class PlannedRow:
    """A row of the file: the lead as it is to be sent, or the reason why it is left out.

    `person` is the normalised profile URL. `lead` has HeyReach's keys, custom fields under
    `customUserFields`.
    """

    row_number: int
    profile_url: str | None
    person: str | None
    account_id: str | None
    reason: str | None
    lead: dict


@dataclass(frozen=True)
class LedgerLead(PlannedRow):
    """A row of an import: its present state, what its newest event tells, the request it was last in."""

    state: str
    details: dict = field(default_factory=dict)
    request_id: str | None = None

    @property
    def sent_fields(self) -> dict[str, str]:
        """Custom field -> value, as they are to be sent or were sent last."""
        return {entry["name"]: entry["value"] for entry in self.lead["customUserFields"]}


class Ledger:
    """The ledger of one workspace; a context manager, for use by one thread."""

    def __init__(self, path: Path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        try:
            versions.require_known_sqlite(KIND, path, self._database)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = full")
            self._database.execute("pragma foreign_keys = on")
            self._database.executescript(_SCHEMA)
            self._add_column("imports", "experiment")  # the ledger may be older
            versions.stamp_sqlite(KIND, self._database)
        except versions.NewerError:
            self._database.close()
            raise
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise ConfigurationError(
                f"{path} can't be used as the import ledger ({error}): restore it from a backup, or move it "
                "away; what raw already holds of it stays"
            ) from None

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def _add_column(self, table: str, column: str) -> None:
        with self._transaction():
            if column not in {row["name"] for row in self._database.execute(f"pragma table_info({table})")}:
                self._database.execute(f"alter table {table} add column {column} text")

    def plan(self, entry: Import, rows: Iterable[PlannedRow]) -> None:
        """Write a new import and all its rows, in one step."""
        with self._transaction():
            values = asdict(entry) | {"planned_at": entry.planned_at.isoformat()}
            self._database.execute(
                f"insert into imports ({', '.join(values)}) values ({_marks(values)})",  # noqa: S608
                list(values.values()),
            )
            self._database.executemany(
                "insert into rows (import_id, row_number, profile_url, person, account_id, reason, lead) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        entry.import_id,
                        row.row_number,
                        row.profile_url,
                        row.person,
                        row.account_id,
                        row.reason,
                        _json(row.lead),
                    )
                    for row in rows
                ),
            )

    def record(
        self,
        import_id: str,
        state: str,
        leads: Iterable[tuple[int, dict]],
        at: datetime,
        *,
        request_id: str | None = None,
        request: dict | None = None,
    ) -> None:
        """Add one event per (row number, details), and one of the whole request where `request` is given.

        All of it is on disk when this returns, or nothing.
        """
        events = [(row_number, _json(details)) for row_number, details in leads]
        if request is not None:
            events.append((None, _json(request)))
        with self._transaction():
            self._database.executemany(
                "insert into events (import_id, row_number, request_id, happened_at, state, details) "
                "values (?, ?, ?, ?, ?, ?)",
                (
                    (import_id, row_number, request_id, at.isoformat(), state, details)
                    for row_number, details in events
                ),
            )

    def forget(self, import_id: str, row_numbers: Iterable[int]) -> None:
        """Delete rows and all that happened to them, for people who were erased."""
        with self._transaction():
            for table in ("events", "rows"):
                self._database.executemany(
                    f"delete from {table} where import_id = ? and row_number = ?",  # noqa: S608 - our own names
                    [(import_id, row_number) for row_number in row_numbers],
                )

    def leads(self, import_id: str, *states: str) -> list[LedgerLead]:
        """The rows of an import that were not left out, in the file's order; only in `states` where given."""
        return [
            lead
            for lead in self.rows(import_id)
            if lead.reason is None and (not states or lead.state in states)
        ]

    def rows(self, import_id: str) -> list[LedgerLead]:
        """Every row of an import with its state, in the file's order; a repaired lead as it was sent last."""
        rows = self._database.execute(
            "select * from leads where import_id = ? order by row_number", [import_id]
        ).fetchall()
        return [
            LedgerLead(
                row_number=row["row_number"],
                profile_url=row["profile_url"],
                person=row["person"],
                account_id=row["account_id"],
                reason=row["reason"],
                lead=json.loads(row["lead"]),
                state=row["state"],
                details=json.loads(row["details"]),
                request_id=row["request_id"],
            )
            for row in rows
        ]

    def requests(self, import_id: str) -> list[dict]:
        """What is known of each request of an import: its id, the last state, and what was told with it."""
        rows = self._database.execute(
            "select request_id, state, details from events "
            "where import_id = ? and row_number is null order by event_id",
            [import_id],
        )
        found: dict[str, dict] = {}
        for row in rows:
            told = found.setdefault(row["request_id"], {})
            told.update(json.loads(row["details"]), request_id=row["request_id"], state=row["state"])
        return list(found.values())

    def imports(self) -> list[Import]:
        """Every import, oldest first."""
        rows = self._database.execute("select * from imports order by rowid").fetchall()
        return [
            Import(**dict(row) | {"planned_at": datetime.fromisoformat(row["planned_at"])}) for row in rows
        ]

    def find(self, import_id: str) -> Import:
        """The import of that name; raises ConfigurationError naming the latest ones where there is none."""
        imports = {entry.import_id: entry for entry in self.imports()}
        if import_id not in imports:
            latest = ", ".join(list(imports)[-5:]) or "none yet"
            raise ConfigurationError(f"There is no import {import_id}; the latest are: {latest}")
        return imports[import_id]

    def unfinished(self) -> list[Import]:
        """The imports with leads that are still to be sent or read back, oldest first."""
        rows = self._database.execute(
            f"select distinct import_id from leads where reason is null and state in ({_marks(OPEN)})",  # noqa: S608
            OPEN,
        )
        unfinished = {row["import_id"] for row in rows}
        return [
            entry for entry in self.imports() if entry.import_id in unfinished and entry.target != "upstream"
        ]

    def people(self, *states: str) -> dict[str, list[Import]]:
        """Person -> the imports in which they are in one of these states."""
        imports = {entry.import_id: entry for entry in self.imports() if entry.target != "upstream"}
        rows = self._database.execute(
            f"select person, import_id from leads where reason is null and state in ({_marks(states)})",  # noqa: S608
            states,
        )
        people: dict[str, list[Import]] = {}
        for row in rows:
            if row["import_id"] in imports:
                people.setdefault(row["person"], []).append(imports[row["import_id"]])
        return people

    def news(self, last_events: dict[str, int]) -> Iterator[tuple[str, dict]]:
        """(raw table, row) of what raw lacks, given the number of the last event it holds of each import.

        All of one moment, also while an import goes on.
        """
        with self._transaction("begin"):
            for entry in self.imports():
                of_import = [entry.import_id]
                last_event = last_events.get(entry.import_id)
                if last_event is None:
                    yield "imports", asdict(entry)
                    for row in self._database.execute("select * from rows where import_id = ?", of_import):
                        yield "import_rows", dict(row) | {"lead": json.loads(row["lead"])}
                events = self._database.execute(
                    "select * from events where import_id = ? and event_id > ? order by event_id",
                    [entry.import_id, last_event or 0],
                )
                for row in events:
                    yield "import_events", dict(row) | {"details": json.loads(row["details"])}

    @contextlib.contextmanager
    def _transaction(self, begin: str = "begin immediate") -> Iterator[None]:
        self._database.execute(begin)
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")


def _json(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _marks(values: Collection) -> str:
    return ", ".join("?" * len(values))
