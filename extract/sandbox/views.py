"""What the API shows of the world at a clock time: rows, each a pure function of (world, time)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import orjson

from extract.sandbox import people
from extract.sandbox.clock import WEEK, iso
from extract.sandbox.imports import Imports
from extract.sandbox.leads import (
    COMPANY_LIST_ID,
    COMPANY_LIST_SIZE,
    REGIONS,
    CampaignLead,
    ImportedLead,
    LeadList,
    Person,
    imported_fields,
)
from extract.sandbox.presets import Campaign, Sender
from extract.sandbox.schedule import History, state_number
from extract.sandbox.world import World

# Enough for every row of a usual world; a million-lead world is read once and must not be kept twice.
CACHED_ROWS = 150_000

_TIME_DIGITS = (6, 6, 6, 7, 7, 5, 4, 3, 2, 1, 0)


class Rows(NamedTuple):
    """The rows a paged route can return: how many there are, and each one's JSON by index."""

    count: int
    encoded: Callable[[int], bytes]

    @classmethod
    def of(cls, rows: Sequence[dict]) -> "Rows":
        return cls(len(rows), lambda index: orjson.dumps(rows[index]))

    def selected(self, indexes: Sequence[int]) -> "Rows":
        return Rows(len(indexes), lambda index: self.encoded(indexes[index]))

    def page(self, offset: int, limit: int) -> list[bytes]:
        return [self.encoded(index) for index in range(offset, min(offset + limit, self.count))]


class Interleaved(Sequence):
    """The first `count` of many members, and a few others, as one sequence in the order of their times."""

    def __init__(
        self, many: Sequence, count: int, many_times: Sequence[int], few: Sequence, few_times: Iterable[int]
    ):
        self._many, self._count, self._few = many, count, few
        self._places = [
            bisect_right(many_times, moment, hi=count) + index for index, moment in enumerate(few_times)
        ]

    def __len__(self) -> int:
        return self._count + len(self._few)

    def __getitem__(self, index: int):
        before = bisect_left(self._places, index)
        if before < len(self._places) and self._places[before] == index:
            return self._few[before]
        return self._many[index - before]


NO_ROWS = Rows.of(())


class LeadState(NamedTuple):
    """The columns of a campaign-lead row that change."""

    campaign_status: str
    connection_status: str
    message_status: str
    last_action_at: int | None
    failed_at: int | None
    error_code: str | None
    note: str | None


def lead_state(history: History, at: int) -> LeadState:
    """The state at `at`. Actions of ours move `last_action_at`; an acceptance or a reply does not."""
    if not state_number(history, at):
        return UNTOUCHED_STATE
    failed_at = _past(history.failed_at, at)
    note = None
    if failed_at:
        status = "Failed"
    elif _past(history.excluded_at, at):
        status, note = "Excluded", "Lead is part of another campaign"
    elif _past(history.finished_at, at):
        status = "Finished"
    elif _past(history.paused_at, at):
        status, note = "Paused", "Lead was paused manually"
    else:
        status = "InSequence"
    if _past(history.accepted_at, at):
        connection = "ConnectionAccepted"
    else:
        connection = "ConnectionSent" if _past(history.sent_at, at) else "None"
    if _past(history.replied_at, at):
        message = "MessageReply"
    else:
        message = "MessageSent" if _past(history.messaged_at, at) else "None"
    last_action_at = max(
        _past(history.viewed_at, at),
        _past(history.sent_at, at),
        _past(history.followed_at, at),
        _past(history.messaged_at, at),
        _past(history.followed_up_at, at),
        _past(history.withdrawn_at, at),
    )
    return LeadState(
        campaign_status=status,
        connection_status=connection,
        message_status=message,
        last_action_at=last_action_at or None,
        failed_at=failed_at or None,
        error_code=history.error_code if failed_at else None,
        note=note,
    )


UNTOUCHED_STATE = LeadState("Pending", "None", "None", None, None, None, None)


