"""What the API shows of the world at a clock time: rows, each a pure function of (world, time)."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

import orjson

from extract.sandbox import people
from extract.sandbox.clock import WEEK, iso
from extract.sandbox.imports import Imports
from extract.sandbox.lead_state import is_connection, lead_state
from extract.sandbox.leads import (
    COMPANY_LIST_ID,
    COMPANY_LIST_SIZE,
    CampaignLead,
    ImportedLead,
    LeadList,
    imported_fields,
)
from extract.sandbox.presets import Campaign
from extract.sandbox.profiles import campaign_spelling, profile, supplied_profile
from extract.sandbox.rows import Interleaved, Rows
from extract.sandbox.schedule import History, state_number
from extract.sandbox.workspace_rows import account_row, campaign_row, list_row
from extract.sandbox.world import World

# Enough for every row of a usual world; a million-lead world is read once and must not be kept twice.
CACHED_ROWS = 150_000
FIRST_LIST_ROW_ID = 75_000_000

_TIME_DIGITS = (6, 6, 6, 7, 7, 5, 4, 3, 2, 1, 0)


class Views:
    """The world as HeyReach would show it. Encoded rows are cached until their state changes."""

    def __init__(self, world: World, imports: Imports):
        self.world = world
        self.imports = imports
        self._lead_rows: dict[int, tuple[tuple[int, int, bool], bytes]] = {}
        self._list_rows: dict[int, tuple[int, bytes]] = {}
        self._enrolment_times: dict[int, list[int]] = {
            campaign_id: [world.leads[position].enrolled_at for position in positions]
            for campaign_id, positions in world.positions_by_campaign.items()
        }
        self._added_times: dict[int, list[int]] = {
            list_id: [row.added_at for row in lead_list.rows] for list_id, lead_list in world.lists.items()
        }
        self._thinned = {
            lead.campaign_id
            for lead, history in zip(world.leads, world.histories, strict=True)
            if history.removed_at is not None
        }
        self._status_times = {
            campaign_id: _progress_times([world.histories[position] for position in positions])
            for campaign_id, positions in world.positions_by_campaign.items()
        }

    def accounts(self, at: int) -> list[dict]:
        """Rows of li_account/GetAll; a disconnected sender is not among them."""
        return [
            account_row(sender, self.imports.campaigns.values(), at)
            for sender in self.world.preset.senders
            if sender.is_listed(at)
        ]

    def campaigns(self, at: int) -> list[dict]:
        return [
            self._campaign(campaign, at)
            for campaign in self.imports.campaigns.values()
            if campaign.exists(at)
        ]

    def lists(self, at: int) -> list[dict]:
        rows = [self._list(lead_list, at) for lead_list in self.world.lists.values() if lead_list.exists(at)]
        oldest = min(lead_list.created_at for lead_list in self.world.lists.values())
        if oldest <= at:
            rows.append(
                list_row(COMPANY_LIST_ID, "Target companies", COMPANY_LIST_SIZE, oldest, (), "COMPANY_LIST")
            )
        return rows

    def campaign_leads(self, campaign_id: int, at: int) -> Rows:
        """Rows of GetLeadsFromCampaign: all enrolled leads, oldest enrolment first."""
        members = self._members(campaign_id, at)
        return Rows(len(members), lambda index: self._encoded_lead(members[index], at))

    def campaign_leads_between(self, campaign_id: int, at: int, by: str, first: int, last: int) -> Rows:
        """The rows whose `by` is in [first, last].

        `by` is creationTime, lastActionTime, failedTime or lastActionOrFailed.
        """
        members = self._members(campaign_id, at)
        rows = self.campaign_leads(campaign_id, at)

        def times(member: int | CampaignLead) -> tuple[int | None, ...]:
            lead, history = self._life(member)
            state = lead_state(history, at)
            return {
                "creationTime": (lead.enrolled_at,),
                "lastActionTime": (state.last_action_at,),
                "failedTime": (state.failed_at,),
                "lastActionOrFailed": (state.last_action_at, state.failed_at),
            }[by]

        def is_wanted(member: int | CampaignLead) -> bool:
            return any(moment is not None and first <= moment <= last for moment in times(member))

        return rows.selected([index for index, member in enumerate(members) if is_wanted(member)])

    def list_leads(self, list_id: int, at: int) -> Rows:
        """Rows of GetLeadsFromList, oldest first."""
        members = self._list_members(list_id, at)
        return Rows(len(members), lambda index: self._encoded_list_row(members[index], at))

    def list_leads_where(
        self, list_id: int, at: int, is_wanted: Callable[[ImportedLead, dict], bool]
    ) -> Rows:
        rows = self.list_leads(list_id, at)
        members = self._list_members(list_id, at)
        return rows.selected(
            [
                index
                for index in range(rows.count)
                if is_wanted(members[index], orjson.loads(rows.encoded(index)))
            ]
        )

    def leads_called(self, campaign_id: int, url: str, person_id: str, at: int) -> list[CampaignLead]:
        """The leads of a campaign whose rows show this profile, however spelled; without one, this id."""
        key = people.profile_key(url)

        def is_meant(lead: CampaignLead, history: History) -> bool:
            shown = self._lead(lead, history, at)["linkedInUserProfile"]
            shown_url = shown["profileUrl"] or ""
            if url:
                return shown_url == url or (key is not None and people.profile_key(shown_url) == key)
            return bool(person_id) and shown["linkedin_id"] == person_id

        lives = map(self._life, self._members(campaign_id, at))
        return [lead for lead, history in lives if is_meant(lead, history)]

    def profile_of(self, lead: CampaignLead, at: int) -> dict:
        """The profile of a campaign lead as the inbox shows it."""
        return self._profile(lead.imported, campaign_spelling(lead), at, is_resolved=True)

    def network(self, account_id: int, at: int) -> list[dict]:
        """Profiles of the campaign leads this sender is connected with."""
        return [
            self._profile(lead.imported, people.scatter(lead.id, 6, 3), at, is_resolved=True)
            for lead, history in self.imports.lives()
            if lead.account_id == account_id and is_connection(history, at)
        ]

    def _members(self, campaign_id: int, at: int) -> Sequence[int | CampaignLead]:
        """The leads of a campaign: invented ones as their position in the world, added ones themselves."""
        times, added = self._enrolment_times[campaign_id], self.imports.campaign_leads(campaign_id, at)
        members = Interleaved(
            self.world.positions_by_campaign[campaign_id],
            bisect_right(times, at),
            times,
            added,
            [lead.enrolled_at for lead in added],
        )
        if campaign_id not in self._thinned:
            return members
        return [member for member in members if not self._is_removed(member, at)]

    def _is_removed(self, member: int | CampaignLead, at: int) -> bool:
        _, history = self._life(member)
        return history.removed_at is not None and history.removed_at <= at

    def _life(self, member: int | CampaignLead) -> tuple[CampaignLead, History]:
        if isinstance(member, int):
            lead = self.world.leads[member]
            return lead, self.imports.histories.get(lead.id) or self.world.histories[member]
        return member, self.imports.histories[member.id]

    def _list_members(self, list_id: int, at: int) -> Sequence[ImportedLead]:
        times, added = self._added_times[list_id], self.imports.rows(list_id, at)
        return Interleaved(
            self.world.lists[list_id].rows,
            bisect_right(times, at),
            times,
            added,
            [row.added_at for row in added],
        )

    def _campaign(self, campaign: Campaign, at: int) -> dict:
        joined = [number for number in campaign.sender_weights if self.world.senders[number].has_joined(at)]
        return campaign_row(campaign, joined, self._progress(campaign, at), at)

    def _list(self, lead_list: LeadList, at: int) -> dict:
        count = len(self._list_members(lead_list.id, at))
        campaigns = tuple(
            campaign_id
            for campaign_id in lead_list.campaign_ids
            if self.imports.campaigns[campaign_id].list_at(at)[0] == lead_list.id
        )
        return list_row(lead_list.id, lead_list.name, count, lead_list.created_at, campaigns, "USER_LIST")

    def _progress(self, campaign: Campaign, at: int) -> dict:
        """HeyReach's own tally. It loses count of some leads, which can show as a negative number."""
        added = self.imports.campaign_leads(campaign.id, at)
        added_times = _progress_times([self.imports.histories[lead.id] for lead in added])
        status_times = self._status_times[campaign.id]
        if campaign.id in self.imports.changed:
            positions = self.world.positions_by_campaign[campaign.id]
            status_times = _progress_times([self._life(position)[1] for position in positions])
        reached = {
            name: bisect_right(times, at) + bisect_right(added_times[name], at)
            for name, times in status_times.items()
        }
        enrolled = bisect_right(self._enrolment_times[campaign.id], at) + len(added)
        stopped = sum(stop["campaign_id"] == campaign.id for stop in self.imports.stops(at))
        done = reached["finished"] + reached["failed"] + reached["excluded"] + stopped
        lost = campaign.uncounted_users if reached["started"] else 0
        return {
            "totalUsers": enrolled - lost,
            "totalUsersInProgress": reached["started"] - done - lost,
            "totalUsersPending": enrolled - reached["started"],
            "totalUsersFinished": reached["finished"],
            "totalUsersFailed": reached["failed"],
            "totalUsersManuallyStopped": stopped,
            "totalUsersExcluded": reached["excluded"],
        }

    def _encoded_lead(self, member: int | CampaignLead, at: int) -> bytes:
        lead, history = self._life(member)
        # A lead can be planned anew or stopped, and there are few of them: only the others are kept.
        if lead.id in self.imports.histories:
            return orjson.dumps(self._lead(lead, history, at))
        has_sender = self.world.senders[lead.account_id].has_joined(at)
        state = state_number(history, at), at // WEEK, has_sender
        cached = self._lead_rows.get(member)
        if cached is not None and cached[0] == state:
            return cached[1]
        row = orjson.dumps(self._lead(lead, history, at))
        if len(self._lead_rows) >= CACHED_ROWS:
            self._lead_rows.clear()
        self._lead_rows[member] = (state, row)
        return row

    def _lead(self, lead: CampaignLead, history: History, at: int) -> dict:
        state = lead_state(history, at)
        is_reassigned = history.reassigned_at is not None and history.reassigned_at <= at
        sender = self.world.senders[history.reassigned_to if is_reassigned else lead.account_id]
        is_waiting = state.campaign_status == "Pending"
        has_sender = sender.has_joined(at) and not (is_waiting and people.scatter(lead.id, 9, 40) == 0)
        shows_null = (
            people.scatter(lead.id, 20, 1_000) < 1_000 * self.world.preset.null_connection_status_share
        )
        person = lead.imported.person
        return {
            "id": lead.id,
            "linkedInUserProfileId": people.member_id(person.number)
            if person.url_kind == "profile"
            else None,
            "linkedInUserProfile": self._profile(
                lead.imported,
                campaign_spelling(lead),
                at,
                is_resolved=not is_waiting,
            ),
            "lastActionTime": _time(state.last_action_at, lead.id, 11),
            "failedTime": _time(state.failed_at, lead.id, 12),
            "creationTime": _time(lead.enrolled_at, lead.id, 10),
            "leadCampaignStatus": state.campaign_status,
            "leadConnectionStatus": None
            if shows_null and state.connection_status == "None"
            else state.connection_status,
            "leadMessageStatus": state.message_status,
            "errorCode": state.error_code,
            "leadCampaignStatusMessage": state.note,
            "linkedInSenderId": sender.id if has_sender else None,
            "linkedInSenderFullName": sender.full_name if has_sender else None,
        }

    def _encoded_list_row(self, imported: ImportedLead, at: int) -> bytes:
        if self.imports.touches(imported):
            return orjson.dumps(self._list_lead(imported, at, self.imports.fields(imported, at)))
        week = at // WEEK
        cached = self._list_rows.get(imported.row)
        if cached is not None and cached[0] == week:
            return cached[1]
        row = orjson.dumps(self._list_lead(imported, at, imported_fields(imported)))
        if len(self._list_rows) >= CACHED_ROWS:
            self._list_rows.clear()
        self._list_rows[imported.row] = (week, row)
        return row

    def _list_lead(self, imported: ImportedLead, at: int, fields: dict[str, str]) -> dict:
        is_warm = imported.row % 9 == 0 and imported.row not in self.imports.profiles
        return {
            "id": FIRST_LIST_ROW_ID + imported.row,
            **self._profile(imported, imported.spelling, at, is_resolved=False),
            "linkedin_id": None,
            "tags": ["warm"] if is_warm else [],
            "autoTags": [],
            "customFields": [{"name": name, "value": value} for name, value in fields.items()],
        }

    def _profile(self, imported: ImportedLead, spelling: int, at: int, is_resolved: bool) -> dict:
        supplied = self.imports.profiles.get(imported.row)
        if supplied is None:
            return profile(imported, spelling, at, is_resolved, self.world.preset.email_share)
        return supplied_profile(supplied, imported.person.number, is_resolved)


def _time(moment: int | None, number: int, salt: int) -> str | None:
    if moment is None:
        return None
    return iso(moment, _TIME_DIGITS[people.scatter(number, salt, len(_TIME_DIGITS))])


def _progress_times(histories: Sequence[History]) -> dict[str, list[int]]:
    def sorted_times(moments: Iterable[int | None]) -> list[int]:
        return sorted(moment for moment in moments if moment is not None)

    return {
        "started": sorted_times(history.changes[0] for history in histories if history.changes),
        "finished": sorted_times(history.finished_at for history in histories),
        "failed": sorted_times(history.failed_at for history in histories),
        "excluded": sorted_times(history.excluded_at for history in histories),
    }
