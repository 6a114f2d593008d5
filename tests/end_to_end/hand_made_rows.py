"""What a HeyReach made by hand consists of, and how its routes show it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Lead:
    """A campaign lead as HeyReach would show it now, and the truth: who asked it, when, and when it accepted.

    `shown_sender` is the sender its row names, where that is another.
    """

    id: int
    campaign_id: int
    slug: str
    sender: int
    created_at: datetime
    status: str = "Pending"
    connection: str | None = "None"
    message: str = "None"
    last_action_at: datetime | None = None
    asked_at: datetime | None = None
    accepted_at: datetime | None = None
    shown_sender: int | None = None

    @property
    def profile(self) -> dict:
        return {"profileUrl": f"https://www.linkedin.com/in/{self.slug}", "firstName": self.slug}


@dataclass
class Campaign:
    """A campaign. `withdrawn_after` None is never; without `has_sequence` there is an empty answer for it."""

    id: int
    name: str
    senders: list[int]
    list_id: int | None
    created_at: datetime
    status: str = "IN_PROGRESS"
    withdrawn_after: int | None = 30
    has_sequence: bool = True
    is_deleted: bool = False
    leads: dict[int, Lead] = field(default_factory=dict)


def lead_row(lead: Lead) -> dict:
    return {
        "id": lead.id,
        "linkedInUserProfile": lead.profile,
        "creationTime": _text(lead.created_at),
        "lastActionTime": _text(lead.last_action_at),
        "failedTime": None,
        "leadCampaignStatus": lead.status,
        "leadConnectionStatus": lead.connection,
        "leadMessageStatus": lead.message,
        "errorCode": None,
        "linkedInSenderId": lead.shown_sender or lead.sender,
    }


def page(body: dict, rows: list[dict]) -> dict:
    first = body.get("offset", 0)
    return {"totalCount": len(rows), "items": rows[first : first + body.get("limit", 100)]}


def _text(moment: datetime | None) -> str | None:
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sender_row(number: int, name: str) -> dict:
    limits = {"connectioRequestLimit": 25, "connectioRequestMax": 40}
    state = {"isActive": True, "authIsValid": True, "connectionRequestCooldown": False}
    return {"id": number, "firstName": name, "lastName": "Example", "accountLimits": limits, **state}


def campaign_row(campaign: Campaign) -> dict:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "creationTime": _text(campaign.created_at),
        "startedAt": None if campaign.status == "DRAFT" else _text(campaign.created_at),
        "linkedInUserListId": campaign.list_id,
        "linkedInUserListName": f"List {campaign.list_id}",
        "campaignAccountIds": campaign.senders,
        "status": campaign.status,
        "organizationUnitId": 1,
    }


def list_row(number: int) -> dict:
    return {"id": number, "name": f"List {number}", "listType": "USER_LIST", "campaignIds": []}


def member_row(slug: str, fields: dict[str, str]) -> dict:
    custom = [{"name": name, "value": value} for name, value in fields.items()]
    return {"profileUrl": f"https://www.linkedin.com/in/{slug}", "firstName": slug, "customFields": custom}


def sequence(campaign: Campaign) -> dict | None:
    """One request, a message to whoever accepts; an empty answer where the campaign has none."""
    if not campaign.has_sequence:
        return None
    end = {"nodeType": "END", "actionDelay": 0, "actionDelayUnit": "HOUR"}
    message = end | {"nodeType": "MESSAGE", "actionDelay": 72, "unconditionalNode": end}
    return end | {
        "nodeType": "CONNECTION_REQUEST",
        "payload": {"toBeWithdrawnAfterDays": campaign.withdrawn_after},
        "conditionalNode": message,
        "unconditionalNode": end,
    }
