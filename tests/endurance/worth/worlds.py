"""Worlds in which several things stall at once, as they do; one of them is planted, over all kinds evenly."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from extract.sandbox.clock import HOUR
from extract.sandbox.leads import CampaignLead
from extract.sandbox.presets import ICPS, SOURCES
from tests.diagnosis.causes import REALISTIC_ODDS, Drawn, Planted
from tests.diagnosis.workspaces import (
    FIRST_ACCOUNT_ID,
    FIRST_CAMPAIGN_ID,
    FIRST_LIST_ID,
    Workspace,
    batch_times,
    days_before_end,
    draw_workspace,
    odds,
)

SENDERS, CAMPAIGNS = 6, 5
# Leads for so many times what senders can send until the last pull, where some of them are to be passed over.
LONG_QUEUES = (1.25, 1.5)


def draw(number: int, kind: str | None = None) -> Drawn:
    """World `number`, the same one every time: of this kind, or of the one whose turn it is."""
    kind = kind or [*KINDS][number % len(KINDS)]
    rng = Random(f"worth/{kind}/{number}")
    workspace, planted = KINDS[kind](rng)
    return Drawn(workspace, workspace.world(rng.randrange(2**31)), planted)


# --- senders and campaigns that can't send ----------------------------------------------------------------


def _stuck_sender(cause: str) -> Callable[[Random], tuple[Workspace, Planted]]:
    def plant(rng: Random) -> tuple[Workspace, Planted]:
        workspace, index = _workspace(rng), rng.randrange(SENDERS)
        workspace = _with_more(workspace.with_sender(index, **TROUBLES[cause](rng)), rng, {index})
        return workspace, Planted(cause, frozenset({("account", str(FIRST_ACCOUNT_ID + index))}))

    return plant


def campaign_paused(rng: Random) -> tuple[Workspace, Planted]:
    workspace, index = _workspace(rng), rng.randrange(CAMPAIGNS)
    workspace = _with_more(_paused(workspace, index, rng), rng)
    return workspace, Planted("campaign_paused", frozenset({("campaign", str(FIRST_CAMPAIGN_ID + index))}))


TROUBLES: dict[str, Callable[[Random], dict]] = {
    "sender_auth_invalid": lambda rng: {"auth_invalid_at": days_before_end(rng.randint(7, 25))},
    "sender_gone": lambda rng: {"disconnected_at": days_before_end(rng.randint(7, 25))},
    "sender_cooldown": lambda rng: {
        "cooldowns": ((days_before_end(rng.randint(4, 7)), days_before_end(-2)),),
    },
    "sender_capped": lambda rng: {
        "limit_changes": ((days_before_end(rng.randint(15, 25)), rng.choice((1, 2, 3))),),
    },
    "sender_limit_lowered": lambda rng: {
        "limit_changes": ((days_before_end(rng.randint(15, 25)), rng.choice((5, 6, 8))),),
    },
    "sender_idle": lambda rng: {
        "slowdowns": ((days_before_end(rng.randint(15, 25)), days_before_end(-2), 0),),
    },
}


# --- senders and campaigns that are starved ---------------------------------------------------------------


def too_few_leads(rng: Random) -> tuple[Workspace, Planted]:
    """Some senders get few of the leads."""
    workspace = _with_weekly_leads(_workspace(rng))
    short = rng.sample(range(SENDERS), rng.randint(2, 3))
    workspace = _with_more(_short_of_leads(workspace, short, rng, 0.05, 0.4), rng)
    return workspace, Planted("too_few_leads", frozenset({("all", "senders")}))


def campaign_starved(rng: Random) -> tuple[Workspace, Planted]:
    """The youngest campaign, whose senders have enough to do in the oldest; others have room."""
    workspace = replace(_workspace(rng), serves_oldest_first=True)
    ids = [sender.id for sender in workspace.senders]
    busy, free = dict.fromkeys(ids[:3], 1.0), dict.fromkeys(ids[3:], 1.0)
    crews, shares = (busy, free, free, free, busy), (0.55, 0.08, 0.08, 0.08, 0.21)
    for index, (crew, share) in enumerate(zip(crews, shares, strict=True)):
        workspace = workspace.with_campaign(index, sender_weights=crew, share=share)
    # Nothing can be said of a campaign before the older one has leads.
    workspace = workspace.with_campaign(4, batch_times=batch_times(2, 4))
    return workspace, Planted("campaign_starved", frozenset({("campaign", str(FIRST_CAMPAIGN_ID + 4))}))


# --- what is accepted less --------------------------------------------------------------------------------


def _weak_leads(
    dimension: str,
    segments: Callable[[Random], tuple[str, ...]],
    leads: Callable[[tuple[str, ...], CampaignLead], bool],
) -> Callable[[Random], tuple[Workspace, Planted]]:
    """More leads wait than the coming week can ask, some of them less inclined to accept."""

    def plant(rng: Random) -> tuple[Workspace, Planted]:
        workspace, weak = _workspace(rng), segments(rng)
        workspace = replace(workspace, leads=round(workspace.leads * rng.uniform(*LONG_QUEUES) / 1.1))
        if rng.random() < 1 / 3:
            workspace = _with_more(workspace, rng)
        planted = {dimension: dict.fromkeys(weak, odds(rng.uniform(*REALISTIC_ODDS)))}
        return replace(workspace, planted=planted), Planted(
            "low_acceptance", leads=lambda lead: leads(weak, lead)
        )

    return plant


def weak_sender(rng: Random) -> tuple[Workspace, Planted]:
    """Others have room for its leads."""
    workspace = _with_weekly_leads(_workspace(rng))
    weak, *short = rng.sample(range(SENDERS), 4)
    workspace = _short_of_leads(workspace, short, rng, 0.3, 0.6)
    account_id = FIRST_ACCOUNT_ID + weak
    workspace = replace(
        workspace.with_sender(weak, daily_limit=17),
        unscattered=(account_id,),
        planted={"account": {str(account_id): odds(rng.uniform(*REALISTIC_ODDS))}},
    )
    return workspace, Planted("low_acceptance", leads=lambda lead: lead.account_id == account_id)


# --- all of them ------------------------------------------------------------------------------------------

KINDS: dict[str, Callable[[Random], tuple[Workspace, Planted]]] = {
    "campaign_paused": campaign_paused,
    **{cause: _stuck_sender(cause) for cause in TROUBLES},
    "too_few_leads": too_few_leads,
    "campaign_starved": campaign_starved,
    "weak source": _weak_leads(
        "source", lambda rng: (rng.choice(SOURCES),), lambda weak, lead: lead.imported.source in weak
    ),
    "weak ICP": _weak_leads(
        "icp", lambda rng: (rng.choice(ICPS),), lambda weak, lead: lead.imported.person.icp in weak
    ),
    # The warehouse reads managers and directors as senior, so they go together.
    "weak seniority": _weak_leads(
        "seniority",
        lambda rng: rng.choice((("mid",), ("senior", "manager"), ("exec",))),
        lambda weak, lead: lead.imported.person.seniority in weak,
    ),
    "weak list": _weak_leads(
        "list",
        lambda rng: (str(FIRST_LIST_ID + rng.randrange(CAMPAIGNS)),),
        lambda weak, lead: str(lead.imported.list_id) in weak,
    ),
    "weak sender": weak_sender,
}


def _workspace(rng: Random) -> Workspace:
    workspace = draw_workspace(rng, senders=SENDERS, campaigns=CAMPAIGNS)
    # Which comes first can only be seen of campaigns that weren't made at the same moment.
    for index, campaign in enumerate(workspace.campaigns):
        workspace = workspace.with_campaign(index, created_at=campaign.created_at + index * HOUR // 2)
    return workspace


def _with_more(workspace: Workspace, rng: Random, but: frozenset[int] | set[int] = frozenset()) -> Workspace:
    """Up to one more sender and campaign that are stuck, and in a third the oldest campaign served first."""
    if rng.random() < 0.5:
        index = rng.choice([each for each in range(SENDERS) if each not in but])
        workspace = workspace.with_sender(index, **TROUBLES[rng.choice([*TROUBLES])](rng))
    if rng.random() < 0.5:
        index = rng.choice(
            [each for each in range(CAMPAIGNS) if workspace.campaigns[each].statuses[-1][1] != "PAUSED"]
        )
        workspace = _paused(workspace, index, rng)
    return workspace if rng.random() < 2 / 3 else replace(workspace, serves_oldest_first=True)


def _paused(workspace: Workspace, index: int, rng: Random) -> Workspace:
    campaign = workspace.campaigns[index]
    statuses = (*campaign.statuses, (days_before_end(rng.randint(7, 25)), "PAUSED"))
    return workspace.with_campaign(index, statuses=statuses)


def _with_weekly_leads(workspace: Workspace) -> Workspace:
    """Whoever has room in the week of an import has some in the next one, too."""
    for index in range(CAMPAIGNS):
        workspace = workspace.with_campaign(index, batch_times=batch_times(0, 2, 4, 6, 7))
    return workspace


def _short_of_leads(
    workspace: Workspace, short: list[int], rng: Random, low: float, high: float
) -> Workspace:
    ids = {FIRST_ACCOUNT_ID + index for index in short}
    for index, campaign in enumerate(workspace.campaigns):
        weights = {
            account_id: weight * (rng.uniform(low, high) if account_id in ids else 1)
            for account_id, weight in campaign.sender_weights.items()
        }
        workspace = workspace.with_campaign(index, sender_weights=weights)
    return workspace
