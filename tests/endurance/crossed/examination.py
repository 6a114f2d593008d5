"""What crossed segments say of worlds in which nothing comes of any meeting, and in which something does."""

import functools
import math
from typing import NamedTuple

import duckdb
import numpy

from tests.endurance.crossed.worlds import Kind, drawn, judged, put, tables

USUAL, TWICE = 0.23, 0.46
NULL = (
    Kind("lists are alike"),
    Kind("lists scatter as senders usually do", list_scatter=USUAL),
    Kind("lists scatter twice as much", list_scatter=TWICE),
    Kind("each list is of one source and one ICP", is_list_one_cell=True, lists=16),
    Kind("the same, lists scatter as usual", is_list_one_cell=True, lists=16, list_scatter=USUAL),
    Kind("few are accepted (9 %)", rate=0.09, list_scatter=USUAL),
    Kind("500 requests at 30 %", requests=500, rate=0.3, list_scatter=USUAL),
    Kind("4,000 requests, 15 senders, 20 lists", 4000, senders=15, lists=20, list_scatter=USUAL),
)
PLANTED = (
    Kind("a source with an ICP at a quarter of its odds", list_scatter=USUAL, planted=math.log(0.25)),
    Kind(
        "a sender with an ICP at four times its odds",
        list_scatter=USUAL,
        planted=math.log(4),
        is_of_sender=True,
    ),
)


class Found(NamedTuple):
    """What was said of a world: cells named, whether the planted one is among them, and tests made."""

    kind: str
    named: int
    is_planted_named: bool
    tests: int


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for each process: its tables are emptied for each world."""
    opened = duckdb.connect(config={"threads": 1})
    tables(opened)
    return opened


def examined(task: tuple[Kind, int]) -> Found:
    """What the models say of one world."""
    kind, seed = task
    world = drawn(kind, numpy.random.default_rng([seed, NULL.index(kind) if kind in NULL else 99]))
    put(connection(), world)
    rows = judged(connection())
    named = {
        (row["pair"], row["row_segment"], row["column_segment"])
        for row in rows
        if row["verdict"] in ("lower", "higher")
    }
    tests = sum(row["p_value"] is not None for row in rows)
    return Found(kind.name, len(named), world.planted in named, tests)
