"""One world twice: what is planted in it is mended as advised, or only said to be; and what is said of it."""

import multiprocessing
import shutil
import tempfile
from collections.abc import Iterable, Iterator
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
from tests.compiled import Project, compile_project, only_for
from tests.diagnosis.causes import Drawn
from tests.diagnosis.operation import BASE_URL, Operation
from tests.diagnosis.workspaces import END, START, timetable
from tests.endurance.worth import examination as worth
from tests.endurance.worth.examination import Advice
from tests.endurance.worth.mending import Remedy, continued, expected_of
from tests.endurance.worth.worlds import draw

TABLES = (*worth.TABLES, "marts.rpt_snapshot", "marts.rpt_advice_outcomes")
WEEKS_ON = 5
# Whose worth is less is hardly seen by anybody.
LEAST = 1.0
ADVISED = """
    select bottlenecks.*, worths.remedy, worths.kind
    from marts.rpt_bottlenecks as bottlenecks
    inner join findings.fnd_week_worths as worths using (cause, dimension, segment)
    where worths.is_best_remedy
        and cause = ?
        and recoverable_accepts_per_week >= ?
        and verdict <> 'background'
    order by rank
"""
OUTCOME = """
    select state, followed_as, verdict, followed_on, gain, gain_low, gain_high, worth_at_first_sight
    from marts.rpt_advice_outcomes where advice_id = ?
"""


class Outcome(NamedTuple):
    """What is said five weeks later of the advice on what is planted in a world, and what is true.

    `kind` is the remedy, as in fnd_week_remedies. `gain` and its interval are None where nothing could be
    said.
    """

    world: int
    cause: str
    dimension: str
    kind: str
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
        project = only_for(compile_project(Path(folder)), TABLES)
        # Spawned, because dbt leaves threads behind that a fork would copy in whatever state they are.
        with multiprocessing.get_context("spawn").Pool(workers, _remember, (project,)) as pool:
            yield from pool.imap(_examine, worlds)


def _remember(project: Project) -> None:
    global _project  # noqa: PLW0603 - one for each process
    _project = project


def _examine(number: int) -> list[Outcome]:
    return examine(number, draw(number), _project)


def examine(number: int, drawn: Drawn, project: Project) -> list[Outcome]:
    """What comes of the advice on what is planted in this world; nothing where none was given."""
    with tempfile.TemporaryDirectory(prefix="outcomes-") as name:
        folder = Path(name) / "before"
        first = reported(folder, drawn, project, timetable())
        advice, remedy, rooms = _advised(first, drawn)
        if not advice:
            return []
        outcomes = []
        worlds = {
            is_followed: continued(drawn, [remedy] if is_followed else [], rooms, WEEKS_ON)
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
                    advice["dimension"],
                    remedy.kind,
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


def reported(folder: Path, drawn: Drawn, project: Project, moments: Iterable[tuple[datetime, str]]) -> Path:
    """The first warehouse of a world in `folder`; what it advises is remembered there."""
    operation = _operation(folder, drawn.world)
    operation.pull(moments)
    database = operation.build(project, drawn.workspace.accounts, START, run_id="first")
    snapshots.keep(database, Paths(folder).snapshots)
    return database


def _advised(database: Path, drawn: Drawn) -> tuple[dict, Remedy | None, dict[int, int]]:
    """The first line of the planted cause, how it is mended, and who can take how many leads more."""
    rows = _rows(database, ADVISED, drawn.planted.cause, LEAST)
    if not rows:
        return {}, None, {}
    with duckdb.connect(str(database), read_only=True) as connection:
        known = Advice.of(connection)
    return rows[0], known.remedies[rows[0]["remedy"]], known.rooms


def _outcome(
    folder: Path, world: World, drawn: Drawn, advice: dict, project: Project, *, is_said: bool
) -> dict:
    """Go on for five weeks, and read what the report says then."""
    said = []
    if is_said:
        said.append(
            {
                "declaration_id": "said",
                "advice_id": advice["advice_id"],
                "decision": "done",
                "as_of": advice["as_of"],
                "declared_at": advice["as_of"],
            }
        )
    database = gone_on(folder, world, drawn, project, _later(), said)
    [row] = _rows(database, OUTCOME, advice["advice_id"])
    return row


def gone_on(
    folder: Path,
    world: World,
    drawn: Drawn,
    project: Project,
    moments: Iterable[tuple[datetime, str]],
    said: Iterable[dict] = (),
) -> Path:
    """The warehouse after further pulls, with what was said of earlier advice meanwhile."""
    operation = _operation(folder, world)
    operation.pull(moments)
    snapshots.land(Paths(folder).snapshots, operation.raw_path)
    for declaration in said:
        journal.append(Paths(folder).advice, declaration)
        rows = journal.rows(Paths(folder).advice)
        raw.append_missing(operation.raw_path, "advice_declarations", ("declaration_id",), rows)
    return operation.build(project, drawn.workspace.accounts, START, run_id="later")


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
