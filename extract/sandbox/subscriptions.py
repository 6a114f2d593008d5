"""The routes of webhooks: who asked to be told of what, and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extract.sandbox.answers import MAX_LIMIT, Answer, Call, Route, by_id
from extract.sandbox.arguments import InvalidRequest
from extract.sandbox.rows import Rows
from extract.sandbox.writes import RefusedWrite

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi

EVENT_TYPES = (
    *("CONNECTION_REQUEST_SENT", "CONNECTION_REQUEST_ACCEPTED", "MESSAGE_SENT", "MESSAGE_REPLY_RECEIVED"),
    *("INMAIL_SENT", "INMAIL_REPLY_RECEIVED", "EVERY_MESSAGE_REPLY_RECEIVED", "FOLLOW_SENT", "LIKED_POST"),
    *("VIEWED_PROFILE", "CAMPAIGN_COMPLETED", "LEAD_TAG_UPDATED", "LEAD_AUTO_TAGGED_INTERESTED"),
    *("LEAD_AUTO_TAGGED_NOT_INTERESTED", "LEAD_AUTO_TAGGED_GENERIC"),
    "LEAD_FINISHED_SEQUENCE_WITHOUT_REPLYING",
)
# These are told of all campaigns or not at all.
OF_ALL_CAMPAIGNS = ("EVERY_MESSAGE_REPLY_RECEIVED", "LEAD_TAG_UPDATED")
FIRST_ID = 7001


def _create(api: SandboxApi, call: Call) -> Answer:
    """Nothing is answered, and a second one like the first is another one."""
    arguments = call.arguments
    row = {
        "id": max(api.webhooks, default=FIRST_ID - 1) + 1,
        "webhookName": arguments.text("webhookName"),
        "webhookUrl": arguments.text("webhookUrl"),
        "eventType": arguments.choice("eventType", ("", *EVENT_TYPES)),
        "campaignIds": sorted(arguments.integers("campaignIds")),
        "isActive": arguments.boolean("isActive") if arguments.has("isActive") else True,
    }
    _check(row)
    api.webhooks[row["id"]] = row
    return Answer(200)


def _update(api: SandboxApi, call: Call) -> Answer:
    """What is null or missing stays as it was."""
    arguments = call.arguments
    number = arguments.integer("webhookId")
    if number not in api.webhooks:
        return Answer.not_found("Webhook")
    row = dict(api.webhooks[number])
    for name in ("webhookName", "webhookUrl"):
        if arguments.has(name):
            row[name] = arguments.text(name)
    if arguments.has("eventType"):
        row["eventType"] = arguments.choice("eventType", ("", *EVENT_TYPES))
    if arguments.has("campaignIds"):
        row["campaignIds"] = sorted(arguments.integers("campaignIds"))
    if arguments.has("isActive"):
        row["isActive"] = arguments.boolean("isActive")
    _check(row)
    api.webhooks[number] = row
    return Answer(200)


def _check(row: dict) -> None:
    if not 3 <= len(row["webhookName"]) <= 25:
        raise InvalidRequest("WebhookName", "The field WebhookName must have 3 to 25 characters.")
    if not re.fullmatch(r"https?://\S+", row["webhookUrl"]):
        raise InvalidRequest("WebhookUrl", "The WebhookUrl field is not a valid URL.")
    if not row["eventType"]:
        raise InvalidRequest("EventType", "The EventType field is required.")
    if row["eventType"] in OF_ALL_CAMPAIGNS and row["campaignIds"]:
        raise RefusedWrite("This event type is sent for all campaigns.")


def _delete(api: SandboxApi, call: Call) -> Answer:
    """Only one that rests: a test suite against the live API says so."""
    number = call.arguments.integer("webhookId")
    if number not in api.webhooks:
        return Answer.not_found("Webhook")
    if api.webhooks[number]["isActive"]:
        raise RefusedWrite("You cannot delete an active webhook.")
    del api.webhooks[number]
    return Answer(200)


def _all(api: SandboxApi, call: Call) -> Rows:
    return Rows.of(list(api.webhooks.values()))


def _one(api: SandboxApi, call: Call) -> Answer:
    return by_id(list(api.webhooks.values()), call.arguments.integer("webhookId"), "Webhook")


ROUTES = {
    "webhooks/CreateWebhook": Route("POST", _create, is_write=True),
    "webhooks/GetAllWebhooks": Route("POST", _all, MAX_LIMIT),
    "webhooks/GetWebhookById": Route("GET", _one),
    "webhooks/UpdateWebhook": Route("PATCH", _update, is_write=True),
    "webhooks/DeleteWebhook": Route("DELETE", _delete, is_write=True, is_in_query=True),
}
