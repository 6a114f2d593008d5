"""The linear program of a week: shares by weights, every limit, the most acceptances, the same plan again."""

from datetime import date, timedelta

import pytest

from extract.outreach.planning import PlannedSender, Week, serve, shares
from tests.endurance.plans.worlds import best, broken, week_of

MONDAY = date(2026, 2, 9)
DAYS = [MONDAY + timedelta(day) for day in range(5)]


def sender(name: str = "a", chances: dict[str, float] | None = None, **limits) -> PlannedSender:
    """One that may send 20 a day and 100 in seven, to one segment unless told otherwise."""
    told = {"daily_limit": 20, "weekly_limit": 100, "week_capacity": 100} | limits
    return PlannedSender(name, chances=chances or {"one": 0.3}, **told)


def by_day(plan: dict) -> list[int]:
    return [sum(count for (_, _, day), count in plan.items() if day == each) for each in DAYS]


def by_segment(plan: dict) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, segment, _), count in plan.items():
        found[segment] = found.get(segment, 0) + count
    return found


def test_forty_at_fifty_fifty_five_are_nineteen_nineteen_two():
    assert shares(40, {"referral": 50, "thought": 50, "stealth": 5}) == {
        "referral": 19,
        "thought": 19,
        "stealth": 2,
    }
    assert shares(1, {"first": 1, "second": 1}) == {"first": 1, "second": 0}
    assert shares(5, {"none": 0}) == {"none": 0}
    week = Week(
        DAYS,
        [sender(chances={"referral": 0.1, "thought": 0.2, "stealth": 0.9})],
        {"referral": 50, "thought": 50, "stealth": 5},
        {"referral": 500, "thought": 500, "stealth": 500},
        most=40,
    )
    assert by_segment(week.allocated()) == {"referral": 19, "thought": 19, "stealth": 2}


def test_requests_are_spread_over_the_days():
    week = Week(DAYS, [sender()], {"one": 1}, {"one": 50})
    assert by_day(week.allocated()) == [10, 10, 10, 10, 10]


def test_what_one_segment_cannot_use_others_get():
    week = Week(
        DAYS,
        [sender(chances={"small": 0.5, "large": 0.2, "none": 0.9})],
        {"small": 50, "large": 50, "none": 0},
        {"small": 7, "large": 500, "none": 500},
    )
    assert by_segment(week.allocated()) == {"small": 7, "large": 93}


def test_who_accepts_more_of_whom_asks_them():
    week = Week(
        DAYS,
        [sender("a", {"one": 0.5, "two": 0.2}), sender("b", {"one": 0.4, "two": 0.35})],
        {"one": 50, "two": 50},
        {"one": 100, "two": 100},
    )
    plan = week.allocated()
    assert {(account, segment) for account, segment, _ in plan} == {("a", "one"), ("b", "two")}
    assert week.accepted(plan) == pytest.approx(100 * 0.5 + 100 * 0.35)


def test_who_comes_last_asks_whom_nobody_else_has_room_for():
    senders = [sender("a", comes_last=True, chances={"one": 0.9}), sender("b", chances={"one": 0.1})]
    plan = Week(DAYS, senders, {"one": 1}, {"one": 130}).allocated()
    by_sender = {name: sum(n for (account, *_), n in plan.items() if account == name) for name in "ab"}
    assert by_sender == {"a": 30, "b": 100}


def test_a_segment_is_asked_only_by_who_may():
    week = Week(
        DAYS,
        [sender("a", {"one": 0.5}), sender("b", {"two": 0.1})],
        {"one": 90, "two": 10},
        {"one": 1000, "two": 1000},
    )
    # By weights 180 and 20: what `a` can't do for the first, `b` does for the second.
    assert by_segment(week.allocated()) == {"one": 100, "two": 100}


def test_any_seven_days_hold_the_weekly_limit():
    friday_before, next_monday = MONDAY - timedelta(3), MONDAY + timedelta(7)
    busy = sender(weekly_limit=50, taken={friday_before: 30, next_monday: 40})
    plan = Week(DAYS, [busy], {"one": 1}, {"one": 1000}).allocated()
    sent = dict(zip(DAYS, by_day(plan), strict=True)) | dict(busy.taken)
    for shift in range(14):
        window = [friday_before + timedelta(shift + day) for day in range(7)]
        assert sum(sent.get(day, 0) for day in window) <= 50
    assert broken(Week(DAYS, [busy], {"one": 1}, {"one": 1000}), plan) == []
    # Until Thursday last Friday's thirty count as well, and from Tuesday on the forty of next Monday.
    assert by_day(plan) == [20, 0, 0, 0, 10]


def test_whoever_waits_comes_first():
    taken = serve(25, {MONDAY - timedelta(3): 15}, DAYS, daily_limit=10, weekly_limit=30)
    assert taken == {
        MONDAY - timedelta(3): 15,
        MONDAY: 10,
        MONDAY + timedelta(1): 5,
        MONDAY + timedelta(4): 10,
    }
    plan = Week(
        DAYS, [sender(daily_limit=10, weekly_limit=30, taken=taken)], {"one": 1}, {"one": 1000}
    ).allocated()
    assert plan == {}


def test_without_anybody_who_may_ask_there_is_no_plan():
    assert Week(DAYS, [], {"one": 1}, {"one": 10}).allocated() == {}
    assert Week(DAYS, [sender(daily_limit=0)], {"one": 1}, {"one": 10}).allocated() == {}
    assert Week(DAYS, [sender()], {"one": 1}, {"one": 0}).allocated() == {}


@pytest.mark.parametrize("seed", [*range(40), 546])
def test_a_random_week_keeps_its_rules_and_expects_the_most(seed):
    week = week_of(seed)
    plan = week.allocated()
    assert broken(week, plan) == []
    could = best(week, by_segment(plan))
    assert sum(plan.values()) == pytest.approx(could.requests)
    assert week.accepted(plan) == pytest.approx(could.accepted, rel=1e-6)
    assert list(week_of(seed).allocated().items()) == list(plan.items())
