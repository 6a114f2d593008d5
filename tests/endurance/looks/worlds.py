"""Message tests whose truth is known: who was asked when, with which text, and who accepted when.

Drawn with numpy, many at once. Senders and segments differ in what they are accepted anyway; so many accept
within the window as RATE says, and about a tenth more after it. Lots give a text, as an import does.
"""

from typing import NamedTuple

import numpy

RATE = 0.21
TEN_POINTS = 0.10
WINDOW_DAYS = 14
SENDERS, SEGMENTS = 4, 2
# Log odds by which senders and segments scatter.
SENDER_SCATTER, SEGMENT_SCATTER = 0.23, 0.2
REQUESTS_A_DAY = 24
# Until all that a test can need is old enough.
DAYS = 70
LATE_DAYS = 7
# Half of all acceptances have come in 19 hours, nine in ten in 13 days (a Weibull distribution).
_HOURS = 19 / numpy.log(2) ** (1 / 0.431)
_WITHIN_WINDOW = 1 - numpy.exp(-((WINDOW_DAYS * 24 / _HOURS) ** 0.431))


class Kind(NamedTuple):
    """By how much the other text is accepted more, and how many days it starts later."""

    name: str
    difference: float = 0.0
    late_days: int = 0


EQUAL = Kind("equal")
BETTER = Kind("ten points", difference=TEN_POINTS)
LATE = Kind("equal, added on day seven", late_days=LATE_DAYS)
KINDS = (EQUAL, BETTER, LATE)


class Drawn(NamedTuple):
    """Requests of many tests, an array each: ordered by test, then by when they were sent.

    `sent` and `accepted` are days since the start (infinite where nobody accepted).
    """

    test: numpy.ndarray
    is_other: numpy.ndarray
    stratum: numpy.ndarray
    sent: numpy.ndarray
    accepted: numpy.ndarray


def drawn(kind: Kind, tests: int, seed: int) -> Drawn:
    """So many tests of a kind."""
    generator = numpy.random.default_rng(seed)
    per_day = generator.poisson(REQUESTS_A_DAY, (tests, DAYS))
    test = numpy.repeat(numpy.repeat(numpy.arange(tests), DAYS), per_day.ravel())
    day = numpy.repeat(numpy.tile(numpy.arange(DAYS), tests), per_day.ravel())
    sent = day + generator.random(len(day))
    order = numpy.lexsort((sent, test))
    test, sent = test[order], sent[order]
    sender = generator.integers(0, SENDERS, len(test))
    segment = generator.integers(0, SEGMENTS, len(test))
    logits = (
        generator.normal(0, SENDER_SCATTER, (tests, SENDERS))[test, sender]
        + generator.normal(0, SEGMENT_SCATTER, (tests, SEGMENTS))[test, segment]
    )
    chances = 1 / (1 + numpy.exp(-(numpy.log(RATE / (1 - RATE)) + logits)))
    is_other = generator.random(len(test)) < 0.5
    is_other &= sent >= kind.late_days
    chances = numpy.clip(chances * RATE / chances.mean() + kind.difference * is_other, 0, 1)
    accepts = generator.random(len(test)) < chances / _WITHIN_WINDOW
    waited = _HOURS * generator.weibull(0.431, len(test)) / 24
    accepted = numpy.where(accepts, sent + waited, numpy.inf)
    return Drawn(test, is_other, sender * SEGMENTS + segment, sent, accepted)
