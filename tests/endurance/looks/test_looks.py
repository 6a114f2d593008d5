"""The same in small: what `python -m tests.endurance.looks` says of 200 tests of each kind."""

import numpy
import pytest

from tests.endurance.looks.__main__ import broken, table
from tests.endurance.looks.examination import Found, found_of
from tests.endurance.looks.worlds import BETTER, EQUAL, KINDS, LATE, drawn


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    """Opened every third week, and on the last day; 100 that began later."""
    return {
        kind.name: found_of(kind.name, drawn(kind, 100 if kind.late_days else 200, seed=3), every=21)
        for kind in KINDS
    }


def test_no_promise_is_broken(found):
    assert broken(found) == []
    assert "| this project |" in table(found)


def test_promises_can_be_broken(found):
    """By who takes the first result of anything for a winner, or the last word for another."""
    equal = found[EQUAL.name]
    daily = equal.said._replace(
        result=numpy.where(equal.rules["daily"] > 0, 2, 1), changes=numpy.ones(200, int)
    )
    assert broken(found | {EQUAL.name: equal._replace(said=daily)}) == [
        "equal texts are different",
        "no change of mind",
    ]
    wrong = found[BETTER.name].said._replace(winner=numpy.ones(200, int))
    assert broken(found | {BETTER.name: found[BETTER.name]._replace(said=wrong)}) == [
        "ten points are found",
        "the wrong one",
    ]


def test_the_rules_of_the_field_declare_winners_among_equals(found):
    declared = {rule: (winner > 0).mean() for rule, winner in found[EQUAL.name].rules.items()}
    assert (declared["guide"], declared["half"], declared["daily"]) == pytest.approx(
        (0.67, 0.92, 0.34), abs=0.1
    )


def test_accepted_to_date_shows_a_late_text_lower(found):
    assert found[LATE.name].shortfalls[3] > 0.15
    assert (found[EQUAL.name].said.low <= 0).mean() > 0.9
