"""Worlds in which several things stall at once, as they do."""

from random import Random

from tests.diagnosis.causes import Drawn, Planted
from tests.diagnosis.workspaces import Workspace, days_before_end, draw_workspace

SENDERS, CAMPAIGNS = 6, 5


def draw(number: int) -> Drawn:
    """World `number`, the same one every time: one to four things stall in it."""
    rng = Random(f"worth/{number}")
    workspace = draw_workspace(rng, senders=SENDERS, campaigns=CAMPAIGNS)
    troubled = rng.randint(0, 2)
    for index in rng.sample(range(SENDERS), troubled):
        workspace = workspace.with_sender(index, **_trouble(rng))
    for index in rng.sample(range(CAMPAIGNS), rng.randint(0 if troubled else 1, 2)):
        workspace = _paused(workspace, index, rng)
    return Drawn(workspace, workspace.world(rng.randrange(2**31)), Planted())


def _trouble(rng: Random) -> dict:
    since = days_before_end(rng.randint(15, 25))
    return rng.choice(
        (
            {"auth_invalid_at": days_before_end(rng.randint(7, 25))},
            {"disconnected_at": days_before_end(rng.randint(7, 25))},
            {"cooldowns": ((days_before_end(rng.randint(4, 7)), days_before_end(-2)),)},
            {"limit_changes": ((since, rng.choice((1, 2, 3))),)},
            {"slowdowns": ((since, days_before_end(-2), 0),)},
        )
    )


def _paused(workspace: Workspace, index: int, rng: Random) -> Workspace:
    campaign = workspace.campaigns[index]
    statuses = (*campaign.statuses, (days_before_end(rng.randint(7, 25)), "PAUSED"))
    return workspace.with_campaign(index, statuses=statuses)
