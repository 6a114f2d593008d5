"""`python -m tests.endurance.looks.bounds`: write the seed of bounds, by exact integration.

O'Brien and Fleming (1979): at look k of K a test stops where |z| >= c sqrt(K / k). The chance to have stopped
by look k is found by integrating the density of those who haven't, from look to look (Armitage, McPherson and
Rowe 1969), on a grid of the running sum; c is the one that gives the level. Published c, against which the
tests hold this: Jennison and Turnbull (2000), table 2.3.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy
from scipy.optimize import brentq
from scipy.stats import norm

from dbt_project.warehouse import PROJECT_DIR

SEED = Path(PROJECT_DIR) / "seeds" / "message_test_bounds.csv"
LOOKS = 12
LEVEL = 0.045
# Of which senders and segments that differ take a part: 95 of 100 is what is asked for.
POWER = 0.96
# An odd number, for Simpson's rule; with more of them nothing changes in the first seven digits.
_POINTS = 401


def obrien_fleming(looks: int, level: float) -> float:
    """The c of a two-sided test at this level, the same as its bound at the last look."""
    return brentq(lambda c: sum(crossed(looks, c, 0.0)) - level, 1.5, 4.0, xtol=1e-7)


def crossed(looks: int, c: float, drift: float, sees: float | None = None) -> tuple[float, float]:
    """The chances to cross the upper, and the lower bound; `drift` is the mean of z at the last look.

    The running sum of steps N(drift / looks, 1 / looks) stops at +-c, at any look. With `sees`, the drift
    of the smallest difference of interest, it also stops where the interval of that look, |sum| + c, lies
    within it.
    """
    grid = numpy.linspace(-c, c, _POINTS)
    weights = numpy.where(numpy.arange(_POINTS) % 2, 4.0, 2.0) * (grid[1] - grid[0]) / 3
    weights[[0, -1]] /= 2
    step = norm(drift / looks, looks**-0.5)
    density = step.pdf(grid)
    up, down = step.sf(c), step.cdf(-c)
    moves = step.pdf(grid[:, None] - grid[None, :])
    above, below = step.sf(c - grid), step.cdf(-c - grid)
    for look in range(1, looks):
        open_ = density * weights
        if sees is not None:
            open_ = open_ * (abs(grid) + c >= sees * look / looks)
        up += open_ @ above
        down += open_ @ below
        density = moves @ open_
    return float(up), float(down)


def drift_for(power: float, looks: int, c: float) -> float:
    """The mean of z at the last look that the smallest difference needs, to be found with this chance."""
    return brentq(lambda drift: crossed(looks, c, drift, sees=drift)[0] - power, 1.0, 8.0, xtol=1e-5)


def rows(looks: int = LOOKS, level: float = LEVEL) -> list[tuple[int, float]]:
    """(look, bound of |z|), as the seed has them."""
    c = obrien_fleming(looks, level)
    return [(look, round(c * (looks / look) ** 0.5, 4)) for look in range(1, looks + 1)]


def main(say: Callable[[str], None] = print) -> None:
    """Write the seed, and say what sample sizes rest on."""
    with SEED.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("look", "z_bound"))
        writer.writerows(rows())
    drift = drift_for(POWER, LOOKS, obrien_fleming(LOOKS, LEVEL))
    say(f"{SEED.name}: {LOOKS} looks at {LEVEL}; found with {POWER} where z ends at {drift:.2f} on average")


if __name__ == "__main__":
    main()
