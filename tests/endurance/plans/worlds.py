"""Random weeks to plan, what a plan of one must keep, and the best that any plan could do."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy
from scipy.optimize import LinearConstraint, linprog, milp

from extract.outreach.planning import Cell, PlannedSender, Week

MONDAY = date(2026, 2, 9)


def week_of(seed: int) -> Week:
    """A week: few or many senders and segments, limits, queues, past and coming requests, people, weights."""
    rng = random.Random(seed)
    days = [MONDAY + timedelta(day) for day in range(rng.choice([5, 5, 5, 4, 3, 1, 7]))]
    days = days[rng.choice([0, 0, 0, 1]) :] or [MONDAY]
    segments = [f"segment {number}" for number in range(rng.randint(1, 5))]
    weights = {segment: rng.choice([0, 5, 20, 30, 50, 50, 100]) for segment in segments}
    if not any(weights.values()):
        weights[segments[0]] = 50
    senders = []
    for number in range(rng.randint(1, 12)):
        taken = {MONDAY + timedelta(day): rng.randint(1, 20) for day in range(-8, 14) if rng.random() < 0.4}
        chances = {segment: round(rng.uniform(0.02, 0.6), 3) for segment in segments if rng.random() < 0.8}
        senders.append(
            PlannedSender(
                str(number),
                daily_limit=rng.choice([0, 5, 10, 20, 25, 40]),
                weekly_limit=rng.choice([20, 60, 100, 200]),
                week_capacity=rng.choice([25, 50, 100, 125, 200]),
                chances=chances,
                taken=taken,
            )
        )
    people = {segment: rng.choice([0, 3, 10, 40, 200, 1000]) for segment in segments}
    return Week(days, senders, weights, people, rng.choice([None, None, 20, 40, 100]))


def broken(week: Week, plan: dict[Cell, int]) -> list[str]:
    """The rules that a plan breaks, in words."""
    wrong = []
    asked = Counter[str]()
    for sender in week.senders:
        mine = Counter[date]()
        for (account, segment, day), count in plan.items():
            if account != sender.account_id:
                continue
            mine[day] += count
            asked[segment] += count
            if (
                day not in week.days
                or segment not in sender.chances
                or not week.weights[segment]
                or count < 1
            ):
                wrong.append(f"{count} of {account} to {segment} on {day}")
        for day, count in mine.items():
            if count + sender.taken.get(day, 0) > sender.daily_limit:
                wrong.append(f"{count} of {sender.account_id} on {day}, beside {sender.taken.get(day, 0)}")
            for shift in range(7):
                window = [day + timedelta(shift - back) for back in range(7)]
                total = sum(mine[each] + sender.taken.get(each, 0) for each in window)
                if total > sender.weekly_limit:
                    wrong.append(f"{total} of {sender.account_id} in seven days to {window[0]}")
        in_week = sum(sender.taken.get(day, 0) for day in week.days)
        if mine and sum(mine.values()) + in_week > sender.week_capacity:
            wrong.append(f"{sum(mine.values())} of {sender.account_id} in the week, beside {in_week}")
    wrong += [f"{count} to {name}" for name, count in asked.items() if count > week.people.get(name, 0)]
    if week.most is not None and sum(asked.values()) > week.most:
        wrong.append(f"{sum(asked.values())} in all")
    return wrong


@dataclass(frozen=True)
class Best:
    """What an integer program finds: the most requests of any plan, and the most acceptances with so many of
    each segment; and how many of each the linear program has that shares the same total by weights."""

    requests: float
    accepted: float
    by_segment: dict[str, float]


def best(week: Week, of_each: dict[str, int]) -> Best:
    """The optimum, by scipy's `milp`, with every rule written out."""
    cells = [
        (sender, segment, day)
        for sender in week.senders
        for segment in week.weights
        if segment in sender.chances and week.weights[segment]
        for day in week.days
    ]
    if not cells:
        return Best(0, 0, dict.fromkeys(week.weights, 0.0))
    rows, limits = [], []
    for sender in week.senders:

        def rule(is_counted, left, sender=sender):
            rows.append([float(cell[0] is sender and is_counted(cell[2])) for cell in cells])
            limits.append(max(left, 0))

        for day in week.days:
            rule(lambda other, day=day: other == day, sender.daily_limit - sender.taken.get(day, 0))
        rule(lambda _: True, sender.week_capacity - sum(sender.taken.get(day, 0) for day in week.days))
        for shift in range(14):
            window = {week.days[0] + timedelta(shift - back) for back in range(7)}
            used = sum(count for day, count in sender.taken.items() if day in window)
            if window & set(week.days):
                rule(lambda day, window=window: day in window, sender.weekly_limit - used)
    to_segment = numpy.array([[float(cell[1] == name) for cell in cells] for name in week.weights])
    ones = numpy.ones(len(cells))
    rules = LinearConstraint(numpy.array(rows), -numpy.inf, limits)
    people = [week.people.get(name, 0) for name in week.weights]
    most = numpy.inf if week.most is None else week.most
    # With presolve HiGHS calls a few of them infeasible.
    whole = {"integrality": ones, "options": {"presolve": False}}
    requests = milp(
        -ones,
        constraints=[
            rules,
            LinearConstraint(to_segment, -numpy.inf, people),
            LinearConstraint(ones[None, :], -numpy.inf, most),
        ],
        **whole,
    )
    gains = numpy.array([sender.chances[segment] for sender, segment, _ in cells])
    counts = [of_each.get(name, 0) for name in week.weights]
    accepted = milp(-gains, constraints=[rules, LinearConstraint(to_segment, counts, counts)], **whole)
    return Best(
        -requests.fun, -accepted.fun, _by_weights(week, rows, limits, to_segment, people, -requests.fun)
    )


def _by_weights(week: Week, rows, limits, to_segment, people, total: float) -> dict[str, float]:
    """Requests to each segment, in fractions: as near to the weights' shares of the total as limits allow."""
    weights = numpy.array([float(weight) for weight in week.weights.values()])
    able = numpy.array(people, dtype=float) * (weights > 0)
    for place in range(len(able)):
        alone = linprog(-to_segment[place], rows, limits)
        able[place] = min(able[place], -alone.fun)
    shares = numpy.zeros(len(weights))
    left, is_open = total, weights > 0
    while left > 1e-9 and is_open.any():
        step = left * weights * is_open / (weights * is_open).sum()
        given = numpy.minimum(shares + step, able) - shares
        shares += given
        left -= given.sum()
        is_open &= shares < able - 1e-9
        if given.sum() < 1e-9:
            break
    return dict(zip(week.weights, shares.tolist(), strict=True))
