"""The routes of the API that are stored as observations, as data: path, pages, and what identifies a row.

Each fills a table of its name (tables.py); when it is read, extract/heyreach/pull.py says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


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
    """A read of the API, and the raw table `name` that its rows fill.

    `identity` are the columns that tell rows apart: what one walk is of, then the row's own `key`, which is
    text, or None; without `has_id` keys may repeat. `body` is sent with every page. A route without
    `page_limit` answers whole. Where `is_of_people` a row is a person; elsewhere it can only mention people.
    """

    name: str
    path: str
    identity: tuple[str, ...]
    page_limit: int = 0
    body: Mapping[str, object] = field(default_factory=dict)
    key: Callable[[object], str | None] = row_id
    has_id: bool = True
    is_of_people: bool = False


# HeyReach answers 400 to a limit above the one given here.
SENDER_ACCOUNTS = Route("sender_accounts", "li_account/GetAll", ("account_id",), 100, {"keyword": ""})
CAMPAIGNS = Route(
    "campaigns",
    "campaign/GetAll",
    ("campaign_id",),
    100,
    {"keyword": "", "statuses": [], "accountIds": []},
)
CAMPAIGN_SEQUENCES = Route("campaign_sequences", "campaign/GetCampaignSequence", ("campaign_id",))
LISTS = Route("lists", "list/GetAll", ("list_id",), 100, {"keyword": "", "campaignIds": []})
CAMPAIGN_LEADS = Route(
    "campaign_leads",
    "campaign/GetLeadsFromCampaign",
    ("campaign_id", "campaign_lead_id"),
    100,
    {"timeFilter": "Everywhere"},
    is_of_people=True,
)
LIST_LEADS = Route(
    "list_leads",
    "list/GetLeadsFromList",
    ("list_id", "list_row_key"),
    1000,
    key=list_row_key,
    has_id=False,
    is_of_people=True,
)
LIST_COMPANIES = Route(
    "list_companies",
    "list/GetCompaniesFromList",
    ("list_id", "list_row_key"),
    1000,
    key=company_row_key,
    has_id=False,
)
# HeyReach's own counts. A server without this route is asked pair by pair (extract/heyreach/daily_counts.py).
ACCOUNT_CAMPAIGN_DAYS = Route(
    "account_campaign_days",
    "stats/GetOverallStatsByCampaign",
    ("account_id", "campaign_id", "stat_date"),
)
# Read where the operator switched it on, without what was written (extract/heyreach/inbox.py).
CONVERSATIONS = Route(
    "conversations",
    "inbox/GetConversationsV3",
    ("conversation_id",),
    100,
    {
        "filters": {
            "linkedInAccountIds": [],
            "campaignIds": [],
            "searchString": "",
            "leadLinkedInId": None,
            "leadProfileUrl": None,
            "tags": [],
            "seen": None,
        }
    },
    is_of_people=True,
)
ROUTES = (
    SENDER_ACCOUNTS,
    CAMPAIGNS,
    CAMPAIGN_SEQUENCES,
    LISTS,
    CAMPAIGN_LEADS,
    LIST_LEADS,
    LIST_COMPANIES,
    ACCOUNT_CAMPAIGN_DAYS,
    CONVERSATIONS,
)
