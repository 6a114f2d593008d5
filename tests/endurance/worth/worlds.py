"""Worlds in which several things stall at once, as they do."""

from dataclasses import replace
from random import Random

from extract.sandbox.clock import HOUR
from tests.diagnosis.causes import Drawn, Planted
from tests.diagnosis.workspaces import Workspace, days_before_end, draw_workspace

SENDERS, CAMPAIGNS = 6, 5


def draw(number: int) -> Drawn:
    """World `number`, the same one every time: several things stall in it."""
    rng = Random(f"worth/{number}")
    workspace = draw_workspace(rng, senders=SENDERS, campaigns=CAMPAIGNS)
    troubled = rng.randint(0, 2)
    for index in rng.sample(range(SENDERS), troubled):
        workspace = workspace.with_sender(index, **_trouble(rng))
    for index in rng.sample(range(CAMPAIGNS), rng.randint(0 if troubled else 1, 2)):
        workspace = _paused(workspace, index, rng)
    workspace = _starved(workspace, Random(f"starved/{number}"))
    return Drawn(workspace, workspace.world(rng.randrange(2**31)), Planted())


def _starved(workspace: Workspace, rng: Random) -> Workspace:
    """In a third of worlds some senders get few leads, in a third the oldest campaign is served first."""
    fate = rng.random()
    if fate < 1 / 3:
        short = {sender.id for sender in rng.sample(workspace.senders, rng.randint(1, 2))}
        for index, campaign in enumerate(workspace.campaigns):
            weights = {
                account_id: weight * (rng.uniform(0.05, 0.4) if account_id in short else 1)
                for account_id, weight in campaign.sender_weights.items()
            }
            workspace = workspace.with_campaign(index, sender_weights=weights)
    elif fate < 2 / 3:
        workspace = replace(workspace, serves_oldest_first=True)
        for index, campaign in enumerate(workspace.campaigns):
            workspace = workspace.with_campaign(index, created_at=campaign.created_at + index * HOUR // 2)
    return workspace


def _trouble(rng: Random) -> dict:
    since = days_before_end(rng.randint(15, 25))
    return rng.choice(
        (
            {"auth_invalid_at": days_before_end(rng.randint(7, 25))},
            {"disconnected_at": days_before_end(rng.randint(7, 25))},
            {"cooldowns": ((days_before_end(rng.randint(4, 7)), days_before_end(-2)),)},
            {"limit_changes": ((since, rng.choice((1, 2, 3, 6, 8))),)},
            {"slowdowns": ((since, days_before_end(-2), 0),)},
        )
    )


def _paused(workspace: Workspace, index: int, rng: Random) -> Workspace:
    campaign = workspace.campaigns[index]
    statuses = (*campaign.statuses, (days_before_end(rng.randint(7, 25)), "PAUSED"))
    return workspace.with_campaign(index, statuses=statuses)
