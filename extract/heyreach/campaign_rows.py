"""What a pull needs to know of a campaign's row, however oddly that is filled."""

import re
from collections.abc import Collection

# Campaigns that take no new leads; a status nobody knows counts as running.
RESTING = frozenset({"FINISHED", "CANCELED", "FAILED"})


def is_resting(campaign: dict) -> bool:
    """Whether the campaign takes no new leads."""
    return str(campaign.get("status")) in RESTING


def lists_of(campaigns: Collection[dict]) -> set[str]:
    """The lists that these campaigns take their leads from."""
    return {str(row["linkedInUserListId"]) for row in campaigns if row.get("linkedInUserListId")}


def senders_of(campaign: dict) -> set[str]:
    """The senders assigned to the campaign now."""
    senders = campaign.get("campaignAccountIds")
    return {str(sender) for sender in senders} if isinstance(senders, list) else set()


def created_on(campaign: dict) -> str:
    """The day (ISO) before which nothing of the campaign can have happened."""
    text = str(campaign.get("creationTime") or "")[:10]
    return text if re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", text) else "2020-01-01"
