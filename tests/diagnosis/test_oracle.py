"""The oracle against integration by brute force, and in worlds whose truth is known."""

from math import exp, log, pi

import numpy
import pytest
from scipy.integrate import dblquad
from scipy.special import logit
from scipy.stats import binom

from tests.diagnosis.causes import KINDS, draw
from tests.diagnosis.oracle import EFFECTS, IN_TIME, Requests, alarms, bars, log_evidence, opinion

KIND = {kind.name: kind for kind in KINDS}


@pytest.mark.parametrize("scatter", [(0.23, 0.23), (0.0, 0.23)])
def test_the_evidence_is_the_integral_over_what_senders_may_be_like(scatter):
    """Two senders, one of them with a weak segment; scipy integrates over both."""
    sent, accepted = numpy.array([[300, 0], [120, 200]]), numpy.array([[70, 0], [20, 18]])
    log_odds, shares = logit(0.21) + numpy.array([0.1, -0.8]), numpy.array([0.4, 0.6])

    def density(one: float, other: float) -> float:
        deviations = numpy.array([one, other]) * scatter
        deviations = deviations - shares @ deviations
        chances = IN_TIME / (1 + numpy.exp(-(log_odds + deviations[:, None])))
        likelihood = binom.pmf(accepted, sent, chances).prod()
        return likelihood * exp(-(one**2 + other**2) / 2) / (2 * pi)

    exact, _ = dblquad(density, -7, 7, -7, 7, epsabs=0, epsrel=1e-5)
    ways = binom.logpmf(accepted, sent, 0.5) + sent * log(2)
    [found] = log_evidence(sent[None], accepted[None], log_odds[None], numpy.array([scatter]), shares)
    assert found == pytest.approx(log(exact) - ways.sum(), abs=0.01)


def test_what_came_in_time_is_what_the_sandbox_plays():
    assert pytest.approx(0.95, abs=0.001) == IN_TIME


def test_a_weak_segment_is_named_and_a_sound_world_reaches_the_bar_as_often_as_it_may():
    sound = [draw(KIND["nothing"], number) for number in range(2)]
    requests = [Requests.of(world.workspace, world.world) for world in sound]
    over = bars(requests, seed=1)
    assert list(over) == list(EFFECTS)
    rng = numpy.random.default_rng(2)
    anew = [each.drawn_anew(rng) for each in requests for _ in range(20)]
    reached = [each.sureness(EFFECTS[1]).max() >= over[EFFECTS[1]] for each in anew]
    assert sum(reached) <= 8
    for name in ("low acceptance: list", "weak list of one sender"):
        said = opinion(draw(KIND[name], 0))
        assert said.names_it
        assert alarms(said, over) == 1
    # Nobody needs luck to see that a sender is logged out, and the usual is not told.
    assert opinion(draw(KIND["sender logged out"], 0)) is None
    assert opinion(draw(KIND["nothing unusual"], 0)) is None
