"""The import ledger: what was to be sent, what was sent, what was answered and what arrived.

A lead's state is its newest event. Intent is on disk before a request leaves, so after a crash every lead
that may have been sent is known as `sending`.

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

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime

from extract.importer.lots import VARIANT
from extract.workspace.errors import ConfigurationError
from extract.workspace.ledger import OutgoingLedger, as_json, marks

# Nothing more is to be done about leads in these states, except by a repair.
ARRIVED = ("verified", "missing_fields", "changed_fields")
LOST = ("missing_lead", "missing_fields", "changed_fields", "refused")
OPEN = ("planned", "sending", "unknown", "answered")

# Whoever is in one of these was given to HeyReach, or may have been; what it lost only a repair sends again.
GIVEN = (*ARRIVED, *OPEN, "missing_lead")

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


class Ledger(OutgoingLedger):
    """The import ledger of one workspace."""

    kind = "import ledger"
    holds, entries = "imports into", "imports"
    schema = _SCHEMA
    later_columns = (("imports", "experiment"),)
    if_lost = "what raw already holds of it stays"

    def plan(self, entry: Import, rows: Iterable[PlannedRow]) -> None:
        """Write a new import and all its rows, in one step."""
        with self.transaction() as database:
            values = asdict(entry) | {"planned_at": entry.planned_at.isoformat()}
            database.execute(
                f"insert into imports ({', '.join(values)}) values ({marks(values)})",  # noqa: S608
                list(values.values()),
            )
            database.executemany(
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
                        as_json(row.lead),
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
        events = [(row_number, as_json(details)) for row_number, details in leads]
        if request is not None:
            events.append((None, as_json(request)))
        with self.transaction() as database:
            database.executemany(
                "insert into events (import_id, row_number, request_id, happened_at, state, details) "
                "values (?, ?, ?, ?, ?, ?)",
                (
                    (import_id, row_number, request_id, at.isoformat(), state, details)
                    for row_number, details in events
                ),
            )

    def forget(self, import_id: str, row_numbers: Iterable[int]) -> None:
        """Delete rows and all that happened to them, for people who were erased."""
        with self.transaction() as database:
            for table in ("events", "rows"):
                database.executemany(
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
        rows = self.select("select * from leads where import_id = ? order by row_number", import_id)
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
        rows = self.select(
            "select request_id, state, details from events "
            "where import_id = ? and row_number is null order by event_id",
            import_id,
        )
        found: dict[str, dict] = {}
        for row in rows:
            told = found.setdefault(row["request_id"], {})
            told.update(json.loads(row["details"]), request_id=row["request_id"], state=row["state"])
        return list(found.values())

    def imports(self) -> list[Import]:
        """Every import, oldest first."""
        rows = self.select("select * from imports order by rowid")
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
        rows = self.select(
            f"select distinct import_id from leads where reason is null and state in ({marks(OPEN)})",  # noqa: S608
            *OPEN,
        )
        unfinished = {row["import_id"] for row in rows}
        return [
            entry for entry in self.imports() if entry.import_id in unfinished and entry.target != "upstream"
        ]

    def people(self, *states: str) -> dict[str, list[Import]]:
        """Person -> the imports in which they are in one of these states."""
        imports = {entry.import_id: entry for entry in self.imports() if entry.target != "upstream"}
        rows = self.select(
            f"select person, import_id from leads where reason is null and state in ({marks(states)})",  # noqa: S608
            *states,
        )
        people: dict[str, list[Import]] = {}
        for row in rows:
            if row["import_id"] in imports:
                people.setdefault(row["person"], []).append(imports[row["import_id"]])
        return people

    def people_drawn(self) -> set[str]:
        """Everybody who was sent by an experiment of senders, or with a text of a test of messages."""
        rows = self.select(
            f"""
            select distinct leads.person from leads
            inner join imports using (import_id)
            where leads.reason is null and leads.state in ({marks((*ARRIVED, *OPEN))})
                and (
                    imports.experiment is not null
                    or exists (
                        select 1 from json_each(leads.lead, '$.customUserFields') as fields
                        where json_extract(fields.value, '$.name') = '{VARIANT}'
                    )
                )
            """,  # noqa: S608 - our own names
            *ARRIVED,
            *OPEN,
        )
        return {row["person"] for row in rows}

    def news(self, last_events: dict[str, int]) -> Iterator[tuple[str, dict]]:
        """(raw table, row) of what raw lacks, given the number of the last event it holds of each import.

        All of one moment, also while an import goes on.
        """
        with self.transaction("begin") as database:
            for entry in self.imports():
                of_import = [entry.import_id]
                last_event = last_events.get(entry.import_id)
                if last_event is None:
                    yield "imports", asdict(entry)
                    for row in database.execute("select * from rows where import_id = ?", of_import):
                        yield "import_rows", dict(row) | {"lead": json.loads(row["lead"])}
                events = database.execute(
                    "select * from events where import_id = ? and event_id > ? order by event_id",
                    [entry.import_id, last_event or 0],
                )
                for row in events:
                    yield "import_events", dict(row) | {"details": json.loads(row["details"])}
