"""What an import goes into, as HeyReach describes it now: a campaign with its list and senders, or a list."""

from dataclasses import dataclass, field

from extract.heyreach.client import HeyReachClient, NotFoundError, RefusedError
from extract.heyreach.paging import walk
from extract.importer.senders import Sender, campaign_senders
from extract.people.profile_urls import parse_profile_urls
from extract.raw import routes
from extract.workspace.errors import ConfigurationError, ProviderError

# HeyReach refuses leads for a draft; whatever was cancelled or failed will never send again.
CLOSED_STATUSES = {
    "DRAFT": "HeyReach takes no leads for a draft: launch it first",
    "CANCELED": "it was cancelled and will not send again: name another campaign",
    "FAILED": "it failed and will not send again: name another campaign",
}
ASLEEP_STATUSES = ("PAUSED", "FINISHED")


@dataclass(frozen=True)
class Target:
    """A campaign (with `campaign_id`, `status`, `senders`) or a list alone; its list shows what arrived."""

    list_id: str
    name: str
    campaign_id: str | None = None
    status: str | None = None
    senders: list[Sender] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`campaign` or `list`."""
        return "campaign" if self.campaign_id else "list"


@dataclass(frozen=True)
class Members:
    """Who stands in a list: person -> their rows. Unless `is_complete`, others may stand there too."""

    rows: dict[str, list[dict]]
    is_complete: bool


def campaign_target(client: HeyReachClient, campaign_id: str) -> Target:
    """The campaign as it stands; raises ConfigurationError for one that can't take leads."""
    campaign = look_up(client, routes.CAMPAIGNS, campaign_id)
    name, status = str(campaign.get("name") or ""), str(campaign.get("status") or "")
    if status in CLOSED_STATUSES:
        raise ConfigurationError(f"Campaign {campaign_id} {name!r} is {status}: {CLOSED_STATUSES[status]}")
    list_id = campaign.get("linkedInUserListId")
    if list_id is None:
        raise ConfigurationError(
            f"Campaign {campaign_id} {name!r} has no lead list, so what arrives could not be read back: "
            "give it one"
        )
    accounts = _rows(client, routes.SENDER_ACCOUNTS, {"keyword": ""})
    return Target(str(list_id), name, campaign_id, status, campaign_senders(campaign, accounts))


def list_target(client: HeyReachClient, list_id: str) -> Target:
    """The list; raises ConfigurationError for one of companies, and for one that is not there."""
    found = look_up(client, routes.LISTS, list_id, listType="USER_LIST")
    return Target(list_id, str(found.get("name") or ""))


def read_members(client: HeyReachClient, list_id: str) -> Members:
    """Everybody in a list, by normalised profile URL; rows without a person's URL are left out."""
    pages = walk(client, routes.LIST_LEADS, {"listId": routes.as_sent(list_id)})
    rows = [row for page in pages for row in page.items if isinstance(row, dict)]
    urls = parse_profile_urls([str(row.get("profileUrl") or "") for row in rows])
    members: dict[str, list[dict]] = {}
    for row, url in zip(rows, urls, strict=True):
        if url.key:
            members.setdefault(url.key, []).append(row)
    return Members(members, pages.summary.is_complete)


def custom_fields(row: dict) -> dict[str, str]:
    """The custom fields of a list row; values that are no text as text."""
    entries = row.get("customFields")
    if not isinstance(entries, list):
        return {}
    return {
        str(entry.get("name")): str(entry.get("value"))
        for entry in entries
        if isinstance(entry, dict) and entry.get("value") is not None
    }


def _rows(client: HeyReachClient, route: routes.Route, body: dict) -> list[dict]:
    pages = walk(client, route, body)
    return [row for page in pages for row in page.items if isinstance(row, dict)]


def look_up(client: HeyReachClient, route: routes.Route, wanted: str, **filters: object) -> dict:
    """The row of that id; raises ConfigurationError, naming some there are, where there is none."""
    try:
        found = {routes.row_id(row): row for row in _rows(client, route, filters)}
    except (NotFoundError, RefusedError) as error:
        raise ProviderError(str(error)) from None
    if wanted not in found:
        kind = "campaign" if route is routes.CAMPAIGNS else "list of people"
        known = ", ".join(f"{key} {row.get('name')!r}" for key, row in list(found.items())[-10:])
        raise ConfigurationError(f"HeyReach has no {kind} {wanted}; there are: {known or 'none'}")
    return found[wanted]
