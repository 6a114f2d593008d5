"""One pull: ask HeyReach for everything, and land the rows that differ from what raw already holds.

What a pull needs and what only adds is told apart here alone (PARTS): a part that is needed and can't be read
ends the pull, any other is left incomplete, and the pull goes on.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from extract import raw
from extract.heyreach import KINDS, additions, daily_counts, inbox
from extract.heyreach.asking import Asking
from extract.heyreach.campaign_rows import is_resting, senders_of
from extract.heyreach.client import HeyReachClient
from extract.heyreach.observing import KnownStates, Pull, PullResult
from extract.heyreach.one_workspace import require_same_workspace, workspaces_of
from extract.heyreach.reading import read_route
from extract.people.records import Erased
from extract.raw import routes
from extract.raw.landing import Landing

# By how much HeyReach's Date may lie before what it dates: it shows whole seconds, and has several servers.
CLOCK_TOLERANCE = timedelta(minutes=1)
_PRINTED = "%Y-%m-%dT%H:%M:%SZ"
_TIME = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d")


@dataclass
class Learnt:
    """What the parts of a pull hand on: campaigns by id, those at rest that need no look, who sends where."""

    campaigns: dict[str, dict] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Part:
    """A part of a pull: the raw tables it fills, the kinds of pulls that read it, and how."""

    resources: tuple[str, ...]
    is_needed: bool
    kinds: tuple[str, ...]
    read: Callable[[Pull, Learnt], None]


def run_pull(
    client: HeyReachClient,
    landing: Landing,
    known: KnownStates,
    *,
    base_url: str,
    origin: raw.Origin | None,
    kind: str = "full",
    erased: Erased | None = None,
    settled: Collection[str] = (),
    reads_inbox: bool = False,
) -> PullResult:
    """Pull the workspace once, without the people who are `erased`.

    A `full` pull reads everything. A `daily` one leaves out what hardly changes: the campaigns' sequences,
    lists that no running campaign takes leads from, and campaigns that are at rest and `settled` (nothing in
    them was open, see settled.py), unless their own row has changed. A `light` one reads what moves during a
    day (senders, campaigns, the leads a daily one reads) and serves only to narrow the bounds of events
    between two others. The inbox is read where it `reads_inbox`, by full and daily ones.

    Raises ProviderError where something it needs can't be read, ConfigurationError for the key of another
    workspace.
    """
    needed = frozenset(name for part in PARTS if part.is_needed for name in part.resources)
    pull = Pull(client, landing, known, base_url, kind, needed, origin, erased, reads_inbox)
    learnt = Learnt(settled=set(settled) if kind != "full" else set())
    for part in PARTS:
        if kind in part.kinds:
            part.read(pull, learnt)
    return pull.finish()


def _read_senders(pull: Pull, learnt: Learnt) -> None:
    read_route(pull, routes.SENDER_ACCOUNTS)
    now, newest = pull.walks[-1]["finished_at"], pull.known.newest_finished_at
    if newest and now + CLOCK_TOLERANCE < newest:
        pull.warnings.append(
            f"HeyReach's clock (the Date of its answers) says {now:{_PRINTED}}, but the newest pull before "
            f"this one ended at {newest:{_PRINTED}} by the same clock: one of the two is wrong, and times "
            "between them are doubtful"
        )


def _read_campaigns(pull: Pull, learnt: Learnt) -> None:
    before = dict(pull.known.of(routes.CAMPAIGNS.name, ()))
    campaigns = read_route(pull, routes.CAMPAIGNS)
    workspaces = workspaces_of(campaigns.values())
    pull.workspace_id = min(workspaces) if workspaces else (pull.origin.workspace_id if pull.origin else None)
    require_same_workspace(pull.origin, workspaces)
    after = pull.known.of(routes.CAMPAIGNS.name, ())
    learnt.campaigns = campaigns
    learnt.settled = {
        campaign_id
        for campaign_id, campaign in campaigns.items()
        if campaign_id in learnt.settled
        and before.get(campaign_id) == after[campaign_id]
        and is_resting(campaign)
    }


def _read_campaign_leads(pull: Pull, learnt: Learnt) -> None:
    asking = Asking(pull, routes.CAMPAIGN_LEADS.name)
    clock = _ClockCheck(pull)
    for campaign_id, campaign in learnt.campaigns.items():
        if campaign_id in learnt.settled:
            continue
        senders = senders_of(campaign)
        asking.ask((campaign_id,), partial(_read_leads_of, pull, campaign_id, senders, clock))
        learnt.pairs |= {(sender, campaign_id) for sender in senders}
    asking.end()
    for (campaign_id,) in asking.gone:
        pull.warnings.append(
            f"campaign {campaign_id} vanished while it was read; its leads stay as they were last seen"
        )
    asking.warning("the pull counts as incomplete, the next one asks again")
    clock.warn()


def _read_leads_of(pull: Pull, campaign_id: str, senders: set[str], clock: "_ClockCheck") -> None:
    """Land a campaign's leads, and add the senders its rows name."""

    def note(row: object, *, is_kept: bool) -> None:
        sender = row.get("linkedInSenderId")
        if sender is not None:
            senders.add(str(sender))
        if not is_kept and sender is not None:
            # HeyReach's own counts go on including them.
            pull.erased_counts[campaign_id, str(sender), str(row.get("leadConnectionStatus"))] += 1
        clock.see(row)

    of_campaign = {"campaignId": routes.as_sent(campaign_id)}
    read_route(pull, routes.CAMPAIGN_LEADS, (campaign_id,), of_campaign, note)


