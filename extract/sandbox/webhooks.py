"""The webhook payloads HeyReach would have delivered, in every shape and spelling of time that was seen."""

from collections.abc import Callable
from email.utils import format_datetime

from extract.sandbox import people
from extract.sandbox.clock import SECOND, iso, to_datetime
from extract.sandbox.engagement import MEETING_TAG
from extract.sandbox.imports import Imports
from extract.sandbox.leads import CampaignLead, imported_fields
from extract.sandbox.world import World

# What happened, and the event that tells it. A first reply is told twice where both types are subscribed to.
EVENTS = (
    ("CONNECTION_REQUEST_SENT", "sent_at"),
    ("CONNECTION_REQUEST_ACCEPTED", "accepted_at"),
    ("MESSAGE_SENT", "messaged_at"),
    ("MESSAGE_REPLY_RECEIVED", "replied_at"),
    ("EVERY_MESSAGE_REPLY_RECEIVED", "replied_at"),
    ("EVERY_MESSAGE_REPLY_RECEIVED", "replied_again_at"),
    ("LEAD_TAG_UPDATED", "meeting_at"),
)
# The first is the documented one; `mixed` takes the others in turn.
SHAPES = ("snake_case", "camel_case", "flat_campaign", "sender_account", "wrapped", "mixed")
TIMES: dict[str, Callable[[int], str | int]] = {
    "iso": lambda at: iso(at, 3),
    "seven_digits": lambda at: iso(at, 7),
    "lower_case_z": lambda at: iso(at, 0).replace("Z", "z"),
    "no_seconds": lambda at: iso(at, 0)[:16] + "Z",
    "comma": lambda at: iso(at, 3).replace(".", ","),
    "offset": lambda at: iso(at, 0).replace("T", " ").replace("Z", " +0000"),
    "basic": lambda at: iso(at, 0).replace("-", "").replace(":", ""),
    "rfc_2822": lambda at: format_datetime(to_datetime(at - at % SECOND)),
    "epoch_seconds": lambda at: at // SECOND,
    "epoch_milliseconds": lambda at: at // 1000,
    "mixed": lambda at: iso(at, 3),
}


def lines(
    world: World, imports: Imports, until: int, shape: str, times: str, *, since: int = 0
) -> list[dict]:
    """Every event from `since` to `until`, in the order of time; `mixed` takes all shapes, or times, in turn.

    Nobody is asked who was a connection before, so there is no CONNECTION_REQUEST_SENT of them and, as
    nothing was accepted, no CONNECTION_REQUEST_ACCEPTED.
    """
    events = [
        (moment, lead, name)
        for lead, history in imports.lives()
        for name, field in EVENTS
        if (moment := getattr(history, field)) is not None and since <= moment <= until
    ]
    events.sort(key=lambda event: (event[0], event[1].id, event[2]))
    spellings = [name for name in TIMES if name != "mixed"]
    payloads = []
    for number, (moment, lead, name) in enumerate(events):
        form = SHAPES[number % (len(SHAPES) - 1)] if shape == "mixed" else shape
        spelling = spellings[number % len(spellings)] if times == "mixed" else times
        payloads.append(_payload(world, lead, name, TIMES[spelling](moment), form))
    return payloads


def _payload(world: World, lead: CampaignLead, name: str, time: str | int, shape: str) -> dict:
    documented = _documented(world, lead, name, time)
    match shape:
        case "camel_case":
            return _camel(documented) | {"eventType": name}
        case "flat_campaign":
            campaign = documented.pop("campaign")
            return documented | {"campaignId": campaign["id"], "campaignName": campaign["name"]}
        case "sender_account":
            sender = documented["sender"]
            return documented | {"sender": {"linkedInAccount": {"id": sender["id"]}}}
        case "wrapped":
            return {"headers": {"content-type": "application/json"}, "body": documented}
    return documented


def _documented(world: World, lead: CampaignLead, name: str, time: str | int) -> dict:
    sender, campaign = world.senders[lead.account_id], world.campaigns[lead.campaign_id]
    imported, person = lead.imported, lead.imported.person
    first_name, last_name = people.first_name(person.number, person.gender), people.last_name(person.number)
    sender_name = "-".join((sender.first_name or "sender", sender.last_name or "one")).lower()
    return {
        "event_type": name.lower(),
        "timestamp": time,
        "correlation_id": f"{lead.id}-{name.lower()}-{time}",
        "connection_message": None,
        "campaign": {"id": campaign.id, "name": campaign.name, "status": "IN_PROGRESS"},
        "sender": {
            "id": sender.id,
            "first_name": sender.first_name,
            "last_name": sender.last_name,
            "full_name": sender.full_name,
            "email_address": f"{sender_name}@example.com",
            "profile_url": people.canonical_url(f"{sender_name}-{sender.id}"),
        },
        "lead": {
            "id": str(90_000_001 + person.number),
            "profile_url": people.canonical_url(person.slug) if person.url_kind == "profile" else None,
            "first_name": first_name,
            "last_name": last_name,
            "full_name": f"{first_name} {last_name}",
            "location": None,
            "summary": None,
            "company_name": people.company_name(person.company),
            "company_url": None,
            "position": person.title,
            "about": None,
            "email_address": None,
            "enriched_email": None,
            "custom_email": None,
            "tags": [MEETING_TAG] if name == "LEAD_TAG_UPDATED" else [],
            "lists": [
                {
                    "id": imported.list_id,
                    "name": world.lists[imported.list_id].name,
                    "custom_fields": imported_fields(imported),
                }
            ],
        },
    }


def _camel(value):
    """The same payload with camel-case keys; custom fields keep their names."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {_camel_key(key): item if key == "custom_fields" else _camel(item) for key, item in value.items()}


def _camel_key(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(part.title() for part in rest)
