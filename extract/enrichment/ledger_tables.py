"""The tables of the enrichment ledger, and what is written into them.

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

from dataclasses import dataclass
from datetime import datetime

SCHEMA = """
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
create index if not exists run_rows_by_person on run_rows (person);
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
