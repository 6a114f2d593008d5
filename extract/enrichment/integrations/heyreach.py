"""What HeyReach itself knows of a lead: conversations, campaigns, connection. Reading is free.

Documents: HeyReach's public API collection (https://documenter.getpostman.com/view/23808049/2sA2xb5F75).
"""

import re
from datetime import UTC, datetime

from extract.enrichment.base import Integration, Outcome, RowError, Subject, found_or_not
from extract.enrichment.reading import objects, text, whole
from extract.heyreach.client import HeyReachClient
from extract.raw import routes
from extract.workspace.services import HEYREACH

_PAGE = 100
_MOST_PAGES = 10


class _OfPerson(Integration):
    service, entity, key_column = HEYREACH, "person", "person"
    inputs = ("linkedin_url",)
    found_days = not_found_days = 1
    is_repeatable = True


def _all(client: HeyReachClient, path: str, body: dict) -> list[dict]:
    items: list[dict] = []
    for _ in range(_MOST_PAGES):
        page = client.post(path, {**body, "offset": len(items), "limit": _PAGE}).data
        rows = page.get("items")
        if not isinstance(rows, list):
            raise RowError(f"HeyReach {path}: the answer has no usable items")
        items += [row for row in rows if isinstance(row, dict)]
        if not rows or len(items) >= (whole(page.get("totalCount")) or 0):
            break
    return items


class HeyreachEngagement(_OfPerson):
    """Messages sent and answered, when, and whether the answers speak of a meeting. No message is kept."""

    name = "heyreach_engagement"
    outputs = ("messages_sent", "replies", "first_reply_at", "last_reply_at", "speaks_of_meeting")

    @property
    def variant(self) -> str:
        return ",".join(sorted(word.casefold() for word in self.config.meeting_words))

    def _ask(self, client: HeyReachClient, subject: Subject) -> Outcome:
        filters = {
            "linkedInAccountIds": [],
            "campaignIds": [],
            "searchString": "",
            "leadLinkedInId": None,
            "leadProfileUrl": subject.inputs["linkedin_url"],
            "tags": [],
            "seen": None,
        }
        conversations = _all(client, "inbox/GetConversationsV2", {"filters": filters})
        messages = [
            message
            for conversation in conversations
            for message in objects(conversation.get("messages")) or []
        ]
        if messages and not any(message.get("sender") in ("ME", "CORRESPONDENT") for message in messages):
            raise RowError("HeyReach inbox/GetConversationsV2: the answer has no usable sender")
        replies = [message for message in messages if message.get("sender") == "CORRESPONDENT"]
        times = sorted(time for time in map(_time, replies) if time)
        meeting = re.compile(
            rf"(?<!\w)(?:{'|'.join(map(re.escape, self.config.meeting_words)) or '(?!)'})(?!\w)",
            re.IGNORECASE,
        )
        counts = {
            "messages_sent": sum(message.get("sender") == "ME" for message in messages),
            "replies": len(replies),
            "first_reply_at": times[0].isoformat() if times else None,
            "last_reply_at": times[-1].isoformat() if times else None,
            "speaks_of_meeting": any(meeting.search(str(reply.get("body") or "")) for reply in replies),
        }
        return found_or_not(counts if messages else {}, {"conversations": len(conversations), **counts})


def _time(message: dict) -> datetime | None:
    try:
        # Seven digits of a second occur; six are all that is read.
        text = re.sub(r"(\.\d{6})\d+", r"\1", str(message.get("createdAt")))
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


class HeyreachCampaigns(_OfPerson):
    """The campaigns a person is in, each with its name, status and since when; how many are under way."""

    name = "heyreach_campaigns"
    outputs = ("campaign_count", "active_campaign_count", "first_campaign_at", "campaign_history")

    def _ask(self, client: HeyReachClient, subject: Subject) -> Outcome:
        rows = _all(client, "campaign/GetCampaignsForLead", {"profileUrl": subject.inputs["linkedin_url"]})
        history = sorted(map(_of_campaign, rows), key=lambda each: each["enrolled_at"] or "~")
        times = [each["enrolled_at"] for each in history if each["enrolled_at"]]
        fields = {
            "campaign_count": len(rows),
            "active_campaign_count": sum(row.get("campaignStatus") == "IN_PROGRESS" for row in rows),
            "first_campaign_at": times[0] if times else None,
            "campaign_history": history,
        }
        kept = ("campaignId", "campaignName", "campaignStatus", "leadStatus", "creationTime")
        payload = {"items": [{name: row.get(name) for name in kept} for row in rows]}
        return found_or_not(fields if rows else {}, payload)


def _of_campaign(row: dict) -> dict[str, object]:
    """A campaign of a person's history. When they were first written to, HeyReach doesn't tell here."""
    enrolled = _time({"createdAt": row.get("creationTime")})
    return {
        "campaign_id": str(row["campaignId"]) if whole(row.get("campaignId")) is not None else None,
        "campaign_name": text(row.get("campaignName")),
        "campaign_status": text(row.get("campaignStatus")),
        "lead_status": text(row.get("leadStatus")),
        "enrolled_at": enrolled.isoformat() if enrolled else None,
    }


class HeyreachNetwork(_OfPerson):
    """Whether a sender is connected with a person now: the degree is 1 then, and else not told."""

    name = "heyreach_network"
    inputs = ("linkedin_url", "sender_account_id")
    outputs = ("is_connection", "connection_degree")

    def subject(self, row) -> Subject | None:
        subject = super().subject(row)
        return subject and Subject(f"{subject.key} {row['sender_account_id']}", subject.inputs)

    def _ask(self, client: HeyReachClient, subject: Subject) -> Outcome:
        answer = client.post(
            "MyNetwork/IsConnection",
            {
                "senderAccountId": routes.as_sent(subject.inputs["sender_account_id"]),
                "leadProfileUrl": subject.inputs["linkedin_url"],
            },
        ).data
        told = answer.get("isConnection")
        if not isinstance(told, bool):
            raise RowError("HeyReach MyNetwork/IsConnection: the answer has no usable isConnection")
        return found_or_not({"is_connection": told, "connection_degree": 1 if told else None}, answer)
