"""What a world is made of: a workspace, one or two twists, and when it is pulled."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from extract.heyreach.accounts import Account
from extract.sandbox.clock import DAY, HOUR, WEEK, to_datetime, to_ticks
from extract.sandbox.presets import Campaign
from extract.sandbox.twists import TWIST_NAMES
from extract.sandbox.world import World
from tests.diagnosis.workspaces import START, Workspace, batch_times, draw_workspace

# Twists of the pulling, beside those of the workspace: the first pull comes weeks late, none comes for days,
# webhook files tell of the second half.
OF_THE_PULLS = ("late_first_pull", "gap_in_pulls", "webhooks")
NAMES = (*TWIST_NAMES, *OF_THE_PULLS)
EITHER_OR = {"connected_before_accepted", "connected_before_none"}
PULL_HOURS = {1: (2,), 2: (2, 14), 3: (2, 10, 18), 4: (2, 8, 14, 20)}
DRAFT_ID = 41900
SUNDAY = 6


@dataclass(frozen=True)
class Drawn:
    """One world. `pulls` are (moment, kind) in order; the last one's moment is the as-of."""

    seed: int
    number: int
    twists: tuple[str, ...]
    world: World
    accounts: list[Account]
    pulls: list[tuple[datetime, str]]
    pulls_a_day: int

    @property
    def name(self) -> str:
        return f"{self.number}: {' + '.join(self.twists) or 'no twist'}"

    @property
    def as_of(self) -> datetime:
        return self.pulls[-1][0]


def draw(seed: int, number: int, only: str = "") -> Drawn:
    """World `number` of a seed: even numbers have one twist each in turn (or none), odd ones two.

    `only` names a twist that each of them shall have.
    """
    rng = Random(f"worlds/{seed}/{number}")
    twists = _drawn_twists(rng, number, only)
    weeks, pulls_a_day = rng.randint(7, 9), rng.choice((1, 2, 3, 4))
    workspace = _drawn_workspace(rng, weeks)
    world_seed = rng.randrange(10**6)
    world = workspace.world(world_seed, weeks, [name for name in twists if name in TWIST_NAMES])
    pulls = list(_timetable(rng, weeks, PULL_HOURS[pulls_a_day], twists))
    return Drawn(seed, number, twists, world, _accounts(workspace, world), pulls, pulls_a_day)


def _drawn_twists(rng: Random, number: int, only: str) -> tuple[str, ...]:
    if number % 2 == 0:
        in_turn = [(name,) for name in NAMES] + [()]
        return (only,) if only else in_turn[number // 2 % len(in_turn)]
    while True:
        pair = [only or rng.choice(NAMES), rng.choice(NAMES)]
        if pair[0] != pair[1] and not set(pair) >= EITHER_OR:
            return tuple(sorted(pair))


def _drawn_workspace(rng: Random, weeks: int) -> Workspace:
    """300 to 1,500 leads in batches over the weeks, and senders who get through them by about the end."""
    workspace = draw_workspace(rng, senders=rng.randint(4, 7), campaigns=rng.randint(3, 5))
    leads = rng.randint(300, 1500)
    pace = leads / (len(workspace.senders) * weeks * 5)
    senders = tuple(
        replace(sender, daily_limit=max(2, round(pace * rng.uniform(0.8, 1.4))))
        for sender in workspace.senders
    )
    times = batch_times(*range(0, weeks, 2))
    campaigns = tuple(
        replace(
            campaign,
            batch_times=times,
            withdraw_after_days=rng.choice((14, 21, 30)),
            statuses=campaign.statuses,
        )
        for campaign in workspace.campaigns
    )
    return replace(
        workspace,
        senders=senders,
        campaigns=(*campaigns, _draft(campaigns[0])),
        base_rate=rng.uniform(0.12, 0.34),
        leads=leads,
        has_usual_effects=rng.random() < 0.5,
    )


def _draft(like: Campaign) -> Campaign:
    created = to_ticks(START) - DAY
    return replace(
        like,
        id=DRAFT_ID,
        name="Draft",
        list_id=DRAFT_ID + 20_000,
        list_name="Draft",
        started_at=None,
        statuses=((created, "DRAFT"),),
        share=0.03,
        batch_times=(created + HOUR,),
    )


def _timetable(
    rng: Random, weeks: int, hours: tuple[int, ...], twists: tuple[str, ...]
) -> Iterator[tuple[datetime, str]]:
    """Full on Sundays, daily at night, light in between, as the operator's timetable has it."""
    late = timedelta(days=rng.randint(10, 24)) if "late_first_pull" in twists else timedelta(0)
    gap_from = START + timedelta(days=rng.randint(12, 24))
    gap_until = gap_from + timedelta(days=rng.randint(5, 12))
    end = START + timedelta(weeks=weeks, hours=8)
    is_first = True
    for day in range(weeks * 7):
        for hour in hours:
            moment = START + timedelta(days=day, hours=hour)
            if moment < START + late or ("gap_in_pulls" in twists and gap_from <= moment < gap_until):
                continue
            night = "full" if moment.weekday() == SUNDAY or is_first else "daily"
            yield moment, night if hour == hours[0] else "light"
            is_first = False
    yield end, "full"


def webhooks_since(drawn: Drawn) -> datetime:
    """From when on webhook files were kept: the middle of the world."""
    return to_datetime(drawn.world.start + drawn.world.weeks * WEEK // 2)


def _accounts(workspace: Workspace, world: World) -> list[Account]:
    """The account file: as the senders are, but for what the operator doesn't know of one."""
    unknown = world.twists.did().get("small_sender_group", {})
    return [
        replace(account, type=unknown["account_type"], gender=None)
        if account.account_id == str(unknown.get("sender"))
        else account
        for account in workspace.accounts
    ]
