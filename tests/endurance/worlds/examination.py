"""One world examined: operated, built, checked."""

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from tests.compiled import Project
from tests.endurance.worlds.checks import CHECKS, Verdict
from tests.endurance.worlds.drawing import Drawn, draw
from tests.endurance.worlds.operating import operated
from tests.endurance.worlds.reading import Published
from tests.endurance.worlds.truth import Truth

PUBLISHES = "publishes"


@dataclass
class Finding:
    """What came out of one world; `verdicts` by check, of which `publishes` is the first."""

    name: str
    twists: tuple[str, ...]
    leads: int
    pulls_a_day: int
    seconds: float
    verdicts: dict[str, Verdict] = field(default_factory=dict)


def examine_drawn(project: Project, seed: int, only: str, databases: Path | None, number: int) -> Finding:
    """Draw one world and examine it; here and not in `__main__`, which another process doesn't have."""
    return examine(draw(seed, number, only), project, databases)


def examine(drawn: Drawn, project: Project, keep: Path | None = None) -> Finding:
    """Run a world and hold what it publishes against its truth; `keep` is a folder for the warehouses."""
    began = time.monotonic()
    finding = Finding(drawn.name, drawn.twists, len(drawn.world.leads), drawn.pulls_a_day, 0.0)
    with tempfile.TemporaryDirectory(prefix="worlds-") as folder:
        try:
            database, complaints = operated(Path(folder), drawn, project)
        except Exception as error:  # whatever stops the pipeline is what this is looking for
            finding.verdicts[PUBLISHES] = Verdict.of([f"{type(error).__name__}: {error}"])
        else:
            finding.verdicts[PUBLISHES] = Verdict.of(
                [f"{name}: {rows} rows" for name, rows in complaints.items()]
            )
            finding.verdicts |= judge(Truth(drawn), database)
            if keep:
                shutil.copy(database, keep / f"{drawn.number}.duckdb")
    finding.seconds = time.monotonic() - began
    return finding


def judge(truth: Truth, database: Path) -> dict[str, Verdict]:
    """Every check over a built warehouse."""
    with duckdb.connect(str(database), read_only=True) as connection:
        published = Published(connection)
        rows = published.connections()
        return {name: check(truth, published, rows) for name, check in CHECKS.items()}
