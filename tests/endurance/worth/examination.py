"""One world: what its list says that mending is worth, and what it would bring."""

import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.compiled import Project, compile_project, only_for
from tests.diagnosis.examination import run
from tests.endurance.worth.mending import Remedy, expected
from tests.endurance.worth.worlds import draw

BLOCKED = (
    *("campaign_paused", "sender_gone", "sender_auth_invalid", "sender_cooldown", "sender_capped"),
    *("sender_idle", "sender_limit_lowered"),
)
STARVED = ("campaign_starved", "too_few_leads")
LOSING = ("low_acceptance",)

LINES = """
    select bottlenecks.cause, bottlenecks.dimension, bottlenecks.segment, worths.kind, rank,
        recoverable_accepts_per_week, bottlenecks.worth_low, bottlenecks.worth_high, worths.remedy
    from marts.rpt_bottlenecks as bottlenecks
    inner join findings.fnd_week_worths as worths using (cause, dimension, segment)
    where worths.is_best_remedy and list_contains(?, cause)
    order by rank
"""
REMEDIES = """
    select remedies.remedy, remedies.kind, remedies.dimension, remedies.segment,
        case
            when remedies.kind = 'bring'
                then (
                    select list(cast(account_id as bigint)) from findings.fnd_sender_capacity where has_room
                )
            else list(cast(campaign_lead_id as bigint)) filter (where campaign_lead_id is not null)
        end
    from findings.fnd_week_remedies as remedies
    left join findings.fnd_week_targets as targets on remedies.remedy = targets.remedy
    left join marts.heyreach_connections as connections on targets.connection_id = connections.connection_id
    group by remedies.remedy, remedies.kind, remedies.dimension, remedies.segment
"""
TABLES = ("marts.rpt_bottlenecks", "findings.fnd_week_worths")
ROOMS = """
    select cast(account_id as bigint), cast(floor(weekly_room) as bigint)
    from findings.fnd_sender_capacity
    where weekly_room >= 1
"""


class Line(NamedTuple):
    """A line of a world's list, or their total (cause `together`): what it says, and what is true.

    `kind` is the remedy that its worth is of, as in fnd_week_remedies.
    """

    world: int
    cause: str
    dimension: str
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


class Advice(NamedTuple):
    """What a built warehouse advises: remedies by their numbers, and how many leads more senders can take."""

    remedies: dict[int, Remedy]
    rooms: dict[int, int]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> "Advice":
        remedies = {
            number: Remedy(kind, dimension, segment, frozenset(about or ()))
            for number, kind, dimension, segment, about in connection.execute(REMEDIES).fetchall()
        }
        return cls(remedies, dict(connection.execute(ROOMS).fetchall()))


_project: Project


def examined(worlds: range, workers: int) -> Iterator[list[Line]]:
    """The lines of each world, in order."""
    with tempfile.TemporaryDirectory(prefix="worth-") as folder:
        project = only_for(compile_project(Path(folder)), TABLES)
        # Spawned, because dbt leaves threads behind that a fork would copy in whatever state they are.
        with multiprocessing.get_context("spawn").Pool(workers, _remember, (project,)) as pool:
            yield from pool.imap(_examine, worlds)


def _remember(project: Project) -> None:
    global _project  # noqa: PLW0603 - one for each process
    _project = project


def _examine(number: int) -> list[Line]:
    """The lines of one world that the week ahead tells the worth of, and their total."""
    drawn = draw(number)
    with tempfile.TemporaryDirectory(prefix="worth-") as folder:
        _, database = run(Path(folder), drawn, _project)
        with duckdb.connect(str(database), read_only=True) as connection:
            lines = connection.execute(LINES, [[*BLOCKED, *STARVED, *LOSING]]).fetchall()
            together = connection.execute(
                "select worth, worth_low, worth_high from findings.fnd_week_worths where remedy = 0"
            ).fetchone()
            advice = Advice.of(connection)
    as_it_is = expected(drawn, (), {})
    found = [
        Line(
            *(number, cause, dimension, kind, rank, *worth),
            expected(drawn, [advice.remedies[remedy]], advice.rooms) - as_it_is,
        )
        for cause, dimension, _, kind, rank, *worth, remedy in lines
    ]
    total = expected(drawn, advice.remedies.values(), advice.rooms) - as_it_is
    return [*found, Line(number, "together", "all", "", 0, *together, total)]
