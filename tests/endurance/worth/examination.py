"""One world: what its list says that mending is worth, and what it would bring."""

import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.compiled import Project, compile_project
from tests.diagnosis.examination import run
from tests.endurance.worth.mending import expected
from tests.endurance.worth.worlds import draw

BLOCKED = (
    *("campaign_paused", "sender_gone", "sender_auth_invalid"),
    *("sender_cooldown", "sender_capped", "sender_idle"),
)


class Line(NamedTuple):
    """A line of a world's list, or their total (cause `together`): what it says, and what is true."""

    world: int
    cause: str
    rank: int
    said: float
    low: float
    high: float
    true: float

    @property
    def error(self) -> float:
        """Of what is true."""
        return abs(self.said - self.true) / self.true

    @property
    def is_within(self) -> bool:
        return self.low <= self.true <= self.high


_project: Project


def examined(worlds: int, workers: int) -> Iterator[list[Line]]:
    """The lines of each world, in order."""
    with tempfile.TemporaryDirectory(prefix="worth-") as folder:
        project = compile_project(Path(folder))
        # Spawned, because dbt leaves threads behind that a fork would copy in whatever state they are.
        with multiprocessing.get_context("spawn").Pool(workers, _remember, (project,)) as pool:
            yield from pool.imap(_examine, range(worlds))


def _remember(project: Project) -> None:
    global _project  # noqa: PLW0603 - one for each process
    _project = project


def _examine(number: int) -> list[Line]:
    """The lines of one world that say that something is blocked, and their total."""
    drawn = draw(number)
    with tempfile.TemporaryDirectory(prefix="worth-") as folder:
        _, database = run(Path(folder), drawn, _project)
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = connection.execute(
                "select cause, dimension, segment, rank, recoverable_accepts_per_week, worth_low, worth_high "
                "from marts.rpt_bottlenecks where list_contains(?, cause) order by rank",
                [list(BLOCKED)],
            ).fetchall()
            [together] = connection.execute(
                "select worth, worth_low, worth_high from findings.fnd_week_worths where remedy = 0"
            ).fetchall()
    as_it_is = expected(drawn, set())
    found = [
        Line(number, cause, rank, *worth, expected(drawn, {(dimension, segment)}) - as_it_is)
        for cause, dimension, segment, rank, *worth in rows
    ]
    names = {(dimension, segment) for _, dimension, segment, *_ in rows}
    return [*found, Line(number, "together", 0, *together, expected(drawn, names) - as_it_is)]
