"""The routes that list things, as data: where, how many rows a page may have, and what identifies a row."""

from collections.abc import Callable
from dataclasses import dataclass


def row_id(row: object) -> str | None:
    """The row's `id` as text; None for a row without one (blank text, 1.0, true and null are none)."""
    value = row.get("id") if isinstance(row, dict) else None
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def list_row_key(row: object) -> str | None:
    """What stands for the id a list row lacks: its `profileUrl` as sent, else its `linkedin_id`, else None.

    The URL comes first because one person's `linkedin_id` changes when HeyReach resolves the profile. Two
    rows of one list may share a key.
    """
    if isinstance(row, dict):
        for name in ("profileUrl", "linkedin_id"):
            value = row.get(name)
            if isinstance(value, str) and value.strip():
                return value
    return None


def company_row_key(row: object) -> str | None:
    """What stands for the id a company row lacks: its `website`, else its `name`, else None."""
    if isinstance(row, dict):
        for name in ("website", "name"):
            value = row.get(name)
            if isinstance(value, str) and value.strip():
                return value
    return None


def as_sent(identifier: str) -> int | str:
    """An id as requests carry it: HeyReach's are integers, and it refuses them as text."""
    return int(identifier) if identifier.isdigit() else identifier


@dataclass(frozen=True)
class Route:
    """A paged read. `key` gives a row's identity as text, or None; without `has_id`, keys may repeat."""

    name: str
    path: str
    page_limit: int
    key: Callable[[object], str | None] = row_id
    has_id: bool = True


# HeyReach answers 400 to a limit above the one given here.
SENDER_ACCOUNTS = Route("sender_accounts", "li_account/GetAll", 100)
CAMPAIGNS = Route("campaigns", "campaign/GetAll", 100)
CAMPAIGN_LEADS = Route("campaign_leads", "campaign/GetLeadsFromCampaign", 100)
LISTS = Route("lists", "list/GetAll", 100)
LIST_LEADS = Route("list_leads", "list/GetLeadsFromList", 1000, list_row_key, has_id=False)
LIST_COMPANIES = Route("list_companies", "list/GetCompaniesFromList", 1000, company_row_key, has_id=False)
