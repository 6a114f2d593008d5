"""Webhooks registered with HeyReach: one for each event type that models look at, all to the door.

What is so stands in HeyReach's own list, which is read before every change and after it; ours are those whose
URL leads to the door, and nobody else's is touched. The address, with its secret, is on disk before HeyReach
hears of it, so no delivery is refused whenever this is killed. Each change is in the ledger of acts before it
is asked for: a webhook whose creation was never answered is waited for, and only then created again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dbt_project.rendering import returned
from extract.acting.act import UndoneError
from extract.acting.ledger import Act, ActLedger
from extract.heyreach import webhook_api
from extract.heyreach.client import HeyReachClient
from extract.heyreach.door_addresses import (
    Address,
    closing,
    new_address,
    public_url,
    write_addresses,
)
from extract.heyreach.webhook_api import Webhook, all_webhooks
from extract.importer.opening import origin
from extract.workspace.errors import ConfigurationError, RefusedError, UnknownOutcomeError
from extract.workspace.workspace import Workspace

# The second finds what the first changed, a third what appeared late; more would go in circles.
ROUNDS = 3


def wanted() -> dict[str, str]:
    """The event types that are registered, and how each webhook is called."""
    return returned("webhook_event_types.sql", "registered_webhooks()")


@dataclass(frozen=True)
class WebhookOptions:
    """What is asked for: a public name, another secret, none at all; without `apply` nothing is done."""

    url: str | None = None
    rotate: bool = False
    stop: bool = False
    apply: bool = False

    @property
    def changes_something(self) -> bool:
        """Whether more is asked for than the list."""
        return bool(self.url) or self.rotate or self.stop


@dataclass(frozen=True)
class Change:
    """One thing to be asked of HeyReach: to create, update or delete the webhook of an event type."""

    kind: str
    event_type: str
    webhook: Webhook | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.event_type}" + (f" ({self.webhook.webhook_id})" if self.webhook else "")


def changes(found: list[Webhook], bases: set[str], target: str | None) -> list[Change]:
    """What makes ours as they should be: one of each wanted type at `target`, or none where that is None.

    One of a type that nobody asked for here was put there by hand: it stays, at the address of now.
    """
    names = wanted()
    ours = [webhook for webhook in found if webhook.leads_to(bases)]
    if target is None:
        return [Change("delete", webhook.event_type, webhook) for webhook in ours]
    todo, superfluous = [], []
    for event_type, name in names.items():
        of_type = [webhook for webhook in ours if webhook.event_type == event_type]
        of_type.sort(key=lambda webhook: not _is_as_it_should_be(webhook, name, target))
        if not of_type:
            todo.append(Change("create", event_type))
        elif not _is_as_it_should_be(of_type[0], name, target):
            todo.append(Change("update", event_type, of_type[0]))
        superfluous += [Change("delete", event_type, webhook) for webhook in of_type[1:]]
    by_hand = [webhook for webhook in ours if webhook.event_type not in names and webhook.url != target]
    return todo + [Change("update", webhook.event_type, webhook) for webhook in by_hand] + superfluous


def _is_as_it_should_be(webhook: Webhook, name: str, target: str) -> bool:
    return (webhook.url, webhook.name, webhook.campaign_ids, webhook.is_active) == (target, name, (), True)


@dataclass(frozen=True)
class Plan:
    """The addresses as they are to be kept, the one that webhooks are to lead to, and what it takes."""

    addresses: tuple[Address, ...]
    target: Address | None
    bases: set[str]


def planned(addresses: tuple[Address, ...], options: WebhookOptions) -> Plan:
    """Which address is to be used; raises ConfigurationError for what can't be asked for.

    A new one comes last. Of several that stay, the last is the one that a call which was cut off began with.
    """
    if options.stop and (options.url or options.rotate):
        raise ConfigurationError("STOP=1 takes webhooks out: leave URL= and ROTATE=1 away. Nothing was done")
    staying = [address for address in addresses if address.until is None]
    url = public_url(options.url) if options.url else staying[-1].url if staying else None
    bases = {address.url for address in addresses} | ({url} if url else set())
    if options.stop:
        if not bases:
            raise ConfigurationError("None of ours is registered here: there is nothing to stop")
        return Plan(addresses, None, bases)
    if url is None:
        raise ConfigurationError(
            "Say by which public name the door is reached: URL=https://hooks.example.com"
        )
    is_new = not staying or staying[-1].url != url
    if is_new or (options.rotate and len(staying) == 1):
        addresses = (*addresses, new_address(url))
        return Plan(addresses, addresses[-1], bases)
    return Plan(addresses, staying[-1], bases)


def apply_plan(
    workspace: Workspace,
    client: HeyReachClient,
    ledger: ActLedger,
    plan: Plan,
    say: Callable[[str], None],
) -> None:
    """Make HeyReach's webhooks as planned, read back; may be killed at any moment and called again.

    Raises UndoneError where HeyReach leaves something undone, ProviderError when it can't be reached or read.
    """
    write_addresses(workspace.paths.door, plan.addresses)
    work = _Registering(workspace, client, ledger, plan, say)
    undone = work.run()
    if undone:
        raise UndoneError(
            f"HeyReach left undone: {'; '.join(undone)}. What was done stays, and no event is lost by it: "
            "run the same command again later"
        )
    addresses = tuple(address if address == plan.target else closing(address) for address in plan.addresses)
    write_addresses(workspace.paths.door, addresses)


@dataclass(frozen=True)
class _Registering:
    workspace: Workspace
    client: HeyReachClient
    ledger: ActLedger
    plan: Plan
    say: Callable[[str], None]

    def run(self) -> list[str]:
        """Ask for changes until there are none; returns what HeyReach refused or doesn't show."""
        refused: dict[Change, str] = {}
        asked: dict[Change, Act] = {}
        for _ in range(ROUNDS):
            # What was created and isn't shown yet would be there twice.
            tried = {*refused, *(change for change in asked if change.kind == "create")}
            todo = [change for change in self._todo() if change not in tried]
            if not todo:
                break
            for change in todo:
                try:
                    asked[change] = self._ask(change)
                except RefusedError as error:
                    refused[change] = str(error)
        left = self._todo()
        undone = [f"{change}: {refused.get(change, 'it is not shown')}" for change in left]
        if not left:
            for act in asked.values():
                self._note(act, "done")
        return undone

    def _todo(self) -> list[Change]:
        target = self.plan.target.target if self.plan.target else None
        return changes(all_webhooks(self.client), self.plan.bases, target)

    def _ask(self, change: Change) -> Act:
        act = self.ledger.unfinished(change.kind, change.event_type)
        if act and change.kind == "create" and self._has_appeared(change):
            return act
        act = act or self._new_act(change)
        self._note(act, "sending")
        try:
            self._request(change)
        except UnknownOutcomeError as error:
            self._note(act, "unknown", why=str(error))
        except RefusedError as error:
            self._note(act, "refused", why=str(error))
            raise
        else:
            self._note(act, "answered")
        if change.kind == "create":
            self._has_appeared(change)
        self.say(f"asked: {change}")
        return act

    def _request(self, change: Change) -> None:
        if change.kind == "delete":
            webhook_api.delete(self.client, change.webhook)
        elif change.kind == "create":
            name = wanted()[change.event_type]
            webhook_api.create(self.client, name, change.event_type, self.plan.target.target)
        elif change.event_type in (names := wanted()):
            webhook_api.update(
                self.client,
                change.webhook,
                webhookName=names[change.event_type],
                webhookUrl=self.plan.target.target,
                campaignIds=[],
                isActive=True,
            )
        else:
            webhook_api.update(self.client, change.webhook, webhookUrl=self.plan.target.target)

    def _has_appeared(self, change: Change) -> bool:
        """Whether a webhook of the type is shown, looking again for as long as HeyReach may take."""
        for wait in (0.0, *self.workspace.read_back_waits):
            time.sleep(wait)
            if change not in self._todo():
                return True
        return False

    def _new_act(self, change: Change) -> Act:
        now = datetime.now(UTC)
        act_id = f"webhook-{change.kind}-{change.event_type.lower()}-{now:%Y%m%d-%H%M%S}"
        taken = {act.act_id for act in self.ledger.acts()}
        while act_id in taken:
            act_id += "-again"
        act = Act(act_id, origin(self.workspace), change.kind, change.event_type, "", now)
        self.ledger.plan(act)
        return act

    def _note(self, act: Act, state: str, **details: object) -> None:
        self.ledger.record(act, state, datetime.now(UTC), **details)
