"""The plan of a week: how many of each segment are asked by whom on which day, as a linear program.

Each segment gets its share of the requests that limits allow, and these bring the most acceptances that they
can. Capacities and chances come from the warehouse; here nothing is estimated. The same inputs give the same
plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import scipy  # its parts are loaded by whoever first solves something, and not with all that can plan

# Days of which LinkedIn counts the requests together.
WINDOW_DAYS = 7
_NEARLY = 1e-6
# HiGHS' presolve calls a few of these programs infeasible that it solves without.
_SOLVER = {"method": "highs-ds", "options": {"presolve": False}}

# Sender, segment, day.
Cell = tuple[str, str, date]


@dataclass(frozen=True)
class PlannedSender:
    """A sender that can be planned for.

    `taken` are its requests on each day that are sent, waiting or planned already; `weekly_limit` holds for
    any seven days, `week_capacity` for the week of the plan. `chances` are the expected share of acceptances
    of each segment that it may ask. Whoever `comes_last` asks only whom nobody else has room for.
    """

    account_id: str
    daily_limit: int
    weekly_limit: int
    week_capacity: int
    chances: Mapping[str, float]
    taken: Mapping[date, int] = field(default_factory=dict)
    comes_last: bool = False

    def rules(self, days: Sequence[date]) -> list[tuple[list[date], int]]:
        """Which days may have how many requests together: each day, any seven days, and the week."""
        single = [([day], self.daily_limit - self.taken.get(day, 0)) for day in days]
        windows = []
        for shift in range(WINDOW_DAYS + (days[-1] - days[0]).days):
            end = days[0] + timedelta(shift)
            inside = {end - timedelta(back) for back in range(WINDOW_DAYS)}
            used = sum(count for day, count in self.taken.items() if day in inside)
            windows.append(([day for day in days if day in inside], self.weekly_limit - used))
        used = sum(self.taken.get(day, 0) for day in days)
        whole = (list(days), self.week_capacity - used)
        return [(inside, max(left, 0)) for inside, left in (*single, *windows, whole) if inside]


def serve(
    waiting: int, sent: Mapping[date, int], days: Iterable[date], daily_limit: int, weekly_limit: int
) -> dict[date, int]:
    """Requests on each day: those that were sent, and those who wait, as soon as limits allow."""
    taken = dict(sent)
    for day in days:
        inside = sum(taken.get(day - timedelta(back), 0) for back in range(WINDOW_DAYS))
        served = min(waiting, daily_limit - taken.get(day, 0), weekly_limit - inside)
        if served > 0:
            taken[day] = taken.get(day, 0) + served
            waiting -= served
    return taken


def shares(requests: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Requests by weights, by largest remainder; of equal remainders the first in order."""
    total = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    found = {name: requests * weight // total for name, weight in weights.items()}
    left = requests - sum(found.values())
    by_remainder = sorted(weights, key=lambda name: -(requests * weights[name] % total))
    return {name: count + (name in by_remainder[:left]) for name, count in found.items()}


@dataclass(frozen=True)
class Week:
    """The week to plan: its sending days that are left, senders, and segments in order of priority.

    `weights` are those of the segments, `people` how many of each may be asked, `most` how many requests
    there may be in all, None for as many as limits allow.
    """

    days: Sequence[date]
    senders: Sequence[PlannedSender]
    weights: Mapping[str, int]
    people: Mapping[str, int]
    most: int | None = None

    def allocated(self) -> dict[Cell, int]:
        """Requests of each sender to each segment on each day, those that have any."""
        if not self._cells:
            return {}
        return self._spread(self._solved(self._wanted(), self._gains, are_all=True))

    def accepted(self, plan: Mapping[Cell, int]) -> float:
        """Acceptances that a plan lets expect."""
        chances = {sender.account_id: sender.chances for sender in self.senders}
        return sum(count * chances[account][segment] for (account, segment, _), count in plan.items())

    @cached_property
    def _cells(self) -> list[Cell]:
        return [
            (sender.account_id, segment, day)
            for sender in self.senders
            for segment in self.weights
            if segment in sender.chances and self.weights[segment] and self.people.get(segment)
            for day in self.days
        ]

    @cached_property
    def _rules(self) -> "tuple[scipy.sparse.csr_array, np.ndarray]":
        """The rules of all senders: which cells each counts, and how many requests they may have."""
        cells: dict[tuple[str, date], list[int]] = {}
        for place, (account, _, day) in enumerate(self._cells):
            cells.setdefault((account, day), []).append(place)
        rows = [
            ([place for day in inside for place in cells.get((sender.account_id, day), ())], left)
            for sender in self.senders
            for inside, left in sender.rules(self.days)
        ]
        return _matrix([places for places, _ in rows], len(self._cells)), np.array([left for _, left in rows])

    @cached_property
    def _by_segment(self) -> "scipy.sparse.csr_array":
        places: dict[str, list[int]] = {segment: [] for segment in self.weights}
        for place, (_, segment, _) in enumerate(self._cells):
            places[segment].append(place)
        return _matrix(list(places.values()), len(self._cells))

    def _wanted(self) -> dict[str, int]:
        """Requests to each segment by weights; what one can't use, the others get by their weights."""
        rules, limits = self._rules
        capacity = int(
            scipy.optimize.linprog(-np.ones(len(self._cells)), rules, limits, **_SOLVER).fun * -1 + 0.5
        )
        people = {name: self.people.get(name, 0) if self.weights[name] else 0 for name in self.weights}
        total = min(capacity, sum(people.values()), capacity if self.most is None else self.most)
        most = dict(people)
        while True:
            wanted = self._filled(total, most)
            used = self._counts(self._solved(wanted, np.ones(len(self._cells))))
            short = {name: used[name] for name in wanted if used[name] < wanted[name]}
            # Who falls short has nobody able to ask more of them; the rest goes to others.
            if not short or all(most[name] == used[name] for name in short):
                return used
            most |= short

    def _filled(self, total: int, most: Mapping[str, int]) -> dict[str, int]:
        """So many requests by weights, where each segment can use so many at most."""
        wanted = dict.fromkeys(self.weights, 0)
        full: dict[str, int] = {}
        while True:
            open_weights = {name: 0 if name in full else weight for name, weight in self.weights.items()}
            wanted = shares(total - sum(full.values()), open_weights) | full
            over = {name: most[name] for name in wanted if name not in full and wanted[name] > most[name]}
            if not over:
                return wanted
            full |= over

    @cached_property
    def _gains(self) -> np.ndarray:
        """The chance of a request of each cell to be accepted; less than any of them for who comes last."""
        senders = {sender.account_id: sender for sender in self.senders}
        return np.array(
            [
                senders[account].chances[segment] - senders[account].comes_last
                for account, segment, _ in self._cells
            ]
        )

    def _solved(self, wanted: Mapping[str, int], gains: np.ndarray, *, are_all: bool = False) -> np.ndarray:
        """Whole requests of each cell that gain the most: as many to a segment as are wanted, or fewer."""
        targets = np.array([wanted[name] for name in self.weights])
        rules = _stacked(self._rules, (self._by_segment, targets))
        equal = {"A_eq": self._by_segment, "b_eq": targets} if are_all else {}
        return _rounded(scipy.optimize.linprog(-gains, *rules, **equal, **_SOLVER).x, gains, *rules)

    def _counts(self, requests: np.ndarray) -> dict[str, int]:
        counted = (self._by_segment @ requests).astype(int).tolist()
        return dict(zip(self.weights, counted, strict=True))

    def _spread(self, requests: np.ndarray) -> dict[Cell, int]:
        """The same requests of each sender, as even over its days as its rules allow, segments mixed."""
        plan: dict[Cell, int] = {}
        for sender in self.senders:
            mine = [
                (segment, day, int(count))
                for (account, segment, day), count in zip(self._cells, requests, strict=True)
                if account == sender.account_id and count
            ]
            if not mine:
                continue
            by_day = _evened(sender, self.days, sum(count for *_, count in mine))
            if by_day is None:
                by_day = {day: sum(n for _, other, n in mine if other == day) for day in self.days}
            counts: dict[str, int] = {}
            for segment, _, count in mine:
                counts[segment] = counts.get(segment, 0) + count
            turns = iter(_mixed(counts))
            for day in self.days:
                for _ in range(by_day[day]):
                    cell = (sender.account_id, next(turns), day)
                    plan[cell] = plan.get(cell, 0) + 1
        return plan


def _matrix(rows: Sequence[Sequence[int]], width: int) -> "scipy.sparse.csr_array":
    """A row of ones at the places of each."""
    counts = np.cumsum([0, *(len(row) for row in rows)])
    places = np.array([place for row in rows for place in row], dtype=int)
    return scipy.sparse.csr_array((np.ones(len(places)), places, counts), shape=(len(rows), width))


def _stacked(
    *parts: "tuple[scipy.sparse.csr_array, np.ndarray]",
) -> "tuple[scipy.sparse.csr_array, np.ndarray]":
    return scipy.sparse.csr_array(scipy.sparse.vstack([matrix for matrix, _ in parts])), np.concatenate(
        [limits for _, limits in parts]
    )


def _rounded(
    solved: np.ndarray, gains: np.ndarray, matrix: "scipy.sparse.csr_array", limits: np.ndarray
) -> np.ndarray:
    """Whole requests: what is over is given by largest remainder, where no rule is broken by it."""
    whole = np.floor(solved + _NEARLY)
    columns = matrix.tocsc()
    left = limits - matrix @ whole
    remainders = np.round(solved - whole, 9)
    over = round(float(solved.sum() - whole.sum()))
    for place in np.lexsort((np.arange(len(solved)), -gains, -remainders)) if over else ():
        rules = columns.indices[columns.indptr[place] : columns.indptr[place + 1]]
        room = int(min(left[rules].min(), over))
        if room > 0:
            given = min(room, 1) if remainders[place] > 0 else room
            whole[place] += given
            left[rules] -= given
            over -= given
        if not over:
            break
    return whole.astype(int)


def _evened(sender: PlannedSender, days: Sequence[date], requests: int) -> dict[date, int] | None:
    """So many requests on each day, each given to the day that is least full; None where that gets stuck."""
    rules = sender.rules(days)
    room = {day: min(left for inside, left in rules if inside == [day]) for day in days}
    given = dict.fromkeys(days, 0)
    lefts = [left for _, left in rules]
    for _ in range(requests):
        able = [
            day
            for day in days
            if all(left > 0 for (inside, _), left in zip(rules, lefts, strict=True) if day in inside)
        ]
        if not able:
            return None
        day = min(able, key=lambda day: ((given[day] + 1) / room[day], day))
        given[day] += 1
        lefts = [left - (day in inside) for (inside, _), left in zip(rules, lefts, strict=True)]
    return given


def _mixed(counts: Mapping[str, int]) -> list[str]:
    """Each segment as often as it counts, spread evenly over the whole."""
    turns = [((place + 0.5) / count, name) for name, count in counts.items() for place in range(count)]
    return [name for _, name in sorted(turns, key=lambda turn: turn[0])]
