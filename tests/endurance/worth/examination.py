"""One world: what its list says that mending is worth, and what it would bring."""

import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.compiled import Project, compile_project
from tests.diagnosis.examination import run
from tests.endurance.worth.mending import Remedy, expected
from tests.endurance.worth.worlds import draw

BLOCKED = (
    *("campaign_paused", "sender_gone", "sender_auth_invalid", "sender_cooldown", "sender_capped"),
    *("sender_idle", "sender_limit_lowered"),
)
STARVED = ("campaign_starved", "too_few_leads")


class Line(NamedTuple):
    """A line of a world's list, or their total (cause `together`): what it says, and what is true.

    `kind` is the remedy that its worth is of, as in fnd_week_remedies.
    """

    world: int
    cause: str
    kind: str
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
    """The lines of one world that say that something is blocked or starved, and their total."""
    drawn = draw(number)
    with tempfile.TemporaryDirectory(prefix="worth-") as folder:
        _, database = run(Path(folder), drawn, _project)
        with duckdb.connect(str(database), read_only=True) as connection:
            lines = connection.execute(
                "select bottlenecks.cause, worths.kind, bottlenecks.dimension, bottlenecks.segment, rank, "
                "recoverable_accepts_per_week, bottlenecks.worth_low, bottlenecks.worth_high "
                "from marts.rpt_bottlenecks as bottlenecks "
                "inner join findings.fnd_week_worths as worths using (cause, dimension, segment) "
                "where worths.is_best_remedy and list_contains(?, cause) order by rank",
                [[*BLOCKED, *STARVED]],
            ).fetchall()
            [together] = connection.execute(
                "select worth, worth_low, worth_high from findings.fnd_week_worths where remedy = 0"
            ).fetchall()
            everything = [
                Remedy(*row)
                for row in connection.execute(
                    "select kind, dimension, segment from findings.fnd_week_remedies "
                    "where kind in ('resume', 'restore', 'move', 'bring')"
                ).fetchall()
            ]
            rooms = dict(
                connection.execute(
                    "select cast(account_id as bigint), cast(floor(weekly_room) as bigint) "
                    "from findings.fnd_sender_capacity where weekly_room >= 1"
                ).fetchall()
            )
    as_it_is = expected(drawn, (), {})
    found = [
        Line(
            *(number, cause, kind, rank, *worth),
            expected(drawn, [Remedy(kind, dimension, segment)], rooms) - as_it_is,
        )
        for cause, kind, dimension, segment, rank, *worth in lines
    ]
    total = expected(drawn, everything, rooms) - as_it_is
    return [*found, Line(number, "together", "", 0, *together, total)]
