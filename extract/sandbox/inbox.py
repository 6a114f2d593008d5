"""The routes about one lead: conversations with them, their campaigns, and whether they are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extract.sandbox import people
from extract.sandbox.answers import BEGINNING, END, MAX_LIMIT, Answer, Call, Route
from extract.sandbox.arguments import Arguments, InvalidRequest
from extract.sandbox.clock import iso
from extract.sandbox.engagement import MEETING_TAG
from extract.sandbox.lead_state import is_connection, lead_state
from extract.sandbox.leads import CampaignLead
from extract.sandbox.rows import Rows
from extract.sandbox.schedule import History
from extract.sandbox.texts import STEPS

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi

TEXTS = {
    "messaged_at": "Hello, thank you for connecting.",
    "followed_up_at": "Did you find the time to have a look?",
    "replied_at": "Thank you, tell me more.",
    "replied_again_at": "When would you have the time?",
}


def _lives(api: SandboxApi) -> list[tuple[CampaignLead, History]]:
    return list(api.imports.lives())


def _key(api: SandboxApi, lead: CampaignLead) -> str | None:
    supplied = api.imports.profiles.get(lead.imported.row)
    if supplied is not None:
        return people.profile_key(supplied["profileUrl"])
    person = lead.imported.person
    return people.profile_key(people.canonical_url(person.slug)) if person.url_kind == "profile" else None


def _messages(api: SandboxApi, lead: CampaignLead, history: History, at: int) -> list[tuple[int, str]]:
    """Time and field of every message up to `at`, oldest first; a note of the campaign's own is one."""
    is_noted = history.accepted_at is not None and history.accepted_at <= at
    has_note = is_noted and "note" in api.texts.get(lead.campaign_id, {})
    times = [(getattr(history, name), name) for name in (*TEXTS, *([STEPS["note"]] if has_note else []))]
    return sorted((moment, name) for moment, name in times if moment is not None and moment <= at)


def _conversation(api: SandboxApi, lead: CampaignLead, history: History, at: int) -> dict:
    messages = _messages(api, lead, history, at)
    last_at, last = messages[-1]
    return {
        "id": f"conversation-{lead.id}",
        "read": _sender(last) == "ME",
        "groupChat": False,
        "blockedByMe": False,
        "blockedByParticipant": False,
        "lastMessageAt": iso(last_at),
        "lastMessageText": _text(api, lead, last, last_at),
        "lastMessageType": "TEXT",
        "lastMessageSender": _sender(last),
        "totalMessages": len(messages),
        "campaignId": lead.campaign_id,
        "linkedInAccountId": lead.account_id,
        "correspondentProfile": {
            **api.views.profile_of(lead, at),
            "customFields": [],
            "tags": tags(history, at),
            "autoTags": [],
        },
        "messages": [
            {
                "createdAt": iso(moment),
                "body": _text(api, lead, name, moment),
                "subject": None,
                "postLink": None,
                "isInMail": False,
                "sender": _sender(name),
            }
            for moment, name in messages
        ],
    }


def _text(api: SandboxApi, lead: CampaignLead, name: str, at: int) -> str:
    """What was said: the text of the campaign's own step, or what all campaigns and leads say."""
    texts = api.texts.get(lead.campaign_id, {})
    own = next((text for step, text in texts.items() if STEPS[step] == name), None)
    if own is None:
        return TEXTS[name]
    row = lead.imported
    return own.sent(api.imports.fields(row, at), api.imports.profiles.get(row.row, {}))


def tags(history: History, at: int) -> list[str]:
    """What the operator has tagged the lead with by then."""
    return [MEETING_TAG] if history.meeting_at is not None and history.meeting_at <= at else []


def _sender(name: str) -> str:
    return "CORRESPONDENT" if name.startswith("replied") else "ME"


