"""What has been written through the API: leads added and stopped, campaigns paused and resumed.

The world stays as it was invented; this lies beside it. Everything written is seen from the sandbox time of
its writing on, also when the clock is moved back and forth.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from random import Random
from time import monotonic
from typing import NamedTuple

from extract.sandbox import people
from extract.sandbox.clock import DAY, SECOND, iso
from extract.sandbox.lead_state import UNDER_WAY, lead_state
from extract.sandbox.leads import (
    REGIONS,
    TITLES,
    CampaignLead,
    Draw,
    ImportedLead,
    Person,
    imported_fields,
)
from extract.sandbox.presets import Campaign
from extract.sandbox.schedule import UNTOUCHED, History, play_out_one
from extract.sandbox.world import World, log_odds
from extract.sandbox.writes import SuppliedLead

FIELD_UPDATES = ("merge", "replace")
# Far above any invented world, so that no number is given twice.
FIRST_ADDED_ROW = 1_000_000_000
FIRST_ADDED_PERSON = 1_000_000_000
FIRST_ADDED_LEAD_ID = 80_000_001
# A source nobody has heard of has no effect on acceptance, like this one.
NEUTRAL_SOURCE, NEUTRAL_ICP = "search", "platform"
# What the truth tells of a lead's history.
_TOLD = ("sent_at", "accepted_at", "messaged_at", "followed_up_at", "replied_at", "meeting_at")


class Lag(NamedTuple):
    """How long list reads don't show a write: real seconds, and reads of that list."""

    seconds: float = 0.0
    reads: int = 0


class Counts(NamedTuple):
    """What an import route answers; leads that vanish silently are in none of the three."""

    added: int = 0
    updated: int = 0
    failed: int = 0


class Write(NamedTuple):
    """When a lead was written (ticks; real seconds; reads of the list before) and its fields, if any came."""

    at: int
    written: float
    reads: int
    fields: dict[str, str] | None


@dataclass
class Record:
    """All writes of one person to one list, or to one campaign and through it to its list."""

    campaign_id: int | None
    list_id: int
    lead: SuppliedLead
    row: ImportedLead
    result: str
    account_id: int | None = None
    campaign_lead_id: int | None = None
    applied_at: list[int] = field(default_factory=list)


