"""One cause at a time: how it is planted in a workspace, and which rows of rpt_bottlenecks name it.

What is planted in how the leads accept is named by any segment that consists of the same requests, so the
truth is kept as a set of leads and not as a name; everything else is named by dimension and segment.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from extract.sandbox.clock import HOUR, to_datetime
from extract.sandbox.leads import COMPANY_SIZES, INDUSTRIES, CampaignLead
from extract.sandbox.presets import ICPS, SOURCES, Batch
from extract.sandbox.world import World
from tests.diagnosis.workspaces import (
    CAMPAIGNS,
    FIRST_ACCOUNT_ID,
    FIRST_CAMPAIGN_ID,
    FIRST_LIST_ID,
    Workspace,
    batch_times,
    days_before_end,
    draw_workspace,
    mature_requests,
    odds,
)

REALISTIC_ODDS = (0.30, 0.45)
REALISTIC_REQUESTS = 300
# What has more than half of all requests is rather what the others are compared with.
LARGEST_SHARE = 0.5

Name = tuple[str, str]


@dataclass(frozen=True)
class Planted:
    """What is wrong: a cause, and what names it. `leads` picks those of a low acceptance, of which `size` are
    old enough to judge; `names` are (dimension, segment)."""

    cause: str | None = None
    names: frozenset[Name] = frozenset()
    leads: Callable[[CampaignLead], bool] | None = None
    odds_ratio: float | None = None
    size: int | None = None


class Drawn(NamedTuple):
    """A workspace, its truth, and what is planted; `imports` names what `make import` adds, and loses."""

    workspace: Workspace
    world: World
    planted: Planted
    imports: "ImportPlan | None" = None


class ImportPlan(NamedTuple):
    """A file of `rows` leads into a campaign on a Monday, and the fault HeyReach has that morning."""

    campaign_id: int
    week: int
    rows: int
    fault: dict


# --- low acceptance ---------------------------------------------------------------------------------------


class Size(NamedTuple):
    """How large a planted effect is: its odds ratio, and the number of requests old enough to judge."""

    odds_ratio: tuple[float, float]
    requests: tuple[int, float]


REALISTIC = Size(REALISTIC_ODDS, (REALISTIC_REQUESTS, float("inf")))
# Each of two accounts.
REALISTIC_EACH = Size(REALISTIC_ODDS, (2 * REALISTIC_REQUESTS, float("inf")))
BARELY = Size((0.70, 0.70), (60, 350))


def _low(
    workspace: Workspace,
    dimension: str,
    segments: list[str],
    ratio: float,
    leads: Callable[[CampaignLead], bool],
) -> tuple[Workspace, Planted]:
    planted = {dimension: dict.fromkeys(segments, odds(ratio))}
    return replace(workspace, planted=planted), Planted("low_acceptance", leads=leads, odds_ratio=ratio)


def in_source(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    source = rng.choice(SOURCES)
    return _low(draw_workspace(rng), "source", [source], ratio, lambda lead: lead.imported.source == source)


def in_icp(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    icp = rng.choice(ICPS)
    return _low(draw_workspace(rng), "icp", [icp], ratio, lambda lead: lead.imported.person.icp == icp)


def in_list(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    """A campaign's list; campaign and list are the same requests."""
    workspace, index = draw_workspace(rng), rng.randrange(CAMPAIGNS)
    list_id = FIRST_LIST_ID + index
    return _low(workspace, "list", [str(list_id)], ratio, lambda lead: lead.imported.list_id == list_id)


