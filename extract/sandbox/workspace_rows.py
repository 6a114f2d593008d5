"""Rows of what a workspace consists of: senders, campaigns with their sequences, lists."""

from collections.abc import Iterable, Mapping

from extract.sandbox import people
from extract.sandbox.clock import iso
from extract.sandbox.presets import Campaign, Sender
from extract.sandbox.texts import StepText


def account_row(sender: Sender, campaigns: Iterable[Campaign], at: int) -> dict:
    """A row of li_account/GetAll."""
    name = "-".join((sender.first_name or "sender", sender.last_name or "one")).lower()
    active = [
        campaign
        for campaign in campaigns
        if sender.id in campaign.sender_weights
        and campaign.exists(at)
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


def campaign_row(campaign: Campaign, senders: Iterable[int], progress: dict, at: int) -> dict:
    """A row of campaign/GetAll."""
    has_started = campaign.started_at is not None and campaign.started_at <= at
    list_id, list_name = campaign.list_at(at)
    return {
        "id": campaign.id,
        "name": campaign.name,
        "creationTime": iso(campaign.created_at, 6),
        "startedAt": iso(campaign.started_at, campaign.id % 3) if has_started else None,
        "linkedInUserListId": list_id,
        "linkedInUserListName": list_name,
        "campaignAccountIds": list(senders),
        "status": campaign.status_at(at),
        "progressStats": progress,
        "excludeInOtherCampaigns": False,
        "excludeHasOtherAccConversations": False,
        "excludeContactedFromSenderInOtherCampaign": False,
        "excludeListId": None,
        "excludeFromCompanyBlacklist": False,
        "excludeFromLeadBlacklist": False,
        "organizationUnitId": 12345,
    }


def list_row(
    list_id: int, name: str, count: int, created_at: int, campaign_ids: tuple[int, ...], kind: str
) -> dict:
    """A row of list/GetAll; `kind` is USER_LIST or COMPANY_LIST."""
    return {
        "id": list_id,
        "name": name,
        "totalItemsCount": count,
        "listType": kind,
        "creationTime": iso(created_at, 6),
        "campaignIds": list(campaign_ids),
    }


def sequence(campaign: Campaign, texts: Mapping[str, StepText]) -> dict:
    """The node tree of GetCampaignSequence; `texts` is what its steps say, by their names in texts.STEPS."""
    end = _node("END")
    said = {name: text.payload for name, text in texts.items()}
    message = said.get("message")
    request = _node(
        "CONNECTION_REQUEST",
        3 if campaign.views_profile_first else 0,
        payload={"toBeWithdrawnAfterDays": campaign.withdraw_after_days} | said.get("note", {}),
        conditional=_node(
            "MESSAGE",
            3,
            message,
            unconditional=_node("MESSAGE", 72, said.get("follow_up"), unconditional=end),
        ),
        unconditional=_node("FOLLOW", 24, unconditional=end) if campaign.follows_after_request else end,
    )
    first = _node("VIEW_PROFILE", 0, unconditional=request) if campaign.views_profile_first else request
    known = _node("MESSAGE", payload=message, unconditional=end)
    return _node("CHECK_IS_CONNECTION", conditional=known, unconditional=first)


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