def _past(moment: int | None, at: int) -> int:
    """`moment` if it has come, else 0, which is before everything."""
    return moment if moment is not None and moment <= at else 0


class Views:
    """The world as HeyReach would show it. Encoded rows are cached until their state changes."""

    def __init__(self, world: World, imports: Imports):
        self.world = world
        self.imports = imports
        self._lead_rows: dict[int, tuple[int, int, bytes]] = {}
        self._list_rows: dict[int, tuple[int, bytes]] = {}
        self._enrolment_times: dict[int, list[int]] = {
            campaign_id: [world.leads[position].enrolled_at for position in positions]
            for campaign_id, positions in world.positions_by_campaign.items()
        }
        self._added_times: dict[int, list[int]] = {
            list_id: [row.added_at for row in lead_list.rows] for list_id, lead_list in world.lists.items()
        }
        self._status_times = {
            campaign_id: _progress_times([world.histories[position] for position in positions])
            for campaign_id, positions in world.positions_by_campaign.items()
        }

    def accounts(self, at: int) -> list[dict]:
        """Rows of li_account/GetAll; a disconnected sender is not among them."""
        return [
            self._account(sender, at)
            for sender in self.world.preset.senders
            if sender.disconnected_at is None or at < sender.disconnected_at
        ]

    def campaigns(self, at: int) -> list[dict]:
        return [
            self._campaign(campaign, at)
            for campaign in self.imports.campaigns.values()
            if campaign.created_at <= at
        ]

    def lists(self, at: int) -> list[dict]:
        rows = [
            self._list(lead_list, at) for lead_list in self.world.lists.values() if lead_list.created_at <= at
        ]
        oldest = min(lead_list.created_at for lead_list in self.world.lists.values())
        if oldest <= at:
            rows.append(
                _list_row(COMPANY_LIST_ID, "Target companies", COMPANY_LIST_SIZE, oldest, (), "COMPANY_LIST")
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

    def companies(self) -> list[dict]:
        return [
            {
                "id": 8_000_001 + number,
                "name": people.company_name(number),
                "linkedInUrl": _company_url(number),
                "website": f"https://{people.company_name(number).lower().replace(' ', '-')}.example.com",
                "industry": "Software",
                "employeeCount": 20 + people.scatter(number, 7, 4000),
                "location": "Springfield",
                "imageUrl": None,
            }
            for number in range(COMPANY_LIST_SIZE)
        ]

    def network(self, account_id: int, at: int) -> list[dict]:
        """Profiles of the campaign leads this sender is connected with."""
        return [
            self._profile(lead.imported, people.scatter(lead.id, 6, 3), at, is_resolved=True)
            for lead, history in chain(
                zip(self.world.leads, self.world.histories, strict=True), self.imports.lives()
            )
            if lead.account_id == account_id and _is_connection(history, at)
        ]

    def sequence(self, campaign: Campaign) -> dict:
        """The node tree of GetCampaignSequence."""
        end = _node("END")
        request = _node(
            "CONNECTION_REQUEST",
            3 if campaign.views_profile_first else 0,
            payload={"toBeWithdrawnAfterDays": campaign.withdraw_after_days},
            conditional=_node(
                "MESSAGE", 3, conditional=None, unconditional=_node("MESSAGE", 72, unconditional=end)
            ),
            unconditional=_node("FOLLOW", 24, unconditional=end) if campaign.follows_after_request else end,
        )
        first = _node("VIEW_PROFILE", 0, unconditional=request) if campaign.views_profile_first else request
        return _node(
            "CHECK_IS_CONNECTION", conditional=_node("MESSAGE", unconditional=end), unconditional=first
        )

    def _members(self, campaign_id: int, at: int) -> Sequence[int | CampaignLead]:
        """The leads of a campaign: invented ones as their position in the world, added ones themselves."""
        times, added = self._enrolment_times[campaign_id], self.imports.campaign_leads(campaign_id, at)
        return Interleaved(
            self.world.positions_by_campaign[campaign_id],
            bisect_right(times, at),
            times,
            added,
            [lead.enrolled_at for lead in added],
        )

    def _life(self, member: int | CampaignLead) -> tuple[CampaignLead, History]:
        if isinstance(member, int):
            return self.world.leads[member], self.world.histories[member]
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

    def _account(self, sender: Sender, at: int) -> dict:
        name = "-".join((sender.first_name or "sender", sender.last_name or "one")).lower()
        active = [
            campaign
            for campaign in self.imports.campaigns.values()
            if sender.id in campaign.sender_weights
            and campaign.created_at <= at
            and campaign.status_at(at) == "IN_PROGRESS"
        ]
        limit = sender.limit_on(at)
        return {
            "id": sender.id,
            "emailAddress": f"{name}@example.com",
            "firstName": sender.first_name,
            "lastName": sender.last_name,
            "profileUrl": people.canonical_url(f"{name}-{sender.id}"),
            "isActive": True,
            "activeCampaigns": len(active),
            "authIsValid": sender.is_connected(at),
            "isValidNavigator": sender.id % 2 == 1,
            "isValidRecruiter": False,
            "connectionRequestCooldown": sender.is_cooling_down(at),
            "connectionNoteCooldown": False,
            "inMailCooldown": False,
            "searchCooldown": False,
            "accountLimits": {
                "followLimit": 20,
                "followLimitMax": 40,
                "messageLimit": 40,
                "messageLimitMax": 40,
                "inMailLimit": 10,
                "inMailLimitMax": 40,
                "profileViewLimit": 40,
                "profileViewLimitMax": 40,
                "postLikeLimit": 20,
                "postLikeLimitMax": 40,
                "connectioRequestLimit": limit,
                "connectioRequestMax": max(40, sender.daily_limit),
            },
        }

    def _campaign(self, campaign: Campaign, at: int) -> dict:
        has_started = campaign.started_at is not None and campaign.started_at <= at
        return {
            "id": campaign.id,
            "name": campaign.name,
            "creationTime": iso(campaign.created_at, 6),
            "startedAt": iso(campaign.started_at, campaign.id % 3) if has_started else None,
            "linkedInUserListId": campaign.list_id,
            "linkedInUserListName": campaign.list_name,
            "campaignAccountIds": list(campaign.sender_weights),
            "status": campaign.status_at(at),
            "progressStats": self._progress(campaign, at),
            "excludeInOtherCampaigns": False,
            "excludeHasOtherAccConversations": False,
            "excludeContactedFromSenderInOtherCampaign": False,
            "excludeListId": None,
            "excludeFromCompanyBlacklist": False,
            "excludeFromLeadBlacklist": False,
            "organizationUnitId": 12345,
        }

    def _list(self, lead_list: LeadList, at: int) -> dict:
        count = len(self._list_members(lead_list.id, at))
        return _list_row(
            lead_list.id, lead_list.name, count, lead_list.created_at, lead_list.campaign_ids, "USER_LIST"
        )

    def _progress(self, campaign: Campaign, at: int) -> dict:
        """HeyReach's own tally. It loses count of some leads, which can show as a negative number."""
        added = self.imports.campaign_leads(campaign.id, at)
        added_times = _progress_times([self.imports.histories[lead.id] for lead in added])
        reached = {
            name: bisect_right(times, at) + bisect_right(added_times[name], at)
            for name, times in self._status_times[campaign.id].items()
        }
        enrolled = bisect_right(self._enrolment_times[campaign.id], at) + len(added)
        done = reached["finished"] + reached["failed"] + reached["excluded"]
        lost = campaign.uncounted_users if reached["started"] else 0
        return {
            "totalUsers": enrolled - lost,
            "totalUsersInProgress": reached["started"] - done - lost,
            "totalUsersPending": enrolled - reached["started"],
            "totalUsersFinished": reached["finished"],
            "totalUsersFailed": reached["failed"],
            "totalUsersManuallyStopped": 0,
            "totalUsersExcluded": reached["excluded"],
        }

    def _encoded_lead(self, member: int | CampaignLead, at: int) -> bytes:
        lead, history = self._life(member)
        # An added lead can be planned anew, and there are few of them: only invented ones are kept.
        if not isinstance(member, int):
            return orjson.dumps(self._lead(lead, history, at))
        state, week = state_number(history, at), at // WEEK
        cached = self._lead_rows.get(member)
        if cached is not None and cached[0] == state and cached[1] == week:
            return cached[2]
        row = orjson.dumps(self._lead(lead, history, at))
        if len(self._lead_rows) >= CACHED_ROWS:
            self._lead_rows.clear()
        self._lead_rows[member] = (state, week, row)
        return row

    def _lead(self, lead: CampaignLead, history: History, at: int) -> dict:
        state = lead_state(history, at)
        sender = self.world.senders[lead.account_id]
        is_waiting = state.campaign_status == "Pending"
        has_sender = not (is_waiting and people.scatter(lead.id, 9, 40) == 0)
        person = lead.imported.person
        return {
            "id": lead.id,
            "linkedInUserProfileId": people.member_id(person.number)
            if person.url_kind == "profile"
            else None,
            "linkedInUserProfile": self._profile(
                lead.imported,
                _campaign_spelling(lead),
                at,
                is_resolved=not is_waiting,
            ),
            "lastActionTime": _time(state.last_action_at, lead.id, 11),
            "failedTime": _time(state.failed_at, lead.id, 12),
            "creationTime": _time(lead.enrolled_at, lead.id, 10),
            "leadCampaignStatus": state.campaign_status,
            "leadConnectionStatus": state.connection_status,
            "leadMessageStatus": state.message_status,
            "errorCode": state.error_code,
            "leadCampaignStatusMessage": state.note,
            "linkedInSenderId": lead.account_id if has_sender else None,
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
        profile = self._profile(imported, imported.spelling, at, is_resolved=False)
        is_warm = imported.row % 9 == 0 and imported.row not in self.imports.profiles
        return {
            **{key: value for key, value in profile.items() if key not in _NOT_IN_LISTS},
            "linkedin_id": None,
            "tags": ["warm"] if is_warm else [],
            "customFields": [{"name": name, "value": value} for name, value in fields.items()],
        }

    def _profile(self, imported: ImportedLead, spelling: int, at: int, is_resolved: bool) -> dict:
        supplied = self.imports.profiles.get(imported.row)
        if supplied is None:
            return _profile(imported, spelling, at, is_resolved)
        return {
            "linkedin_id": _linkedin_id(imported.person.number, is_resolved),
            "profileUrl": supplied["profileUrl"],
            "firstName": supplied["firstName"],
            "lastName": supplied["lastName"],
            "headline": supplied["summary"],
            "imageUrl": None,
            "location": supplied["location"],
            "companyName": supplied["companyName"],
            "companyUrl": None,
            "position": supplied["position"],
            "about": supplied["about"],
            "connections": 0,
            "followers": 0,
            "emailAddress": supplied["emailAddress"],
            "enrichedEmailAddress": None,
            "customEmailAddress": None,
        }


_NOT_IN_LISTS = ("enrichedEmailAddress", "customEmailAddress")


def _profile(imported: ImportedLead, spelling: int, at: int, is_resolved: bool) -> dict:
    person = imported.person
    number = person.number
    first_name = people.first_name(number, person.gender)
    if people.scatter(number, 15, 300) == 0:
        first_name = people.AWKWARD_NAMES[number % len(people.AWKWARD_NAMES)]
    elif people.scatter(number, 16, 40) == 0:
        first_name = f"  {first_name} "
    location = REGIONS[person.region] or (None if number % 2 else "")
    is_listed = people.scatter(number, 17, 12) == 0
    return {
        "linkedin_id": _linkedin_id(number, is_resolved),
        "profileUrl": _profile_url(person, spelling),
        "firstName": first_name,
        "lastName": people.last_name(number),
        "headline": f"{person.title} at {people.company_name(person.company)}",
        "imageUrl": _image_url(number, at),
        "location": location,
        "companyName": people.company_name(person.company),
        "companyUrl": None if number % 3 else _company_url(person.company),
        "position": (person.title, person.title, "", None)[people.scatter(number, 18, 4)],
        "about": None,
        "connections": 500 if is_listed else 0,
        "followers": 400 + number % 500 + at // WEEK % 100 if is_listed else 0,
        "emailAddress": None,
        "enrichedEmailAddress": None,
        "customEmailAddress": None,
    }


def _campaign_spelling(lead: CampaignLead) -> int:
    # The URL comes back as it was supplied to the campaign: sometimes as in the list, mostly canonical.
    choice = people.scatter(lead.id, 6, 12)
    return lead.imported.spelling if choice < 4 else int(choice == 4)


def _profile_url(person: Person, spelling: int) -> str | None:
    match person.url_kind:
        case "profile":
            return people.SPELLINGS[spelling](person.slug)
        case "company_page":
            return _company_url(person.company)
        case "empty":
            return ""
        case _:
            return None


def _linkedin_id(number: int, is_resolved: bool) -> str:
    """Three shapes, and not the same one before and after HeyReach has looked the person up."""
    shape = people.scatter(number, 19, 10)
    if shape == 0:
        return people.member_id(number)
    if is_resolved and shape < 4:
        return str(90_000_001 + number)
    return people.imported_id(number)


def _image_url(number: int, at: int) -> str | None:
    if number % 2:
        return None
    expires = (at // WEEK + 2) * 7 * 86_400
    return f"https://media.example.com/profile/{number}.jpg?e={expires}"


def _company_url(number: int) -> str:
    return f"https://www.linkedin.com/company/{people.company_name(number).lower().replace(' ', '-')}"


def _time(moment: int | None, number: int, salt: int) -> str | None:
    if moment is None:
        return None
    return iso(moment, _TIME_DIGITS[people.scatter(number, salt, len(_TIME_DIGITS))])


def _is_connection(history: History, at: int) -> bool:
    is_accepted = history.accepted_at is not None and history.accepted_at <= at
    return is_accepted or (history.is_already_connected and history.messaged_at <= at)


def _progress_times(histories: Sequence[History]) -> dict[str, list[int]]:
    def sorted_times(moments: Iterable[int | None]) -> list[int]:
        return sorted(moment for moment in moments if moment is not None)

    return {
        "started": sorted_times(history.changes[0] for history in histories if history.changes),
        "finished": sorted_times(history.finished_at for history in histories),
        "failed": sorted_times(history.failed_at for history in histories),
        "excluded": sorted_times(history.excluded_at for history in histories),
    }


def _list_row(
    list_id: int, name: str, count: int, created_at: int, campaign_ids: tuple[int, ...], kind: str
) -> dict:
    return {
        "id": list_id,
        "name": name,
        "totalItemsCount": count,
        "listType": kind,
        "creationTime": iso(created_at, 6),
        "campaignIds": list(campaign_ids),
    }


def _node(
    kind: str,
    delay_hours: int = 0,
    payload: dict | None = None,
    conditional: dict | None = None,
    unconditional: dict | None = None,
) -> dict:
    return {
        "nodeType": kind,
        "actionDelay": delay_hours,
        "actionDelayUnit": "HOUR",
        "payload": {"messages": [], "fallbackMessage": None, "toBeWithdrawnAfterDays": None}
        | (payload or {}),
        "conditionalNode": conditional,
        "unconditionalNode": unconditional,
    }
