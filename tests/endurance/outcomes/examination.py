"""One world twice: its first advice is followed, or only said to be; and what the report says came of it."""

import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from extract import raw
from extract.raw import snapshots
from extract.sandbox.api import SandboxApi
from extract.sandbox.world import World
from extract.workspace import journal
from extract.workspace.paths import Paths
from tests.compiled import Project, compile_project
from tests.diagnosis.causes import Drawn
from tests.diagnosis.operation import BASE_URL, Operation
from tests.diagnosis.workspaces import END, START, timetable
from tests.endurance.worth.examination import BLOCKED
from tests.endurance.worth.mending import Remedy, continued, expected_of
from tests.endurance.worth.worlds import draw

WEEKS_ON = 5
FIRST = "select * from marts.rpt_bottlenecks where list_contains(?, cause) order by rank limit 1"
OUTCOME = """
    select state, followed_as, verdict, followed_on, gain, gain_low, gain_high, worth_at_first_sight
    from marts.rpt_advice_outcomes where advice_id = ?
"""


class Outcome(NamedTuple):
    """What is said of the first advice of a world five weeks later, and what is true.

    `gain` and its interval are None where nothing could be said.
    """

    world: int
    cause: str
    is_followed: bool
    state: str
    followed_as: str | None
    verdict: str | None
    days_off: int | None
    said: float | None
    gain: float | None
    low: float | None
    high: float | None
    true: float

    @property
    def is_within(self) -> bool:
        return self.low is not None and self.low <= self.true <= self.high


_project: Project


def examined(worlds: range, workers: int) -> Iterator[list[Outcome]]:
    """The outcomes of each world, in order: followed, and not."""
    with tempfile.TemporaryDirectory(prefix="outcomes-") as folder:
        project = compile_project(Path(folder))
        # Spawned, because dbt leaves threads behind that a fork would copy in whatever state they are.
        with multiprocessing.get_context("spawn").Pool(workers, _remember, (project,)) as pool:
            yield from pool.imap(_examine, worlds)


def _remember(project: Project) -> None:
    global _project  # noqa: PLW0603 - one for each process
    _project = project


def _examine(number: int) -> list[Outcome]:
    return examine(number, draw(number), _project)


def examine(number: int, drawn: Drawn, project: Project) -> list[Outcome]:
    """What comes of the first advice of this world that says that something is stuck."""
    with tempfile.TemporaryDirectory(prefix="outcomes-") as name:
        folder = Path(name) / "before"
        operation = _operation(folder, drawn.world)
        operation.pull(timetable())
        first = operation.build(project, drawn.workspace.accounts, START, run_id="first")
        rows = _rows(first, FIRST, list(BLOCKED))
        if not rows:
            return []
        advice = rows[0]
        snapshots.keep(first, Paths(folder).snapshots)
        outcomes = []
        kind = "resume" if advice["cause"] == "campaign_paused" else "restore"
        remedy = Remedy(kind, advice["dimension"], advice["segment"])
        worlds = {
            is_followed: continued(drawn, [remedy] if is_followed else [], WEEKS_ON)
            for is_followed in (True, False)
        }
        gain = expected_of(worlds[True].histories) - expected_of(worlds[False].histories)
        for is_followed, world in worlds.items():
            after = Path(name) / f"followed {is_followed}"
            shutil.copytree(folder, after, ignore=shutil.ignore_patterns("landing", "warehouse.duckdb"))
            row = _outcome(after, world, drawn, advice, project, is_said=not is_followed)
            outcomes.append(
                Outcome(
                    number,
                    advice["cause"],
                    is_followed,
                    row["state"],
                    row["followed_as"],
                    row["verdict"],
                    (row["followed_on"] - END.date()).days if row["followed_on"] else None,
                    row["worth_at_first_sight"],
                    row["gain"],
                    row["gain_low"],
                    row["gain_high"],
                    gain if is_followed else 0.0,
                )
            )
        return outcomes


def _outcome(
    folder: Path, world: World, drawn: Drawn, advice: dict, project: Project, *, is_said: bool
) -> dict:
    """Go on for five weeks, and read what the report says then."""
    operation = _operation(folder, world)
    operation.pull(_later())
    snapshots.land(Paths(folder).snapshots, operation.raw_path)
    if is_said:
        declaration = {
            "declaration_id": "said",
            "advice_id": advice["advice_id"],
            "decision": "done",
            "as_of": advice["as_of"],
            "declared_at": advice["as_of"],
        }
        journal.append(Paths(folder).advice, declaration)
        rows = journal.rows(Paths(folder).advice)
        raw.append_missing(operation.raw_path, "advice_declarations", ("declaration_id",), rows)
    database = operation.build(project, drawn.workspace.accounts, START, run_id="later")
    [row] = _rows(database, OUTCOME, advice["advice_id"])
    return row


def _operation(folder: Path, world: World) -> Operation:
    folder.mkdir(exist_ok=True)
    return Operation(folder, SandboxApi(world, now=START), BASE_URL)


def _later() -> list[tuple[datetime, str]]:
    """A pull a night while it is seen what is sent, then as few as tell what became of it in its window."""
    days = [*range(9), *(10 + 2.5 * number for number in range(8))]
    light = [(END + timedelta(days=day, hours=18), "light") for day in days]
    return [*light, (END + timedelta(weeks=WEEKS_ON), "full")]


def _rows(database: Path, query: str, *values: object) -> list[dict]:
    with duckdb.connect(str(database), read_only=True) as connection:
        answer = connection.execute(query, [*values])
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
