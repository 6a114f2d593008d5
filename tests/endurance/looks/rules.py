"""What rules of the field would declare on the same tests; each is read in the way that is kindest to it."""

import numpy

from tests.endurance.looks.worlds import DAYS, WINDOW_DAYS, Drawn

# HeyReach's guide to A/B tests: so many requests of each version, and a few points between them.
ENOUGH, FEW_POINTS = 100, 0.03
# Half of a list of 200 gets both versions, the other half the one that is higher then.
HALF = 50
# Before that nobody would look for significance.
FEWEST = 30


def declared(world: Drawn) -> dict[str, numpy.ndarray]:
    """Rule -> which text it declares the winner of each test: 0 none, 1 the first, 2 the other.

    The first two look once, when every request that they count is as old as the window.
    """
    tests = int(world.test.max()) + 1
    counted = {size: _first(world, size, tests) for size in (ENOUGH, HALF)}
    guide, half = (counted[size][1] - counted[size][0] for size in (ENOUGH, HALF))
    return {
        "guide": numpy.where(abs(guide) >= FEW_POINTS - 1e-9, numpy.where(guide > 0, 2, 1), 0),
        "half": numpy.where(half == 0, 0, numpy.where(half > 0, 2, 1)),
        "daily": _daily(world, tests),
    }


def shortfall(world: Drawn, day: int) -> float:
    """By how much accepted to date of all that were sent is lower for the other text, 0 to 1."""
    first, other = _rates_to_date(world, int(world.test.max()) + 1, day + 1)
    return float(1 - other.mean() / first.mean())


def _first(world: Drawn, size: int, tests: int) -> list[numpy.ndarray]:
    """The rate of the first requests of each text, of each test."""
    rates = []
    for is_other in (False, True):
        mine = world.is_other == is_other
        test = world.test[mine]
        starts = numpy.searchsorted(test, numpy.arange(tests))
        is_first = numpy.arange(len(test)) - starts[test] < size
        accepted = (world.accepted - world.sent <= WINDOW_DAYS)[mine]
        rates.append(numpy.bincount(test[is_first], accepted[is_first], tests) / size)
    return rates


def _daily(world: Drawn, tests: int) -> numpy.ndarray:
    """Whoever opens it every day and stops at the first z beyond 1.96, of accepted to date."""
    winner = numpy.zeros(tests, int)
    for now in range(1, DAYS + 1):
        sent, accepted = _to_date(world, tests, now)
        rate = accepted.sum(axis=0) / sent.sum(axis=0)
        error = numpy.sqrt(rate * (1 - rate) * (1 / numpy.maximum(sent, 1)).sum(axis=0))
        difference = accepted[1] / numpy.maximum(sent[1], 1) - accepted[0] / numpy.maximum(sent[0], 1)
        is_new = (winner == 0) & (sent.min(axis=0) >= FEWEST) & (abs(difference) >= 1.96 * error)
        winner[is_new] = numpy.where(difference[is_new] > 0, 2, 1)
    return winner


def _rates_to_date(world: Drawn, tests: int, now: float) -> numpy.ndarray:
    sent, accepted = _to_date(world, tests, now)
    return accepted.sum(axis=1) / sent.sum(axis=1)


def _to_date(world: Drawn, tests: int, now: float) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Sent and accepted by a moment (days), of both texts in each test: arrays of 2 x tests."""
    cell = world.is_other * tests + world.test
    size = 2 * tests
    sent = numpy.bincount(cell[world.sent < now], minlength=size).reshape(2, tests)
    accepted = numpy.bincount(cell[world.accepted < now], minlength=size).reshape(2, tests)
    return sent, accepted
