"""Plans of random weeks, held against their rules and against what could be had."""

import time
from dataclasses import dataclass

from tests.endurance.plans.worlds import best, broken, week_of

TOGETHER = 50
NEARLY = 1e-6


@dataclass(frozen=True)
class Found:
    """What a plan is like: rules it breaks, requests and acceptances beside the most there could be."""

    wrong: list[str]
    requests: int
    most_requests: float
    accepted: float
    most_accepted: float
    off_weights: float
    seconds: float
    is_repeated: bool

    @property
    def ratio(self) -> float:
        return self.accepted / self.most_accepted if self.most_accepted > NEARLY else 1.0


def found_in(seed: int) -> list[Found]:
    """Some weeks, planned."""
    found = []
    for number in range(seed * TOGETHER, (seed + 1) * TOGETHER):
        week = week_of(number)
        began = time.perf_counter()
        plan = week.allocated()
        seconds = time.perf_counter() - began
        of_each: dict[str, int] = {}
        for (_, segment, _), count in plan.items():
            of_each[segment] = of_each.get(segment, 0) + count
        could = best(week, of_each)
        is_one_for_all = all(len(sender.chances) == len(week.weights) for sender in week.senders)
        off = max(abs(of_each.get(name, 0) - share) for name, share in could.by_segment.items())
        found.append(
            Found(
                broken(week, plan),
                sum(plan.values()),
                could.requests,
                week.accepted(plan),
                could.accepted,
                off if is_one_for_all else 0.0,
                seconds,
                list(week_of(number).allocated().items()) == list(plan.items()),
            )
        )
    return found
