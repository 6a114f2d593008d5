"""What a world's requests can tell at best: the limit that the first line is held against.

The oracle is told what nobody knows: the rate at which leads accept, how weak a weak segment is, how senders
scatter, that lists don't, and which share of acceptances comes in time. It sees the requests that are old
enough to judge, weighs each segment of every kind of world as the weak one against nothing being wrong (a
Bayes factor; each kind is as likely as any other, and so is each of its segments), and names the likeliest.
What it can't name at as many alarms in sound worlds, nobody can. It shares no code with the warehouse.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import exp, log
from typing import NamedTuple

import numpy
from scipy.special import expit, logit, xlog1py, xlogy

from extract.sandbox.leads import CampaignLead, imported_fields
from extract.sandbox.schedule import ACCEPT_SCALE_HOURS, ACCEPT_SHAPE
from extract.sandbox.world import World
from tests.diagnosis.causes import Drawn
from tests.diagnosis.workspaces import ACCOUNT_SCATTER, WINDOW_DAYS, Workspace, is_accepted_in_time, is_mature

Segment = tuple[str, str]

# Of acceptances, those that come while they count.
IN_TIME = 1 - exp(-((WINDOW_DAYS * 24 / ACCEPT_SCALE_HOURS) ** ACCEPT_SHAPE))
LEAD_FIELDS = ("source", "source_list", "icp", "company_region", "company_size", "company_industry")
# On either side of a comparison.
FEWEST_REQUESTS = 30
# Below, a kind of senders is drawn as so many weak senders and not as a kind.
FEWEST_SENDERS = 3
NEWTON_STEPS = 8
# The same to whoever reads a report: they share this much of their requests, of both together.
SAME_REQUESTS = 0.9
ALARMS = 0.05
REDRAWS = 10
# Where the bar is found; between two of them it is interpolated.
EFFECTS = (log(0.30), log(0.375), log(0.45), log(0.70))


class Opinion(NamedTuple):
    """What the oracle says of a world: how sure it is by effect (see `bars`), and whether it is right."""

    names_it: bool
    sureness: dict[float, float]


class Requests(NamedTuple):
    """The mature requests of a world, as the oracle sees them: R requests of A senders, in C segments.

    `members` says which requests a segment holds (C x R), `scatter` how the senders scatter if it is the weak
    one (C x A): who is drawn as weak doesn't. Shares are of all leads, sent or not.
    """

    base: float
    segments: list[Segment]
    members: numpy.ndarray
    senders: numpy.ndarray
    accepted: numpy.ndarray
    scatter: numpy.ndarray
    segment_shares: numpy.ndarray
    sender_shares: numpy.ndarray

    @classmethod
    def of(cls, workspace: Workspace, world: World) -> "Requests":
        histories = zip(world.leads, world.histories, strict=True)
        mature = [(lead, history) for lead, history in histories if is_mature(history)]
        senders = numpy.array(
            [[lead.account_id == sender.id for sender in workspace.senders] for lead, _ in mature]
        )
        of_kind = {sender.id: sender.account_type for sender in workspace.senders}
        belongs = [set(_segments(lead, of_kind)) for lead in world.leads]
        seen = [set(_segments(lead, of_kind)) for lead, _ in mature]
        segments, members = [], []
        for segment in sorted(set().union(*seen)):
            member = numpy.array([segment in held for held in seen])
            is_enough = FEWEST_REQUESTS <= member.sum() <= len(member) - FEWEST_REQUESTS
            if is_enough and not any((member == other).all() for other in members):
                segments.append(segment)
                members.append(member)
        return cls(
            base=float(logit(workspace.base_rate)),
            segments=segments,
            members=numpy.array(members),
            senders=senders.astype(float),
            accepted=numpy.array([is_accepted_in_time(history) for _, history in mature], dtype=float),
            scatter=numpy.array([_scatter(segment, workspace) for segment in segments]),
            segment_shares=numpy.array(
                [sum(segment in held for held in belongs) / len(belongs) for segment in segments]
            ),
            sender_shares=numpy.array(
                [
                    sum(lead.account_id == sender.id for lead in world.leads) / len(world.leads)
                    for sender in workspace.senders
                ]
            ),
        )

    def sureness(self, effect: float) -> numpy.ndarray:
        """Of each segment: the log odds of its being the weak one against nothing, but for a constant."""
        in_kind = Counter(kind for kind, _ in self.segments)
        return self.log_ratios(effect) - numpy.log([in_kind[kind] for kind, _ in self.segments])

    def log_ratios(self, effect: float) -> numpy.ndarray:
        """Of each segment: how much likelier the acceptances are if it is weak by `effect` than if none."""
        sent, accepted = self.senders, self.senders * self.accepted[:, None]
        inside_sent, inside_accepted = self.members @ sent, self.members @ accepted
        weak = log_evidence(
            numpy.stack([sent.sum(axis=0) - inside_sent, inside_sent], axis=-1),
            numpy.stack([accepted.sum(axis=0) - inside_accepted, inside_accepted], axis=-1),
            self.base + effect * (numpy.array([0, 1]) - self.segment_shares[:, None]),
            self.scatter,
            self.sender_shares,
        )
        sound = log_evidence(
            sent.sum(axis=0)[None, :, None],
            accepted.sum(axis=0)[None, :, None],
            numpy.array([[self.base]]),
            numpy.full((1, sent.shape[1]), ACCOUNT_SCATTER),
            self.sender_shares,
        )
        return weak - sound

    def drawn_anew(self, rng: numpy.random.Generator) -> "Requests":
        """The same requests of senders that scatter anew, with nothing wrong."""
        scatter = rng.normal(0, ACCOUNT_SCATTER, self.senders.shape[1])
        chances = IN_TIME * expit(self.base + self.senders @ (scatter - self.sender_shares @ scatter))
        return self._replace(accepted=(rng.random(len(chances)) < chances).astype(float))


def log_evidence(
    sent: numpy.ndarray,
    accepted: numpy.ndarray,
    log_odds: numpy.ndarray,
    scatter: numpy.ndarray,
    shares: numpy.ndarray,
) -> numpy.ndarray:
    """The logarithm of the probability of what was accepted, over all that the senders may be like.

    `sent` and `accepted` are counts by hypothesis, sender and side (in the segment or not), `log_odds` those
    of the average sender by hypothesis and side. Senders are normal with a standard deviation of `scatter`
    around an average that is 0 at their `shares`: rates are told for all leads together. The integral is
    Laplace's approximation, which senders with a hundred requests and more leave exact to a hundredth.
    """
    size = len(shares)
    from_average = (numpy.eye(size) - shares)[None, :, :] * scatter[:, None, :]
    deviations = numpy.zeros(scatter.shape)
    for _ in range(NEWTON_STEPS):
        slope, precision = _derivatives(sent, accepted, log_odds, from_average, deviations)
        deviations = deviations + numpy.linalg.solve(precision, slope[..., None])[..., 0]
    _, precision = _derivatives(sent, accepted, log_odds, from_average, deviations)
    chance = IN_TIME * expit(_of_senders(log_odds, from_average, deviations))
    likelihood = (xlogy(accepted, chance) + xlog1py(sent - accepted, -chance)).sum(axis=(1, 2))
    return likelihood - (deviations**2).sum(axis=1) / 2 - numpy.linalg.slogdet(precision)[1] / 2


def _of_senders(log_odds, from_average, deviations) -> numpy.ndarray:
    return log_odds[:, None, :] + (from_average @ deviations[..., None])


def _derivatives(sent, accepted, log_odds, from_average, deviations) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Of the logarithm, by the senders' deviations: the first, and the negative of the expected second."""
    ever = expit(_of_senders(log_odds, from_average, deviations))
    chance = IN_TIME * ever
    by_log_odds = ((accepted - sent * chance) * (1 - ever) / (1 - chance)).sum(axis=2)
    weight = (sent * chance * (1 - ever) ** 2 / (1 - chance)).sum(axis=2)
    turned = numpy.swapaxes(from_average, 1, 2)
    slope = (turned @ by_log_odds[..., None])[..., 0] - deviations
    return slope, numpy.eye(deviations.shape[1]) + turned @ (weight[..., None] * from_average)


