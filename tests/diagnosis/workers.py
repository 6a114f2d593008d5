"""Many worlds over a few processes."""

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.compiled import Project, compile_project, only_for
from tests.diagnosis.causes import KINDS, Kind
from tests.diagnosis.examination import READ, Finding, examine

_project: Project
_databases: Path | None


def examined(tasks: Sequence[tuple[Kind, int]], workers: int, databases: Path | None) -> Iterator[Finding]:
    """The finding of each world (its kind and number), in order; `databases` keeps the warehouses."""
    with tempfile.TemporaryDirectory(prefix="diagnosis-") as folder:
        project = only_for(compile_project(Path(folder)), READ)
        # Spawned, because dbt leaves threads behind that a fork would copy in whatever state they are.
        context = multiprocessing.get_context("spawn")
        with context.Pool(workers, _remember, (project, databases)) as pool:
            yield from pool.imap(_examine, [(kind.name, number) for kind, number in tasks])


def _remember(project: Project, databases: Path | None) -> None:
    global _project, _databases
    _project, _databases = project, databases


def _examine(task: tuple[str, int]) -> Finding:
    name, number = task
    return examine(next(kind for kind in KINDS if kind.name == name), number, _project, _databases)
