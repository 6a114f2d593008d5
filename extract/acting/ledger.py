"""The ledger of acts: what was to be done with a campaign and its leads, what was asked, what was read back.

With a webhook, too: its event type then stands where a campaign does.

The state of a lead, and of the act itself, is that of its newest event. Intent is on disk before a request
leaves, so after a crash everything that may have been done is known as `sending`.

| state | the lead, or the campaign |
| --- | --- |
| planned | is to be stopped, or asked to pause or resume |
| sending | is what a request is about that may be on its way |
| unknown | is what a request was about that was never answered |
| answered | is what a request was about that HeyReach took |
| refused | is what HeyReach refused to do |
| done | was read back as stopped, paused or running |
| overtaken | is what somebody else did meanwhile |
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from extract.workspace.ledger import OutgoingLedger, as_json, marks

# Nothing more is done about an act in one of these states.
ENDED = ("done", "refused", "overtaken")

_SCHEMA = """
create table if not exists acts (
    act_id text primary key,
    base_url text not null,
    kind text not null,
    campaign_id text not null,
    left_out text not null,
    planned_at text not null
);
create table if not exists stops (
    act_id text not null references acts,
    campaign_id text not null,
    campaign_lead_id text not null,
    profile_url text,
    primary key (act_id, campaign_lead_id)
);
create table if not exists events (
    event_id integer primary key autoincrement,
    act_id text not null references acts,
    campaign_id text not null,
    campaign_lead_id text,
    happened_at text not null,
    state text not null,
    details text not null
);
create index if not exists events_by_lead on events (act_id, campaign_lead_id, event_id);
create temp view newest as
select act_id, campaign_lead_id, state, details from events
where event_id in (select max(event_id) from events group by act_id, campaign_lead_id);
"""


@dataclass(frozen=True)
class Act:
    """One act: `kind` is what is done, `left_out` says which leads are stopped for good before that."""

    act_id: str
    base_url: str
    kind: str
    campaign_id: str
    left_out: str
    planned_at: datetime


@dataclass(frozen=True)
class Stop:
    """A lead that an act stops: its number in the campaign, its link, and how far that is."""

    campaign_lead_id: str
    profile_url: str | None
    state: str = "planned"
    details: dict = field(default_factory=dict)


class ActLedger(OutgoingLedger):
    """The ledger of acts of one workspace."""

    kind = "ledger of acts"
    holds, entries = "acts in campaigns and webhooks of", "acts"
    schema = _SCHEMA
    if_lost = "HeyReach's campaigns stay as they are, and what was cut off is begun anew"

    def plan(self, act: Act) -> None:
        """Write a new act."""
        values = asdict(act) | {"planned_at": act.planned_at.isoformat()}
        with self.transaction() as database:
            database.execute(
                f"insert into acts ({', '.join(values)}) values ({marks(values)})",  # noqa: S608
                list(values.values()),
            )

    def plan_stops(self, act: Act, stops: Iterable[Stop]) -> None:
        """Write the leads that the act stops; who stands there already stays as they are."""
        with self.transaction() as database:
            database.executemany(
                "insert or ignore into stops values (?, ?, ?, ?)",
                [(act.act_id, act.campaign_id, stop.campaign_lead_id, stop.profile_url) for stop in stops],
            )

    def record(
        self, act: Act, state: str, at: datetime, stops: Iterable[Stop] | None = None, **details: object
    ) -> None:
        """Add an event for each of the leads, or one for the act itself; all of it is on disk, or nothing."""
        about = [None] if stops is None else [stop.campaign_lead_id for stop in stops]
        with self.transaction() as database:
            database.executemany(
                "insert into events (act_id, campaign_id, campaign_lead_id, happened_at, state, details) "
                "values (?, ?, ?, ?, ?, ?)",
                [
                    (act.act_id, act.campaign_id, lead, at.isoformat(), state, as_json(details))
                    for lead in about
                ],
            )

    def stops(self, act: Act, *states: str) -> list[Stop]:
        """The leads that the act stops, as they were planned; only in `states` where given."""
        rows = self.select(
            "select stops.campaign_lead_id, profile_url, coalesce(state, 'planned') as state, "
            "coalesce(details, '{}') as details "
            "from stops left join newest using (act_id, campaign_lead_id) "
            "where act_id = ? order by stops.rowid",
            act.act_id,
        )
        found = [Stop(**dict(row) | {"details": json.loads(row["details"])}) for row in rows]
        return [stop for stop in found if not states or stop.state in states]

    def state(self, act: Act) -> str:
        """How far the act itself is."""
        rows = self.select(
            "select state from newest where act_id = ? and campaign_lead_id is null", act.act_id
        )
        return rows[0]["state"] if rows else "planned"

    def acts(self) -> list[Act]:
        """Every act, oldest first."""
        rows = self.select("select * from acts order by rowid")
        return [Act(**dict(row) | {"planned_at": datetime.fromisoformat(row["planned_at"])}) for row in rows]

    def unfinished(self, kind: str, campaign_id: str) -> Act | None:
        """What was begun with a campaign and not brought to an end."""
        of_campaign = [act for act in self.acts() if (act.kind, act.campaign_id) == (kind, campaign_id)]
        begun = [act for act in of_campaign if self.state(act) not in ENDED]
        return begun[-1] if begun else None