def _segments(lead: CampaignLead, types: Mapping[int, str]) -> list[Segment]:
    """Of every kind of world, the segment that a lead is in, as far as its fields came."""
    fields, seniority = imported_fields(lead.imported), lead.imported.person.seniority
    segments = [
        ("account", str(lead.account_id)),
        ("list", str(lead.imported.list_id)),
        ("seniority", "senior" if seniority == "manager" else seniority),
        *((name.removeprefix("company_"), fields.get(name)) for name in LEAD_FIELDS),
    ]
    if types[lead.account_id] != "real_personal":
        segments.append(("account_type", types[lead.account_id]))
    return [(name, segment) for name, segment in segments if segment not in (None, "", "unknown")]


def _scatter(segment: Segment, workspace: Workspace) -> list[float]:
    """How each sender scatters where this segment is the weak one."""
    dimension, name = segment
    weak = [
        sender.id
        for sender in workspace.senders
        if (dimension == "account" and str(sender.id) == name)
        or (dimension == "account_type" and sender.account_type == name)
    ]
    exact = weak if len(weak) < FEWEST_SENDERS else ()
    return [0.0 if sender.id in exact else ACCOUNT_SCATTER for sender in workspace.senders]


def opinion(drawn: Drawn) -> Opinion | None:
    """Of a world in which leads of a segment accept less, or of a sound one; else None: it is known for sure.

    Nor is there one of worlds in which much differs that is no cause: it is not told what is usual.
    """
    planted = drawn.planted
    is_certain = planted.leads is None and planted.cause is not None
    if is_certain or drawn.workspace.has_usual_effects:
        return None
    requests = Requests.of(drawn.workspace, drawn.world)
    if planted.leads is None:
        return Opinion(False, {effect: float(requests.sureness(effect).max()) for effect in EFFECTS})
    effect = log(planted.odds_ratio)
    sureness = requests.sureness(effect)
    likeliest = int(sureness.argmax())
    is_planted = numpy.array(
        [
            planted.leads(lead)
            for lead, history in zip(drawn.world.leads, drawn.world.histories, strict=True)
            if is_mature(history)
        ]
    )
    named = requests.members[likeliest]
    is_same = (named & is_planted).sum() >= SAME_REQUESTS * (named | is_planted).sum()
    names_it = bool(is_same) or requests.segments[likeliest] in planted.names
    return Opinion(names_it, {effect: float(sureness[likeliest])})


def bars(sound: Iterable[Requests], seed: int = 0) -> dict[float, float]:
    """By effect, the sureness that one in twenty sound worlds reaches, their acceptances drawn anew."""
    rng = numpy.random.default_rng(seed)
    anew = [requests.drawn_anew(rng) for requests in sound for _ in range(REDRAWS)]
    return {
        effect: float(numpy.quantile([requests.sureness(effect).max() for requests in anew], 1 - ALARMS))
        for effect in EFFECTS
    }


def alarms(said: Opinion, over: Mapping[float, float]) -> float:
    """The share of effects at which it is surer than the bar: one where it is told the effect."""
    heights = [numpy.interp(effect, list(over), list(over.values())) for effect in said.sureness]
    return float(numpy.mean([sure >= bar for sure, bar in zip(said.sureness.values(), heights, strict=True)]))