class Imports:
    """Everything written to one world. Set `lag` before a read; `field_updates` is merge or replace.

    `histories` are those of added leads, and of invented ones whose life took another way; `changed` says in
    which campaigns. `variant_effects` is what a value of the field `variant` adds to the log-odds.
    """

    def __init__(self, world: World, field_updates: str = "merge"):
        self.world = world
        self.field_updates = field_updates
        self.lag = Lag()
        self.variant_effects: dict[str, float] = {}
        self.campaigns: dict[int, Campaign] = dict(world.campaigns)
        self.leads: dict[int, list[CampaignLead]] = defaultdict(list)
        self.histories: dict[int, History] = {}
        self.changed: Counter[int] = Counter()
        self.stopped_at: dict[int, int] = {}
        self.profiles: dict[int, dict] = {}
        self._added: dict[int, list[ImportedLead]] = defaultdict(list)
        self._added_by_key: dict[tuple[int, str], ImportedLead] = {}
        self._writes: dict[int, list[Write]] = defaultdict(list)
        self._reads: Counter[int] = Counter()
        self._records: dict[tuple[int | None, int, str], Record] = {}
        self._begun: Counter[tuple[int, int]] = Counter()

    def add_to_list(self, list_id: int, leads: Iterable[SuppliedLead], now: int) -> Counts:
        """Apply a call of AddLeadsToList; known people get their custom fields updated."""
        return self._counts(self._write(None, list_id, lead, now) for lead in leads)

    def add_to_campaign(self, campaign_id: int, leads: Iterable[SuppliedLead], now: int) -> Counts:
        """Apply a call of AddLeadsToCampaign: into the campaign's list, and enrolled if not yet there."""
        campaign = self.campaigns[campaign_id]
        results = []
        for lead in leads:
            if lead.account_id is not None and lead.account_id not in campaign.sender_weights:
                results.append("failed")
                continue
            list_id, _ = campaign.list_at(now)
            result = self._write(campaign_id, list_id, lead, now)
            if result != "failed":
                self._enrol(campaign, self._records[campaign_id, list_id, lead.key], now)
            results.append(result)
        return self._counts(results)

    def set_status(self, campaign_id: int, status: str, now: int) -> None:
        """From `now` on the campaign has `status`. Leads not yet begun are planned anew.

        One that is resumed without anybody to turn to falls back to PAUSED a second later.
        """
        campaign = self.campaigns[campaign_id]
        lives = [life for life in self.lives() if life[0].campaign_id == campaign_id]
        statuses = [change for change in campaign.statuses if not now < change[0] <= now + SECOND]
        statuses.append((now, status))
        if status == "IN_PROGRESS" and all(_is_over(lead, history, now) for lead, history in lives):
            statuses.append((now + SECOND, "PAUSED"))
        statuses.sort(key=lambda change: change[0])
        self.campaigns[campaign_id] = replace(campaign, statuses=tuple(statuses))
        for lead, history in lives:
            if not history.changes or history.changes[0] > now:
                self._plan(lead, max(now, lead.enrolled_at))

    def stop(self, lead: CampaignLead, now: int) -> None:
        """From `now` on nobody turns to this lead any more; what is under way with LinkedIn goes on."""
        self._live(lead, self.history(lead).stopped(now))
        self.stopped_at[lead.id] = now

    def count_read(self, list_id: int) -> None:
        self._reads[list_id] += 1

    def rows(self, list_id: int, at: int) -> list[ImportedLead]:
        """The rows added to a list, as a read at `at` sees them; oldest first."""
        rows = [
            row for row in self._added.get(list_id, ()) if self._is_listed(row, self._writes[row.row][0], at)
        ]
        return sorted(rows, key=lambda row: row.added_at)

    def campaign_leads(self, campaign_id: int, at: int) -> list[CampaignLead]:
        """The leads added to a campaign up to `at`, oldest enrolment first."""
        leads = [lead for lead in self.leads.get(campaign_id, ()) if lead.enrolled_at <= at]
        return sorted(leads, key=lambda lead: lead.enrolled_at)

    def history(self, lead: CampaignLead) -> History:
        """Everything that happens to a lead of a campaign, invented or added."""
        return self.histories.get(lead.id) or self._invented_histories[lead.id]

    def lives(self) -> Iterator[tuple[CampaignLead, History]]:
        """Every lead of a campaign, with everything that happens to it."""
        yield from zip(self.world.leads, self.invented(), strict=True)
        yield from self.added()

    def invented(self) -> list[History]:
        """The histories of the world's leads as they are now, in their order."""
        if not self.changed:
            return self.world.histories
        pairs = zip(self.world.leads, self.world.histories, strict=True)
        return [self.histories.get(lead.id, history) for lead, history in pairs]

    def added(self) -> Iterator[tuple[CampaignLead, History]]:
        """The same of those that were added."""
        yield from ((lead, self.histories[lead.id]) for leads in self.leads.values() for lead in leads)

    def stops(self, at: int) -> list[dict]:
        """The leads that were stopped up to `at`: campaign_id, campaign_lead_id, stopped_at."""
        return [
            {"campaign_id": lead.campaign_id, "campaign_lead_id": lead.id, "stopped_at": iso(moment)}
            for lead, _ in self.lives()
            if (moment := self.stopped_at.get(lead.id)) is not None and moment <= at
        ]

    def touches(self, row: ImportedLead) -> bool:
        """Whether this row, invented or added, was ever written to."""
        return row.row in self._writes

    def fields(self, row: ImportedLead, at: int) -> dict[str, str]:
        """The custom fields of a row, invented or added, as a list read at `at` sees them."""
        return self._fields(
            row, [write for write in self._writes.get(row.row, ()) if self._is_listed(row, write, at)]
        )

    def truth(self, at: int) -> list[dict]:
        """What was applied up to `at`, whatever was answered or read: one entry per person and target.

        Keys: campaign_id (null for a write to a list), list_id, account_id and campaign_lead_id (null unless
        this enrolled the lead), profile_key, profile_url, result (of the first write: added or updated),
        fields (custom fields now), applied (how often), applied_at, and the times of _TOLD.
        """

        def seen(moment: int | None) -> str | None:
            return iso(moment) if moment is not None and moment <= at else None

        entries = []
        for record in self._records.values():
            applied_at = [moment for moment in record.applied_at if moment <= at]
            if not applied_at:
                continue
            history = self.histories.get(record.campaign_lead_id, UNTOUCHED)
            writes = [write for write in self._writes[record.row.row] if write.at <= at]
            entries.append(
                {
                    "campaign_id": record.campaign_id,
                    "list_id": record.list_id,
                    "account_id": record.account_id,
                    "campaign_lead_id": record.campaign_lead_id,
                    "profile_key": record.lead.key,
                    "profile_url": record.lead.profile["profileUrl"],
                    "result": record.result,
                    "fields": self._fields(record.row, writes),
                    "applied": len(applied_at),
                    "applied_at": [iso(moment) for moment in applied_at],
                    **{name: seen(getattr(history, name)) for name in _TOLD},
                }
            )
        return entries

    @staticmethod
    def _counts(results: Iterable[str]) -> Counts:
        return Counts(**Counter(results))

    def _write(self, campaign_id: int | None, list_id: int, lead: SuppliedLead, now: int) -> str:
        if lead.key is None:
            return "failed"
        rows = self._known(list_id, lead.key, now)
        result = "updated" if rows else "added"
        if not rows:
            rows.append(self._new_row(list_id, lead, now))
        for row in rows:
            self._writes[row.row].append(Write(now, monotonic(), self._reads[list_id], lead.fields))
        identity = campaign_id, list_id, lead.key
        record = self._records.get(identity)
        if record is None:
            record = self._records[identity] = Record(campaign_id, list_id, lead, rows[0], result)
        record.applied_at.append(now)
        return result

    def _known(self, list_id: int, key: str, now: int) -> list[ImportedLead]:
        """The rows of a person in a list: those invented up to `now`, and one that was added."""
        rows = [row for row in self._invented_rows[list_id].get(key, ()) if row.added_at <= now]
        added = self._added_by_key.get((list_id, key))
        return rows if added is None else [*rows, added]

    @cached_property
    def _invented_rows(self) -> dict[int, dict[str, list[ImportedLead]]]:
        """Per list, the invented rows of each person by profile key."""
        index: dict[int, dict[str, list[ImportedLead]]] = {}
        for list_id, lead_list in self.world.lists.items():
            rows = index[list_id] = defaultdict(list)
            for row in lead_list.rows:
                if row.person.url_kind == "profile":
                    rows[_key(row.person)].append(row)
        return index

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {key: rows[0].person for lists in self._invented_rows.values() for key, rows in lists.items()}

    @cached_property
    def _enrolled(self) -> set[tuple[int, str]]:
        """Who is in which campaign, or is going to be without our doing: (campaign id, profile key)."""
        return {
            (lead.campaign_id, _key(lead.imported.person))
            for lead in self.world.leads
            if lead.imported.person.url_kind == "profile"
        }

    def _new_row(self, list_id: int, lead: SuppliedLead, now: int) -> ImportedLead:
        fields = lead.fields or {}
        source = fields.get("source")
        row = ImportedLead(
            row=FIRST_ADDED_ROW + len(self.profiles),
            person=self._people.get(lead.key) or self._new_person(lead.key, fields),
            list_id=list_id,
            added_at=now,
            batch_id=fields.get("batch_id", ""),
            source=source if source in self.world.effects["source"] else NEUTRAL_SOURCE,
            source_list=fields.get("source_list", ""),
            keywords=fields.get("keywords", ""),
            is_enriched=False,
            has_fields=False,
            spelling=0,
        )
        self.profiles[row.row] = lead.profile
        self._added_by_key[list_id, lead.key] = row
        self._added[list_id].append(row)
        return row

    def _new_person(self, key: str, fields: dict[str, str]) -> Person:
        """A person behind a new profile: as the fields say, the rest drawn from the profile key."""
        rng = Random(f"{self.world.seed}/{key}")  # noqa: S311
        icp, region = fields.get("icp"), fields.get("company_region")
        icp = icp if icp in TITLES else NEUTRAL_ICP
        title, seniority = rng.choice(TITLES[icp])
        number = FIRST_ADDED_PERSON + int.from_bytes(blake2b(key.encode(), digest_size=5).digest(), "big")
        return Person(
            number=number,
            gender=rng.choice(("female", "male")),
            icp=icp,
            title=title,
            seniority=seniority,
            company=number % 10_000,
            region=region if region in REGIONS else "unknown",
            age=rng.randrange(23, 57),
            is_employed=True,
            url_kind="profile",
        )

    def _enrol(self, campaign: Campaign, record: Record, now: int) -> None:
        identity = campaign.id, record.lead.key
        if identity in self._enrolled:
            return
        self._enrolled.add(identity)
        lead_id = FIRST_ADDED_LEAD_ID + sum(map(len, self.leads.values()))
        account_id = record.lead.account_id or self._pick_sender(campaign, lead_id, now)
        lead = CampaignLead(lead_id, record.row, campaign.id, account_id, now)
        record.account_id, record.campaign_lead_id = account_id, lead_id
        self.leads[campaign.id].append(lead)
        self._plan(lead, now)

    def _pick_sender(self, campaign: Campaign, lead_id: int, now: int) -> int:
        senders = self.world.senders
        connected = {
            number: weight
            for number, weight in campaign.sender_weights.items()
            if senders[number].is_connected(now)
        }
        rng = Random(f"{self.world.seed}/{lead_id}")  # noqa: S311
        return Draw(connected or dict(campaign.sender_weights))(rng)

    def _plan(self, lead: CampaignLead, since: int) -> None:
        """Fix the future of a lead that has not begun."""
        sender = self.world.senders[lead.account_id]
        earlier = self.histories.get(lead.id, UNTOUCHED)
        if earlier.changes:
            self._begun[sender.id, earlier.changes[0] // DAY] -= 1

        def has_room(midnight: int) -> bool:
            return self._begun[sender.id, midnight // DAY] < sender.pace_on(midnight)

        variant = self._fields(lead.imported, self._writes.get(lead.imported.row, ())).get("variant", "")
        odds = log_odds(lead, sender, self.world.effects) + self.variant_effects.get(variant, 0.0)
        history = play_out_one(
            self.world.preset, self.campaigns[lead.campaign_id], lead, odds, self.world.seed, since, has_room
        )
        if history.changes:
            self._begun[sender.id, history.changes[0] // DAY] += 1
        self._live(lead, history)

    def _live(self, lead: CampaignLead, history: History) -> None:
        self.histories[lead.id] = history
        if lead.id < FIRST_ADDED_LEAD_ID:
            self.changed[lead.campaign_id] += 1

    @cached_property
    def _invented_histories(self) -> dict[int, History]:
        pairs = zip(self.world.leads, self.world.histories, strict=True)
        return {lead.id: history for lead, history in pairs}

    def _fields(self, row: ImportedLead, writes: Iterable[Write]) -> dict[str, str]:
        fields = imported_fields(row)
        for write in writes:
            if write.fields is not None:
                fields = fields | write.fields if self.field_updates == "merge" else write.fields
        return fields

    def _is_listed(self, row: ImportedLead, write: Write, at: int) -> bool:
        is_lagging = (
            monotonic() - write.written < self.lag.seconds
            or 0 < self._reads[row.list_id] - write.reads <= self.lag.reads
        )
        return write.at <= at and not is_lagging


def _is_over(lead: CampaignLead, history: History, now: int) -> bool:
    """Whether no sender will turn to a lead any more."""
    return lead.enrolled_at > now or lead_state(history, now).campaign_status not in UNDER_WAY


def _key(person: Person) -> str:
    return people.profile_key(people.canonical_url(person.slug))