class _ClockCheck:
    """Whether rows tell of actions that by HeyReach's own Date are yet to come."""

    def __init__(self, pull: Pull):
        self._pull = pull
        self._answers = 0
        self._latest_possible = ""
        self._told: tuple[str, datetime] | None = None

    def see(self, row: dict) -> None:
        if self._pull.answers != self._answers:
            self._answers = self._pull.answers
            self._latest_possible = f"{self._pull.client.now() + CLOCK_TOLERANCE:%Y-%m-%dT%H:%M:%S}"
        # Whatever follows the seconds of a printed time, all are UTC and sort as text.
        action = str(row.get("lastActionTime"))[:19]
        if action > max(self._latest_possible, self._told[0] if self._told else "") and _TIME.fullmatch(
            action
        ):
            self._told = action, self._pull.client.now()

    def warn(self) -> None:
        # With a given clock the Date dates nothing.
        if self._told and self._pull.walks[-1]["received_at"]:
            action, now = self._told
            self._pull.warnings.append(
                f"HeyReach's clock (the Date of its answers) says {now:{_PRINTED}} where the last action of "
                f"a lead was at {action}Z: one of the two is wrong, and times of this pull are doubtful"
            )


def _read_sequences(pull: Pull, learnt: Learnt) -> None:
    additions.read_sequences(pull, learnt.campaigns)


def _read_lists(pull: Pull, learnt: Learnt) -> None:
    additions.read_lists(pull, learnt.campaigns)


def _read_running_lists(pull: Pull, learnt: Learnt) -> None:
    additions.read_running_lists(pull, learnt.campaigns)


def _read_daily_counts(pull: Pull, learnt: Learnt) -> None:
    daily_counts.read_daily_counts(pull, learnt.campaigns, learnt.pairs)


def _read_inbox(pull: Pull, learnt: Learnt) -> None:
    if pull.reads_inbox:
        inbox.read_inbox(pull)


_LISTS = (routes.LISTS.name, routes.LIST_LEADS.name, routes.LIST_COMPANIES.name)
# In the order they are read: what is needed comes first, and each part uses what those before it found.
PARTS = (
    Part((routes.SENDER_ACCOUNTS.name,), True, KINDS, _read_senders),
    Part((routes.CAMPAIGNS.name,), True, KINDS, _read_campaigns),
    Part((routes.CAMPAIGN_LEADS.name,), True, KINDS, _read_campaign_leads),
    Part((routes.CAMPAIGN_SEQUENCES.name,), False, ("full",), _read_sequences),
    Part(_LISTS, False, ("full",), _read_lists),
    Part((routes.LIST_LEADS.name,), False, ("daily",), _read_running_lists),
    Part((routes.ACCOUNT_CAMPAIGN_DAYS.name,), False, ("full", "daily"), _read_daily_counts),
    Part((routes.CONVERSATIONS.name,), False, ("full", "daily"), _read_inbox),
)
