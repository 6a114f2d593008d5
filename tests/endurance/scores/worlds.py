"""Workspaces of the sandbox in which what is known of leads changes acceptance by as much as is planted.

What each component of a score is worth is drawn here, apart from the models: what is true of a company or a
person adds to the log-odds that the sandbox draws acceptances by, beside senders, lists and companies that
differ anyway. The models get who was asked, when, the points, and who accepted.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import NamedTuple

from dbt_project.rendering import returned
from extract.sandbox.world import World, log_odds
from tests.diagnosis.workspaces import draw_workspace, is_accepted_in_time, is_mature

COMPONENTS = returned("catalogue/*.sql", "score_components()")
WEIGHTS = returned("catalogue/*.sql", "score_weights()")
TIERS = returned("catalogue/*.sql", "score_tiers()")
RATE = 0.21
LIST_SCATTER, COMPANY_SCATTER = 0.23, 0.2
# Of all leads, so many have what a component gives points for.
CARRIED = (0.3, 0.5)
# The points of recent_funding, the most of all, claim so much, and all others by their points.
CLAIM = 0.75
OF_PERSONS = ("direct_email", "phone", "previous_interaction")
EVERYBODY = "linkedin_profile"


class Kind(NamedTuple):
    """A kind of world: what each component is worth, of what its points claim."""

    name: str
    worth: Callable[[dict[str, float], Random], dict[str, float]]


class Lead(NamedTuple):
    """A lead that was asked: in the order of the requests. `shares` are 0 to 1, of each component."""

    connection_id: str
    account_id: str
    list_id: str
    company: str
    sent_at: int
    is_accepted: bool
    shares: tuple[float, ...]
    chance_logit: float


class Drawn(NamedTuple):
    """A world: requests in their order, and what each component is worth in log odds."""

    requests: list[Lead]
    worth: dict[str, float]
    claims: dict[str, float]


def points_of_total(component: dict) -> float:
    return WEIGHTS[component["group"]] * component["points"] / 100


def claims() -> dict[str, float]:
    """What points claim, in log odds."""
    most = max(map(points_of_total, COMPONENTS))
    return {each["name"]: CLAIM * points_of_total(each) / most for each in COMPONENTS}


def _as_claimed(claimed: dict[str, float], rng: Random) -> dict[str, float]:
    return dict(claimed)


def _nothing(claimed: dict[str, float], rng: Random) -> dict[str, float]:
    return dict.fromkeys(claimed, 0.0)


def _but(name: str, worth: float) -> Callable[[dict[str, float], Random], dict[str, float]]:
    return lambda claimed, rng: {**claimed, name: worth}


def _half_wrong(claimed: dict[str, float], rng: Random) -> dict[str, float]:
    """A third of the points is worth nothing, and two have the wrong sign."""
    names = rng.sample(sorted(claimed), len(claimed))
    useless = len(names) // 3
    inverted = names[useless : useless + 2]
    return {**claimed, **dict.fromkeys(names[:useless], 0.0), **{name: -claimed[name] for name in inverted}}


NULL = Kind("nothing that gives points changes anything", _nothing)
USELESS, INVERTED, HALF_INVERTED = "recent_funding", "actively_hiring", "actively_hiring"
KINDS = (
    NULL,
    Kind("all points are right", _as_claimed),
    Kind(f"{USELESS} is worth nothing, the others what they claim", _but(USELESS, 0.0)),
    Kind(f"{INVERTED} is worth -0.75, the others what they claim", _but(INVERTED, -0.75)),
    Kind(f"{INVERTED} is worth -0.5, the others what they claim", _but(INVERTED, -0.5)),
    Kind("a third is worth nothing, two have the wrong sign", _half_wrong),
)


def drawn(kind: Kind, seed: int) -> Drawn:
    """A world of this kind."""
    rng = Random(seed)
    claimed = claims()
    worth = kind.worth({name: claim for name, claim in claimed.items() if name != EVERYBODY}, rng)
    carried = {each["name"]: rng.uniform(*CARRIED) for each in COMPONENTS}
    of_company: dict[int, dict[str, float]] = {}
    of_person: dict[str, dict[str, float]] = {}
    workspace = replace(draw_workspace(rng), base_rate=RATE)
    plain = workspace.world(seed)
    for lead in plain.leads:
        person = lead.imported.person
        if person.company not in of_company:
            of_company[person.company] = {
                name: _share(name, carried[name], rng) for name in carried if name not in OF_PERSONS
            }
        if person.key not in of_person:
            # Sources know more or less of persons, so that lists differ in scores.
            moved = (hash_of(lead.imported.source) - 0.5) * 0.3
            of_person[person.key] = {name: _share(name, carried[name] + moved, rng) for name in OF_PERSONS}
    planted = {
        "company": {
            str(company): _sum(worth, shares) + rng.gauss(0, COMPANY_SCATTER)
            for company, shares in of_company.items()
        },
        "person": {person: _sum(worth, shares) for person, shares in of_person.items()},
        "list": {str(campaign.list_id): rng.gauss(0, LIST_SCATTER) for campaign in workspace.campaigns},
    }
    world = replace(workspace, planted=planted).world(seed)
    return Drawn(_requests(world, of_company, of_person), worth, claimed)


def hash_of(source: str) -> float:
    """0 to 1, the same for a source in every world."""
    return sum(map(ord, source)) % 10 / 9


def _share(name: str, chance: float, rng: Random) -> float:
    if name == EVERYBODY:
        return 1.0
    if name == "tech_stack":  # two that a profile must have
        return sum(rng.random() < chance for _ in range(2)) / 2
    return float(rng.random() < chance)


def _sum(worth: dict[str, float], shares: dict[str, float]) -> float:
    return sum(worth.get(name, 0.0) * share for name, share in shares.items())


def _requests(
    world: World, of_company: dict[int, dict[str, float]], of_person: dict[str, dict[str, float]]
) -> list[Lead]:
    requests = []
    for lead, history in zip(world.leads, world.histories, strict=True):
        if not is_mature(history):
            continue
        imported, person = lead.imported, lead.imported.person
        shares = {**of_company[person.company], **of_person[person.key]}
        requests.append(
            Lead(
                str(lead.id),
                str(lead.account_id),
                str(imported.list_id),
                f"company-{person.company}.example.com",
                history.sent_at,
                is_accepted_in_time(history),
                tuple(shares[each["name"]] for each in COMPONENTS),
                log_odds(lead, world.senders[lead.account_id], world.effects),
            )
        )
    return sorted(requests, key=lambda lead: (lead.sent_at, lead.connection_id))
