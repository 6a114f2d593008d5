"""The invented companies: what becomes of them moves acceptance where it is meant to, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from statsmodels.discrete.discrete_model import Logit

from extract.sandbox import DEMO_SEED, DEMO_START, clock, people
from extract.sandbox.companies import SIGNAL_DAYS, company
from extract.sandbox.presets import PRESETS, boutique
from extract.sandbox.world import World

EVER = datetime(2100, 1, 1, tzinfo=UTC)
PLANTED = {"recent_funding": 1.2, "actively_hiring": 0.0, "tech_stack_change": -1.2, "uses_platform": 0.8}


@pytest.fixture(scope="module")
def demo_world() -> World:
    return World.generate("demo", DEMO_SEED, start=DEMO_START)


def test_a_company_is_called_by_its_name_its_domain_and_its_board():
    for number in (0, 11, 239, 240, 299, 9_999):
        name, domain = people.company_name(number), people.company_domain(number)
        texts = (name, domain, domain.partition(".")[0], name.lower().replace(" ", ""), f'"{name}" raises')
        assert [people.company_called(text) for text in texts] == [number] * len(texts)
    assert people.company_called("nobody.example.com") is None


def test_signals_last_their_days_from_when_they_happened():
    found = company(DEMO_SEED, 3)
    announced = found.rounds[0].announced_at
    days = SIGNAL_DAYS["recent_funding"]
    moments = (announced - 1, announced, announced + days * clock.DAY - 1, announced + days * clock.DAY)
    has_it = ["recent_funding" in found.signals(moment) for moment in moments]
    assert has_it == [False, True, True, False]
    assert found.rounds_until(announced - 1) == []
    assert found.rounds_until(announced) == [found.rounds[0]]


def test_what_a_site_shows_changes_when_the_signal_says_so():
    for number in range(60):
        found = company(DEMO_SEED, number)
        for day in range(0, 90, 3):
            at = clock.to_ticks(DEMO_START + timedelta(days=day))
            came_or_went = found.technologies(at) != found.technologies(at - clock.DAY)
            if came_or_went:
                assert "tech_stack_change" in found.signals(at)


def test_the_demo_asks_the_same_people_by_the_same_senders_as_the_boutique(demo_world, world):
    """Their addresses and companies are all that is new, and a quarter have a telephone number."""
    bare = [lead._replace(imported=lead.imported._replace(phone="")) for lead in demo_world.leads]
    assert bare == world.leads
    sent = [history.sent_at for history in demo_world.histories]
    same = sum(one == other.sent_at for one, other in zip(sent, world.histories, strict=True))
    assert same > 0.95 * len(sent)  # a request that is accepted makes a connection of somebody known twice
    phones = sum(bool(lead.imported.phone) for lead in demo_world.leads) / len(demo_world.leads)
    assert 0.2 < phones < 0.3


def test_the_base_rate_holds_where_companies_count(demo_world, world):
    def rate(of: World) -> float:
        sent = [history for history in of.histories if history.sent_at is not None]
        return sum(history.accepted_at is not None for history in sent) / len(sent)

    assert rate(demo_world) == pytest.approx(rate(world), abs=0.04)


def test_acceptance_moves_by_what_was_planted(monkeypatch):
    """A logistic regression of what was accepted finds each effect, also that of none and the inverted."""
    monkeypatch.setitem(
        PRESETS, "moved", lambda *drawn: replace(boutique(*drawn), name="moved", signal_effects=PLANTED)
    )
    world = World.generate("moved", 5, 8000, start=DEMO_START)
    truth = world.truth(EVER)
    assert truth["effects"]["company_signal"] == PLANTED
    able = {sender["account_id"] for sender in truth["senders"] if not sender["disconnected_at"]}
    able -= {sender["account_id"] for sender in truth["senders"] if sender["auth_invalid_at"]}
    asked = [lead for lead in truth["leads"] if lead["sent_at"] and lead["account_id"] in able]
    told = np.array([[name in lead["company_signals"] for name in PLANTED] for lead in asked], dtype=float)
    accepted = np.array([lead["accepted_at"] is not None for lead in asked], dtype=float)
    assert len(asked) > 3000
    assert all(0.1 < share < 0.6 for share in told.mean(axis=0))
    fit = Logit(accepted, np.column_stack([np.ones(len(told)), told])).fit(disp=False)
    # What else differs between leads is left out, which draws the coefficients towards zero a little.
    for planted, found, error in zip(PLANTED.values(), fit.params[1:], fit.bse[1:], strict=True):
        assert found == pytest.approx(0.93 * planted, abs=3 * error)
        assert error < 0.12


def test_worlds_whose_companies_count_for_nothing_say_nothing_of_them(world):
    truth = world.truth(EVER)
    assert "company_signal" not in truth["effects"]
    assert not {"company_domain", "company_signals"} & truth["leads"][0].keys()
