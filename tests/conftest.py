"""Shared by the whole suite: the command line as a function, and one demo workspace built once."""

import contextlib
import gc
import io
import json
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from unittest.mock import patch

import pytest

from dbt_project import warehouse
from extract.workspace.lock import exclusive
from extract.workspace.variables import DEFAULTS
from reports.cli import main
from tests.looking import look_at

if TYPE_CHECKING:  # it brings dbt, which takes seconds to import
    from tests.compiled import Project

Rows = list[tuple]
# How warehouses are really built: whoever is the first to need the demo may be building without dbt.
REALLY = {name: getattr(warehouse, name) for name in ("_dbt", "write_comments")}
Made = TypeVar("Made")


def pytest_configure() -> None:
    """Hear Ctrl-C, which a shell lets its background jobs ignore: tests send it.

    And let programs keep their bytecode, as they do where nothing forbids it: tests start a hundred of them,
    and each would compile the project anew. And look for garbage seldom, during the collection never: what
    the modules bring stays to the end, and is a third of the time that a collection takes.
    """
    gc.disable()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that build warehouses: short ones at the end keep every process busy.

    The longest test is first. It shares nothing, while the other processes make what they all share.
    """
    building = {item.path for item in items if {"compiled", "demo"} & {*getattr(item, "fixturenames", ())}}
    items.sort(
        key=lambda item: (
            item.path.name != "test_kills.py",
            "end_to_end" not in item.path.parts,
            item.path not in building,
        )
    )


def pytest_collection_finish() -> None:
    """Look for garbage again, but not among what was collected."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@dataclass(frozen=True)
class Outcome:
    """What one call of the command line did."""

    exit_code: int
    printed: str
    errors: str

    @property
    def reports(self) -> dict[str, Path]:
        """The report files it printed, by suffix."""
        lines = [line.split(": ", 1)[1] for line in self.printed.splitlines() if line.startswith("report: ")]
        paths = [Path(line.removesuffix("  (demo data)")) for line in lines]
        return {path.suffix: path for path in paths}


@dataclass(frozen=True)
class Workspace:
    """A data folder and the environment to run the command line on it."""

    data_dir: Path
    environment: Mapping[str, str]

    def run(
        self, *arguments: str, entry: Callable[[Sequence[str]], int] = main, **environment: str
    ) -> Outcome:
        """Call `connection-analytics`, or another `entry`, with this workspace's settings."""
        settings = {name: "" for name in DEFAULTS} | dict(self.environment) | environment
        printed, errors = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        umask = os.umask(0)
        os.umask(umask)
        os.environ.update(settings, OUTBOUND_DATA_DIR=str(self.data_dir))
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
                exit_code = entry(arguments)
        finally:
            os.umask(umask)
            os.environ.clear()
            os.environ.update(before)
        return Outcome(exit_code, printed.getvalue(), errors.getvalue())

    @property
    def warehouse(self) -> Path:
        """The published warehouse."""
        is_demo = not self.environment.get("HEYREACH_API_KEY")
        return (self.data_dir / "demo" if is_demo else self.data_dir) / "warehouse.duckdb"

    def query(self, sql: str) -> Rows:
        """Rows of a query on the published warehouse."""
        with look_at(self.warehouse) as connection:
            return connection.execute(sql).fetchall()


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` gave for the folder `name`: whichever process of the suite needs it first makes it for all.

    The folder is shared, and so is read only afterwards; what `make` returns must go through JSON unchanged.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    noted = folder / "made.json"
    with exclusive(folder, wait_seconds=900):
        if not noted.exists():
            noted.write_text(json.dumps(make(folder)))
    return json.loads(noted.read_text())


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Outcome]:
    """The demo workspace after one `run` over January 2026, and what that run printed. Read only."""

    def run(folder: Path) -> dict:
        workspace = Workspace(folder / "data", {})
        with patch.multiple(warehouse, **REALLY):
            outcome = workspace.run("run", "--since", "2026-01-01", "--until", "2026-02-01")
        return {"data_dir": str(workspace.data_dir), "outcome": asdict(outcome)}

    made = made_once(tmp_path_factory, "demo", run)
    return Workspace(Path(made["data_dir"]), {}), Outcome(**made["outcome"])


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> "Project":
    """The project, compiled once for all processes, with its data tests."""
    from tests.compiled import compile_project  # noqa: PLC0415

    def compile_it(folder: Path) -> str:
        pickled = folder / "project.pickle"
        pickled.write_bytes(pickle.dumps(compile_project(folder, with_tests=True)))
        return str(pickled)

    return pickle.loads(Path(made_once(tmp_path_factory, "compiled", compile_it)).read_bytes())


@pytest.fixture(scope="module")
def built_without_dbt(compiled: "Project") -> Iterator[None]:
    """Warehouses are built from dbt's compiled SQL, with all data tests: for tests of figures, not of dbt."""
    from tests.compiled import instead_of_dbt  # noqa: PLC0415

    with instead_of_dbt(compiled):
        yield


@pytest.fixture
def without_dbt(compiled: "Project") -> Iterator[None]:
    """The same for one test of a file that does look at dbt."""
    from tests.compiled import instead_of_dbt  # noqa: PLC0415

    with instead_of_dbt(compiled):
        yield