def _wanted(api: SandboxApi, call: Call) -> list[tuple[CampaignLead, History]]:
    """The conversations that the filters leave, the newest message first."""
    filters = call.arguments.nested("filters")
    accounts, campaigns = filters.integers("linkedInAccountIds"), filters.integers("campaignIds")
    url, text = filters.text("leadProfileUrl"), filters.text("searchString").casefold()
    key = people.profile_key(url) if url else None
    first, last = call.arguments.time("from"), call.arguments.time("to")
    first, last = BEGINNING if first is None else first, END if last is None else last
    if first > last:
        raise InvalidRequest("From", "The field From must not be later than To.")
    found = []
    for lead, history in _lives(api):
        messages = _messages(api, lead, history, call.now)
        is_asked = (not accounts or lead.account_id in accounts) and (
            not campaigns or lead.campaign_id in campaigns
        )
        if not messages or not is_asked or not first <= messages[-1][0] <= last:
            continue
        person = lead.imported.person
        name = f"{people.first_name(person.number, person.gender)} {people.last_name(person.number)}"
        if (url and _key(api, lead) != key) or text not in name.casefold():
            continue
        found.append((messages[-1][0], lead, history))
    found.sort(key=lambda row: (-row[0], row[1].id))
    return [(lead, history) for _, lead, history in found]


def _conversations(api: SandboxApi, call: Call) -> Rows:
    lives = _wanted(api, call)
    return Rows.of([_conversation(api, lead, history, call.now) for lead, history in lives])


def _conversations_by_cursor(api: SandboxApi, call: Call) -> Answer:
    limit = call.arguments.integer("limit", 10, 1, MAX_LIMIT)
    lives, offset = _wanted(api, call), _position(call.arguments)
    page = lives[offset : offset + limit]
    has_next = offset + limit < len(lives)
    return Answer.json(
        {
            "items": [_conversation(api, lead, history, call.now) for lead, history in page],
            "totalCount": len(lives),
            "nextCursor": f"sandbox-{offset + limit}" if has_next else None,
            "hasNextPage": has_next,
        }
    )


def _position(arguments: Arguments) -> int:
    cursor = arguments.text("cursor")
    if not cursor:
        return 0
    number = cursor.removeprefix("sandbox-")
    if number == cursor or not number.isdigit():
        raise InvalidRequest("Cursor", "The cursor is not valid.")
    return int(number)


def _campaigns_of_lead(api: SandboxApi, call: Call) -> Rows:
    key = people.profile_key(call.arguments.text("profileUrl"))
    campaigns = {row["id"]: row for row in api.visible_campaigns(call.now)}
    return Rows.of(
        [
            {
                "campaignId": lead.campaign_id,
                "campaignName": campaigns[lead.campaign_id]["name"],
                "campaignStatus": campaigns[lead.campaign_id]["status"],
                "leadStatus": lead_state(history, call.now).campaign_status,
                "creationTime": iso(lead.enrolled_at),
            }
            for lead, history in _lives(api)
            if key is not None
            and _key(api, lead) == key
            and lead.enrolled_at <= call.now
            and lead.campaign_id in campaigns
        ]
    )


def _is_connection(api: SandboxApi, call: Call) -> Answer:
    account_id, url = call.arguments.integer("senderAccountId"), call.arguments.text("leadProfileUrl")
    if all(row["id"] != account_id for row in api.visible_accounts(call.now)):
        return Answer.not_found("LinkedIn account")
    key = people.profile_key(url)
    is_connected = any(
        is_connection(history, call.now)
        for lead, history in _lives(api)
        if lead.account_id == account_id and key is not None and _key(api, lead) == key
    )
    return Answer.json({"isConnection": is_connected})


ROUTES = {
    "inbox/GetConversationsV2": Route("POST", _conversations, MAX_LIMIT),
    "inbox/GetConversationsV3": Route("POST", _conversations_by_cursor),
    "campaign/GetCampaignsForLead": Route("POST", _campaigns_of_lead, MAX_LIMIT),
    "MyNetwork/IsConnection": Route("POST", _is_connection),
}