def in_source_list(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    """One of the two files that a campaign's leads came in; its source has others besides."""
    workspace, index = draw_workspace(rng), rng.randrange(CAMPAIGNS)
    weak, other = rng.sample(SOURCES, 2)
    workspace = workspace.with_campaign(
        index, share=1 / 4, batch_times=batch_times(0), source_mix={weak: 0.6, other: 0.4}
    )
    source_list = f"{weak}-wave-{index + 1}-1"
    return _low(
        workspace, "source_list", [source_list], ratio, lambda lead: lead.imported.source_list == source_list
    )


def in_account(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    workspace, index = draw_workspace(rng), rng.randrange(7)
    account_id = FIRST_ACCOUNT_ID + index
    workspace = replace(workspace, unscattered=(account_id,)).with_sender(index, daily_limit=17)
    return _low(workspace, "account", [str(account_id)], ratio, lambda lead: lead.account_id == account_id)


def in_ai_accounts(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    """Four of nine senders are AI accounts: enough on both sides to tell the type from the single account."""
    workspace = draw_workspace(rng, senders=9, ai_senders=4)
    ai = {sender.id for sender in workspace.senders if sender.account_type != "real_personal"}
    return _low(workspace, "account_type", ["ai_mirror_saas"], ratio, lambda lead: lead.account_id in ai)


def in_few_ai_accounts(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    """Two AI accounts can't be told from two bad accounts, so one of them has to be named."""
    workspace = draw_workspace(rng, senders=8, ai_senders=2)
    ai = frozenset(sender.id for sender in workspace.senders if sender.account_type != "real_personal")
    workspace, planted = _low(
        replace(workspace, unscattered=tuple(ai)),
        "account_type",
        ["ai_mirror_saas"],
        ratio,
        lambda lead: lead.account_id in ai,
    )
    return workspace, replace(planted, names=frozenset(("account", str(account_id)) for account_id in ai))


def in_industry(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    industry = rng.choice(INDUSTRIES)
    return _low(
        draw_workspace(rng),
        "company_industry",
        [industry],
        ratio,
        lambda lead: lead.imported.person.company_industry == industry,
    )


def in_company_size(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    size = rng.choice(COMPANY_SIZES)
    return _low(
        draw_workspace(rng),
        "company_size",
        [size],
        ratio,
        lambda lead: lead.imported.person.company_size == size,
    )


def in_region(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    region = rng.choice(("na", "eu", "apac"))
    return _low(
        draw_workspace(rng),
        "company_region",
        [region],
        ratio,
        lambda lead: lead.imported.person.region == region,
    )


def in_seniority(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    """The warehouse reads managers and directors as senior, so they go together."""
    levels = rng.choice((("mid",), ("senior", "manager"), ("exec",)))
    return _low(
        draw_workspace(rng),
        "seniority",
        list(levels),
        ratio,
        lambda lead: lead.imported.person.seniority in levels,
    )


def in_list_of_one_sender(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    """Confounded: one sender got nothing but a weak list, so that its own rate is low; others have it too."""
    workspace, index = draw_workspace(rng), rng.randrange(CAMPAIGNS)
    sender = rng.choice(workspace.senders).id
    others = rng.sample([other.id for other in workspace.senders if other.id != sender], 2)
    for number, campaign in enumerate(workspace.campaigns):
        crew = {member: weight for member, weight in campaign.sender_weights.items() if member != sender}
        if len(crew) < 2:
            crew |= dict.fromkeys(others, 1.0)
        workspace = workspace.with_campaign(number, sender_weights=crew)
    crew = {sender: 0.5} | dict.fromkeys(others, 0.25)
    workspace = workspace.with_campaign(index, sender_weights=crew, share=1 / 4)
    list_id = FIRST_LIST_ID + index
    return _low(workspace, "list", [str(list_id)], ratio, lambda lead: lead.imported.list_id == list_id)


def in_sender_of_a_list(rng: Random, ratio: float) -> tuple[Workspace, Planted]:
    """Confounded the other way: a weak sender has two thirds of a list, which looks weak because of it."""
    workspace, index = draw_workspace(rng), rng.randrange(CAMPAIGNS)
    sender = rng.randrange(7)
    account_id = FIRST_ACCOUNT_ID + sender
    others = rng.sample([other.id for other in workspace.senders if other.id != account_id], 2)
    workspace = workspace.with_campaign(
        index, sender_weights={account_id: 0.66, others[0]: 0.17, others[1]: 0.17}
    )
    workspace = replace(workspace, unscattered=(account_id,)).with_sender(sender, daily_limit=17)
    return _low(workspace, "account", [str(account_id)], ratio, lambda lead: lead.account_id == account_id)


# --- senders and campaigns that can't send ----------------------------------------------------------------


# Nothing here needs many requests, only leads.
FEW = 4


def _small_workspace(rng: Random) -> Workspace:
    return draw_workspace(rng, senders=FEW, campaigns=FEW)


def _blocked(rng: Random, cause: str, change: Callable[[Random], dict]) -> tuple[Workspace, Planted]:
    workspace = _small_workspace(rng)
    index = rng.randrange(len(workspace.senders))
    names = frozenset({("account", str(workspace.senders[index].id))})
    return workspace.with_sender(index, **change(rng)), Planted(cause, names)


def sender_logged_out(rng: Random) -> tuple[Workspace, Planted]:
    return _blocked(
        rng, "sender_auth_invalid", lambda rng: {"auth_invalid_at": days_before_end(rng.randint(7, 25))}
    )


def sender_gone(rng: Random) -> tuple[Workspace, Planted]:
    return _blocked(rng, "sender_gone", lambda rng: {"disconnected_at": days_before_end(rng.randint(7, 25))})


def sender_cooling_down(rng: Random) -> tuple[Workspace, Planted]:
    """In the days of a cooldown that is still on."""
    return _blocked(
        rng,
        "sender_cooldown",
        lambda rng: {"cooldowns": ((days_before_end(rng.randint(4, 7)), days_before_end(-2)),)},
    )


def sender_capped(rng: Random) -> tuple[Workspace, Planted]:
    """Below a quarter of what it sent, for ten working days and more: by its limit, or nobody knows why.

    Where no limit explains it, it shows as a sender that stands idle most of the time.
    """
    since, pace = days_before_end(rng.randint(15, 25)), rng.choice((1, 2, 3))
    if rng.random() < 0.5:
        return _blocked(rng, "sender_capped", lambda rng: {"limit_changes": ((since, pace),)})
    return _blocked(rng, "sender_idle", lambda rng: {"slowdowns": ((since, days_before_end(-2), pace),)})


def sender_idle(rng: Random) -> tuple[Workspace, Planted]:
    """Sends nothing for ten working days and more, and HeyReach shows nothing that would explain it."""
    since = days_before_end(rng.randint(15, 25))
    return _blocked(rng, "sender_idle", lambda rng: {"slowdowns": ((since, days_before_end(-2), 0),)})


def campaign_paused(rng: Random) -> tuple[Workspace, Planted]:
    workspace, index = _small_workspace(rng), rng.randrange(FEW)
    campaign = workspace.campaigns[index]
    statuses = (*campaign.statuses, (days_before_end(rng.randint(7, 25)), "PAUSED"))
    names = frozenset({("campaign", str(campaign.id))})
    return workspace.with_campaign(index, statuses=statuses), Planted("campaign_paused", names)


def limit_lowered(rng: Random) -> tuple[Workspace, Planted]:
    """To a half, some weeks ago; more wait for it than it now sends in a week."""
    workspace = _small_workspace(rng)
    index = rng.randrange(FEW)
    sender = workspace.senders[index]
    lowered = {"limit_changes": ((days_before_end(rng.randint(15, 25)), sender.daily_limit // 2),)}
    names = frozenset({("account", str(sender.id))})
    return workspace.with_sender(index, **lowered), Planted("sender_limit_lowered", names)


# --- senders and campaigns that are starved ---------------------------------------------------------------


def too_few_leads(rng: Random) -> tuple[Workspace, Planted]:
    """Two senders get hardly any of the leads."""
    workspace = _small_workspace(rng)
    short = {sender.id for sender in rng.sample(workspace.senders, 2)}
    for index, campaign in enumerate(workspace.campaigns):
        weights = {
            account_id: weight * (0.05 if account_id in short else 1)
            for account_id, weight in campaign.sender_weights.items()
        }
        workspace = workspace.with_campaign(index, sender_weights=weights)
    return workspace, Planted("too_few_leads", frozenset({("all", "senders")}))


def campaign_starved(rng: Random) -> tuple[Workspace, Planted]:
    """The youngest campaign, whose senders have enough to do in the oldest; others have room."""
    workspace = replace(_small_workspace(rng), serves_oldest_first=True)
    busy, free = (
        {sender.id: 1.0 for sender in senders} for senders in (workspace.senders[:2], workspace.senders[2:])
    )
    crews, shares = (busy, free, free, busy), (0.6, 0.1, 0.1, 0.2)
    for index, (crew, share) in enumerate(zip(crews, shares, strict=True)):
        created = workspace.campaigns[index].created_at + index * HOUR // 2
        workspace = workspace.with_campaign(index, sender_weights=crew, share=share, created_at=created)
    # Nothing can be said of a campaign before the older one has leads.
    workspace = workspace.with_campaign(3, batch_times=batch_times(2, 4))
    return workspace, Planted("campaign_starved", frozenset({("campaign", str(FIRST_CAMPAIGN_ID + 3))}))


# --- leads lost on the way in -----------------------------------------------------------------------------


def _unsound(rng: Random, batch: Batch, **changes: object) -> tuple[Workspace, int, int, Name]:
    """A workspace with one unsound batch: the campaign's index, the batch's number and its name."""
    # Not the first batch: what stood there when lists were first read may have been there for ever.
    workspace, index, number = _small_workspace(rng), rng.randrange(1, FEW), rng.randrange(1, 3)
    workspace = workspace.with_campaign(index, unsound_batches={number: batch}, **changes)
    day = to_datetime(workspace.campaigns[index].batch_times[number]).date()
    return workspace, index, number, ("batch", f"{day:%Y%m%d}-{FIRST_CAMPAIGN_ID + index}")


def attribution_lost(rng: Random) -> tuple[Workspace, Planted]:
    """Half of a batch came without its custom fields, or without some of them."""
    lost_fields = rng.choice((None, None, ("source", "source_list"), ("icp", "batch_id")))
    batch = Batch(lost_share=rng.uniform(0.5, 0.9), lost_fields=lost_fields)
    workspace, index, number, name = _unsound(rng, batch)
    day = to_datetime(workspace.campaigns[index].batch_times[number]).date()
    names = frozenset({name, ("import", f"{FIRST_CAMPAIGN_ID + index}/{day}")})
    return workspace, Planted("attribution_loss", names)


def _bad_rows(rng: Random, cause: str, batch: Batch) -> tuple[Workspace, Planted]:
    """The unsound batch is a file of one source: its source list, which its source contains."""
    source = rng.choice(SOURCES)
    workspace, index, number, name = _unsound(
        rng, batch, share=1 / 4, source_mix={source: 1.0}, batch_times=batch_times(0, 2, 4)
    )
    source_list = f"{source}-wave-{index + 1}-{number + 1}"
    return workspace, Planted(cause, frozenset({name, ("source_list", source_list), ("source", source)}))


def leads_invalid(rng: Random) -> tuple[Workspace, Planted]:
    return _bad_rows(rng, "invalid_leads", Batch(invalid_share=rng.uniform(0.4, 0.7)))


def leads_duplicate(rng: Random) -> tuple[Workspace, Planted]:
    """Half a file and more is people it holds twice, or people other campaigns already have."""
    share = rng.uniform(0.5, 0.8)
    batch = Batch(repeated_share=share) if rng.random() < 0.5 else Batch(known_share=share)
    return _bad_rows(rng, "duplicate_leads", batch)


def import_not_whole(rng: Random) -> tuple[Workspace, Planted, ImportPlan]:
    """`make import` sent a file, and HeyReach dropped leads or fields of it without a word."""
    workspace = _small_workspace(rng)
    fault = rng.choice(
        (
            {"name": "lost_leads", "nth": 2},
            {"name": "lost_leads", "nth": 3, "counted": True},
            {"name": "lost_fields"},
            {"name": "lost_fields", "fields": ["source", "source_list", "icp"]},
        )
    )
    plan = ImportPlan(FIRST_CAMPAIGN_ID + rng.randrange(FEW), week=rng.randrange(1, 6), rows=240, fault=fault)
    return workspace, Planted("import_loss"), plan


# --- nothing wrong ----------------------------------------------------------------------------------------


def nothing(rng: Random) -> tuple[Workspace, Planted]:
    """Only that senders differ, and chance."""
    return draw_workspace(rng), Planted()


def nothing_unusual(rng: Random) -> tuple[Workspace, Planted]:
    """What differs in every estate: a little by source and region, more by seniority and company size."""
    return replace(draw_workspace(rng), has_usual_effects=True), Planted()


class Kind(NamedTuple):
    """A kind of world: how many are drawn, how it is planted, and where its figures count.

    `group` is planted, null, apart (barely visible, or among usual effects: no target) or confounded.
    """

    name: str
    group: str
    worlds: int
    plant: Callable
    size: Size | None = None
    has_usual_effects: bool = False
    base_rate: float | None = None


_LOW = {
    "source": in_source,
    "source list": in_source_list,
    "list": in_list,
    "ICP": in_icp,
    "account": in_account,
    "AI accounts": in_ai_accounts,
    "industry": in_industry,
    "company size": in_company_size,
    "region": in_region,
    "seniority": in_seniority,
}
_OTHER = {
    "sender logged out": sender_logged_out,
    "sender gone": sender_gone,
    "sender in cooldown": sender_cooling_down,
    "sender capped": sender_capped,
    "sender idle": sender_idle,
    "campaign paused": campaign_paused,
    "limit lowered": limit_lowered,
    "too few leads": too_few_leads,
    "campaign starved": campaign_starved,
    "attribution lost": attribution_lost,
    "invalid leads": leads_invalid,
    "duplicate leads": leads_duplicate,
    "import not whole": import_not_whole,
}

# Worlds of a kind; more of those whose cause was once named in fewer than nine in ten.
USUAL, HARD = 20, 200
_HARD = ("account", "source list", "duplicate leads")

KINDS: tuple[Kind, ...] = (
    *(
        Kind(f"low acceptance: {name}", "planted", HARD if name in _HARD else USUAL, plant, REALISTIC)
        for name, plant in _LOW.items()
    ),
    Kind("low acceptance: two AI accounts", "planted", HARD, in_few_ai_accounts, REALISTIC_EACH),
    *(Kind(name, "planted", HARD if name in _HARD else USUAL, plant) for name, plant in _OTHER.items()),
    Kind("weak list of one sender", "confounded", HARD, in_list_of_one_sender, REALISTIC),
    Kind("weak sender of a list", "confounded", HARD, in_sender_of_a_list, REALISTIC),
    Kind("nothing", "null", HARD, nothing),
    Kind("nothing unusual", "apart", 20, nothing_unusual),
    Kind("barely visible: source list", "apart", 10, in_source_list, BARELY),
    Kind("barely visible: industry", "apart", 10, in_industry, BARELY),
    Kind("among usual effects: source", "apart", 10, in_source, REALISTIC, has_usual_effects=True),
    Kind("among usual effects: list", "apart", 10, in_list, REALISTIC, has_usual_effects=True),
    Kind("few accept: list", "apart", 10, in_list, REALISTIC, base_rate=0.14),
)


def draw(kind: Kind, number: int) -> Drawn:
    """World `number` of a kind, the same one every time; drawn anew until it has the size it claims."""
    for attempt in range(50):
        rng = Random(f"{kind.name}/{number}/{attempt}")
        if kind.size is None:
            workspace, planted, *imports = kind.plant(rng)
            return Drawn(workspace, workspace.world(rng.randrange(2**31)), planted, *imports)
        low, high = kind.size.odds_ratio
        workspace, planted = kind.plant(rng, rng.uniform(low, high))
        workspace = replace(workspace, has_usual_effects=kind.has_usual_effects)
        if kind.base_rate:
            workspace = replace(workspace, base_rate=kind.base_rate)
        world = workspace.world(rng.randrange(2**31))
        size, everything = mature_requests(world, planted.leads)
        fewest, most = kind.size.requests
        if fewest <= size <= min(most, LARGEST_SHARE * everything):
            return Drawn(workspace, world, replace(planted, size=size))
    raise RuntimeError(f"{kind.name}: no world of the size it claims in 50 draws")
