"""Whether webhooks come in: a test event by the public way, and HeyReach's webhooks as registered."""

from collections.abc import Iterator

from extract.acting.webhooks import changes, wanted
from extract.heyreach.door_addresses import read_addresses
from extract.heyreach.door_probe import missed
from extract.heyreach.webhook_api import Webhook
from extract.workspace.workspace import Workspace
from reports.check.findings import Finding, counted, good, warning


def check_door(workspace: Workspace, registered: list[Webhook] | None) -> Iterator[Finding]:
    """Try the door; `registered` are HeyReach's webhooks, None where they were not asked for."""
    addresses = read_addresses(workspace.paths.door)
    staying = [address for address in addresses if address.until is None]
    if not staying:
        yield good("no webhook of ours is registered: make webhooks URL=https://... gives exact times")
        return
    address = staying[-1]
    why = missed(address)
    if why is None:
        yield good(f"a test event to {address.shown} arrived")
    else:
        yield warning(
            f"a test event to {address.shown} did not arrive ({why}): make door, or make serve, and see "
            "that the address leads there; what HeyReach can't deliver for 24 hours is lost"
        )
    if registered is None:
        return
    todo = changes(registered, {each.url for each in addresses}, address.target)
    if todo:
        listed = ", ".join(map(str, todo[:3])) + (f" and {len(todo) - 3} more" if len(todo) > 3 else "")
        yield warning(
            f"HeyReach hasn't what was registered ({listed}): make webhooks URL={address.url} APPLY=1"
        )
    else:
        yield good(f"HeyReach has a webhook of each of {counted(len(wanted()), 'event type')}")
