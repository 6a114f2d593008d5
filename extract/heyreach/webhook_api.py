"""HeyReach's webhooks by its API: all there are, and what changes one.

One webhook is of one event type. Creating isn't idempotent and answers nothing, so whoever creates reads all
of them before and after. What an update leaves null stays as it was (Postman, "Update Webhook"). A webhook is
put to rest before it is deleted: a test suite against the live API says that HeyReach wants it so.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from extract.heyreach.client import HeyReachClient
from extract.heyreach.door_addresses import FOLDER
from extract.heyreach.paging import walk
from extract.raw.routes import Route, row_id
from extract.workspace.errors import NotFoundError, ProviderError

WEBHOOKS = Route("webhooks", "webhooks/GetAllWebhooks", ("webhook_id",), 100)


@dataclass(frozen=True)
class Webhook:
    """One webhook as HeyReach shows it; without `campaign_ids` it tells of all campaigns."""

    webhook_id: str
    name: str
    url: str
    event_type: str
    campaign_ids: tuple[str, ...]
    is_active: bool

    def leads_to(self, bases: set[str]) -> bool:
        """Whether it is ours: its URL begins with one of these public names and our path."""
        parts = urlsplit(self.url)
        base = f"{parts.scheme}://{parts.netloc.lower()}"
        return base in bases and parts.path.startswith(FOLDER)

    @property
    def shown_url(self) -> str:
        """Its URL without what may be a secret in it."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}/..." if host else "..."


def all_webhooks(client: HeyReachClient) -> list[Webhook]:
    """All there are, the oldest first; raises ProviderError where they can't be read whole."""
    pages = walk(client, WEBHOOKS)
    rows = {key: row for page in pages for row in page.items if (key := row_id(row))}
    if not pages.summary.is_complete:
        raise ProviderError(
            "HeyReach's webhooks could not be read whole, so nobody knows which there are: try again later"
        )
    found = [_webhook(key, row) for key, row in rows.items()]
    return sorted(found, key=lambda webhook: (len(webhook.webhook_id), webhook.webhook_id))


def create(client: HeyReachClient, name: str, event_type: str, url: str) -> None:
    """Ask for a webhook of all campaigns; raises as `HeyReachClient.command`."""
    body = {"webhookName": name, "webhookUrl": url, "eventType": event_type, "campaignIds": []}
    client.command("webhooks/CreateWebhook", body=body | {"isActive": True})


def update(client: HeyReachClient, webhook: Webhook, **changes: object) -> None:
    """Change something of a webhook; what isn't named stays. Raises as `HeyReachClient.command`."""
    client.command(
        "webhooks/UpdateWebhook",
        method="PATCH",
        params={"webhookId": webhook.webhook_id},
        body={
            "webhookName": None,
            "webhookUrl": None,
            "eventType": None,
            "campaignIds": None,
            "isActive": None,
        }
        | changes,
    )


def delete(client: HeyReachClient, webhook: Webhook) -> None:
    """Delete a webhook, also one that is gone; raises as `HeyReachClient.command`."""
    try:
        if webhook.is_active:
            update(client, webhook, isActive=False)
        client.command("webhooks/DeleteWebhook", method="DELETE", params={"webhookId": webhook.webhook_id})
    except NotFoundError:
        return


def _webhook(key: str, row: dict) -> Webhook:
    campaigns = row.get("campaignIds")
    return Webhook(
        key,
        str(row.get("webhookName") or ""),
        str(row.get("webhookUrl") or ""),
        str(row.get("eventType") or "").upper(),
        tuple(map(str, campaigns)) if isinstance(campaigns, list) else (),
        row.get("isActive") is not False,
    )
