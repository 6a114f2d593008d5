"""What the project's SQL says of message tests when it is opened every day."""

import functools
from typing import NamedTuple

import duckdb
import numpy

from dbt_project.rendering import rendered
from extract.workspace.sql_text import literal
from tests.dbt_project.models import model_sql
from tests.endurance.looks.bounds import SEED
from tests.endurance.looks.rules import declared, shortfall
from tests.endurance.looks.worlds import (
    DAYS,
    KINDS,
    LATE_DAYS,
    RATE,
    TEN_POINTS,
    WINDOW_DAYS,
    Drawn,
    drawn,
)

MODELS = ("fnd_message_test_looks", "fnd_message_test_results")
# Tests of one kind that are looked at together.
TOGETHER = 500
FIRST_SEED = 1_000
# Days after the other text began, by which accepted to date is read where one began later.
READ_AFTER = (3, 5, 7)
RESULTS = ("not_yet", "no_difference", "winner")
TEXTS = ("nobody", "first", "other")
STARTED = "timestamptz '2026-01-05 00:00:00+00'"


class Said(NamedTuple):
    """What was said of tests by the last day, an entry each.

    `result` and `winner` as in RESULTS and TEXTS; `requests` of a text that counted, the mean and the most of
    both; `sent` of both texts and `day` when it was said (the last day where nothing was); `changes` from one
    day to another after that; `low` and `high` of the interval that is shown.
    """

    result: numpy.ndarray
    winner: numpy.ndarray
    requests: numpy.ndarray
    most_requests: numpy.ndarray
    sent: numpy.ndarray
    day: numpy.ndarray
    changes: numpy.ndarray
    low: numpy.ndarray
    high: numpy.ndarray


class Found(NamedTuple):
    """What was said of tests of a kind by the project, and by the field's rules.

    `shortfalls`: by how much accepted to date was lower for the other text, so many days after it began.
    """

    kind: str
    said: Said
    rules: dict[str, numpy.ndarray]
    shortfalls: dict[int, float]


def planned(rate: float = RATE, difference: float = TEN_POINTS) -> int:
    """Requests that each arm is planned with, by the project's SQL."""
    size = rendered("statistics/*.sql", f"message_test_size('{rate}', '{difference}')")
    return connection().execute(f"select {size}").fetchone()[0]


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for each process, with the seed of bounds."""
    opened = duckdb.connect(config={"threads": 1})
    opened.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
    opened.execute(f"create table message_test_bounds as from read_csv({literal(SEED)})")
    return opened


def put(world: Drawn) -> None:
    """Fill the tables: all that will be sent; what of it is known on a day, the models are told by views."""
    tests = int(world.test.max()) + 1
    opened = connection()
    columns = {
        "test": world.test,
        "is_other_arm": world.is_other,
        "stratum": world.stratum,
        "sent": world.sent,
        "accepted": world.accepted,
    }
    opened.register("drawn", columns)
    opened.execute(f"""
        create or replace table requests as
        select test as test_id, is_other_arm, stratum, sent, accepted,
            {STARTED} + to_microseconds(cast(sent * 86400e6 as bigint)) as sent_at,
            row_number() over () as request_id
        from drawn;
        create or replace table fnd_message_test_plans as
        select range as test_id, {planned()}::bigint as planned_requests, 0.5 as arm_share,
            {TEN_POINTS} as smallest_difference, 'first' as arm, 'other' as other_arm
        from range({tests})
    """)
    opened.unregister("drawn")


def opened_on(day: int) -> dict[str, numpy.ndarray]:
    """What fnd_message_test_results says at the end of a day, in the order of tests."""
    now = day + 1
    opened = connection()
    opened.execute(f"""
        create or replace table fnd_message_test_requests as
        select test_id, is_other_arm, stratum, sent_at, request_id,
            sent + {WINDOW_DAYS} > {now} as is_awaited,
            sent + {WINDOW_DAYS} <= {now} and accepted <= sent + {WINDOW_DAYS} as is_success,
            false as is_undated
        from requests
        where sent < {now}
    """)
    for name in MODELS:
        opened.execute(f"create or replace table {name} as {model_sql(name)}")
    return opened.execute(f"""
        select list_position({list(RESULTS)}, result) - 1 as result,
            coalesce(list_position({list(TEXTS)}, winner) - 1, 0) as winner,
            (coalesce(requests, 0) + coalesce(other_requests, 0)) / 2 as requests,
            greatest(coalesce(requests, 0), coalesce(other_requests, 0)) as most_requests,
            coalesce(difference_low, -1) as low, coalesce(difference_high, 1) as high
        from fnd_message_test_results
        order by test_id
    """).fetchnumpy()


def examined(world: Drawn, every: int = 1) -> Said:
    """Everything opened every so many days, until the last one."""
    put(world)
    tests = int(world.test.max()) + 1
    before = {"result": numpy.zeros(tests, int), "winner": numpy.zeros(tests, int)}
    said_on = numpy.full(tests, DAYS - 1)
    changes = numpy.zeros(tests, int)
    # Nothing is old enough before the window is over.
    for day in [*range(WINDOW_DAYS + every - 1, DAYS - 1, every), DAYS - 1]:
        now = opened_on(day)
        is_said = before["result"] > 0
        is_other = (now["result"] != before["result"]) | (now["winner"] != before["winner"])
        changes += is_said & is_other
        said_on[~is_said & (now["result"] > 0)] = day
        before = now
    sent = numpy.bincount(world.test[world.sent < said_on[world.test] + 1], minlength=tests)
    return Said(**before, sent=sent, day=said_on, changes=changes)


def found_in(task: tuple[int, int]) -> Found:
    """What is said of tests of a kind, from a seed of their own."""
    kind = KINDS[task[0]]
    return found_of(kind.name, drawn(kind, TOGETHER, 1000 * task[0] + FIRST_SEED + task[1]))


def found_of(kind: str, world: Drawn, every: int = 1) -> Found:
    """The same of tests that were drawn, opened every so many days."""
    shortfalls = {days: shortfall(world, LATE_DAYS + days) for days in READ_AFTER}
    return Found(kind, examined(world, every), declared(world), shortfalls)


def together(found: list[Found]) -> Found:
    """Several lots of one kind as one."""
    return Found(
        found[0].kind,
        Said(*map(numpy.concatenate, zip(*(each.said for each in found), strict=True))),
        {rule: numpy.concatenate([each.rules[rule] for each in found]) for rule in found[0].rules},
        {days: float(numpy.mean([each.shortfalls[days] for each in found])) for days in READ_AFTER},
    )
