"""HeyReach's webhooks: which there are, whether events arrive, and ours registered, rotated and taken out."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import orjson

from extract.acting.act import UndoneError
from extract.acting.ledger import ActLedger
from extract.acting.webhooks import WebhookOptions, apply_plan, changes, planned, wanted
from extract.heyreach.door_addresses import Address, read_addresses
from extract.heyreach.door_probe import missed
from extract.heyreach.webhook_api import Webhook, all_webhooks
from extract.http.reply import printable
from extract.importer.opening import connected, open_ledger
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places

# Where the newest event of a type is looked for: in so many of the newest files.
FILES_LOOKED_INTO = 14


def manage(workspace: Workspace, options: WebhookOptions, *, say: Say, show: Say) -> None:
    """List the webhooks and send a test event; show what `options` would change there, or do it.

    Raises ConfigurationError for what can't be asked for, UndoneError where HeyReach leaves something undone
    or no event arrives, ProviderError when HeyReach can't be reached or read.
    """
    require_places(workspace)
    if workspace.is_demo:
        say("demo data: it is done in the bundled sandbox, which forgets it at the end")
    paths = workspace.paths
    writing = exclusive(workspace.folder, "import", job="webhooks") if options.apply else nullcontext()
    with (
        writing,
        open_ledger(workspace, ActLedger, paths.act_ledger, apply=options.apply) as ledger,
        connected(workspace) as client,
    ):
        addresses = read_addresses(paths.door)
        if options.changes_something:
            plan = planned(addresses, options)
            if options.apply:
                apply_plan(workspace, client, ledger, plan, say)
                addresses = read_addresses(paths.door)
            else:
                target = plan.target.target if plan.target else None
                for change in changes(all_webhooks(client), plan.bases, target):
                    show(f"to do: {change}{demo_mark(workspace.is_demo)}")
                say("dry run: nothing was done; APPLY=1 does it")
        found = all_webhooks(client)
    newest = newest_events(paths.webhooks)
    for line in _listed(found, addresses, newest):
        show(f"{line}{demo_mark(workspace.is_demo)}")
    _try(addresses, show, is_asked_for=options.apply and not options.stop)


def _listed(found: list[Webhook], addresses: tuple[Address, ...], newest: dict[str, str]) -> Iterator[str]:
    """A line for each event type of ours, and for each webhook of others."""
    bases = {address.url for address in addresses}
    staying = [address for address in addresses if address.until is None]
    ours = [webhook for webhook in found if webhook.leads_to(bases)]
    others = [webhook for webhook in found if not webhook.leads_to(bases)]
    if staying:
        yield f"ours lead to {staying[-1].shown}"
    else:
        yield "none of ours is registered: make webhooks URL=https://... APPLY=1"
    for event_type in [*wanted(), *sorted({webhook.event_type for webhook in ours} - wanted().keys())]:
        of_type = [webhook for webhook in ours if webhook.event_type == event_type]
        if not of_type and not staying:
            continue
        state = _state(of_type, staying[-1].target if staying else None)
        seen = f"newest event {newest[event_type]}" if event_type in newest else "no event yet"
        numbers = ", ".join(webhook.webhook_id for webhook in of_type)
        yield f"  {state:<9} {event_type}" + (f" ({numbers})" if numbers else "") + f": {seen}"
    for webhook in others:
        rests = "" if webhook.is_active else ", resting"
        told = f"{webhook.event_type} ({webhook.webhook_id}) {printable(webhook.name, most=30)!r}"
        yield f"  another's {told} to {webhook.shown_url}{rests}"


def _state(of_type: list[Webhook], target: str | None) -> str:
    if not of_type:
        return "missing"
    if len(of_type) > 1:
        return "doubled"
    if not of_type[0].is_active:
        return "resting"
    return "ok" if of_type[0].url == target else "outdated"


def _try(addresses: tuple[Address, ...], show: Say, *, is_asked_for: bool) -> None:
    """Send a test event to the address that is in use; where it `is_asked_for` and missed, UndoneError."""
    staying = [address for address in addresses if address.until is None]
    if not staying:
        return
    why = missed(staying[-1])
    if why is None:
        show("a test event arrived: it was sent to the public address, and the door proved that it had it")
        return
    text = (
        f"a test event to {staying[-1].shown} did not arrive ({why}): open the door (make door), and lead "
        "the public address to it"
    )
    if is_asked_for:
        raise UndoneError(f"What was asked for is done, but {text}. HeyReach tries for 24 hours")
    show(text)


def newest_events(folder: Path) -> dict[str, str]:
    """Event type -> the time that the last event of it in the newest files tells, as it is printed there."""
    newest: dict[str, str] = {}
    for path in sorted(folder.glob("received-*.jsonl"))[-FILES_LOOKED_INTO:]:
        with path.open("rb") as file:
            for line in file:
                for event_type, at in _told(line):
                    newest[event_type] = max(newest.get(event_type, ""), at)
    return newest


def _told(line: bytes) -> Iterator[tuple[str, str]]:
    try:
        payload = orjson.loads(line)
    except orjson.JSONDecodeError:  # half a line
        return
    for event in payload if isinstance(payload, list) else [payload]:
        if isinstance(event, dict) and isinstance(event.get("event_type"), str):
            yield event["event_type"].upper(), printable(event.get("timestamp") or "", most=30)
