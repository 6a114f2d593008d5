"""Shared by the whole suite: the command line as a function, and one demo workspace built once."""

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from extract.settings import DEFAULTS
from reports.connection_analytics import main

Rows = list[tuple]


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

    def run(self, *arguments: str, **environment: str) -> Outcome:
        """Call `connection-analytics` with this workspace's settings, in this process."""
        settings = {name: "" for name in DEFAULTS} | dict(self.environment) | environment
        printed, errors = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        umask = os.umask(0)
        os.umask(umask)
        os.environ.update(settings, OUTBOUND_DATA_DIR=str(self.data_dir))
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
                exit_code = main(arguments)
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
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Outcome]]:
    """The demo workspace after one `run` over January 2026, and what that run printed. Read only."""
    workspace = Workspace(tmp_path_factory.mktemp("demo"), {})
    yield workspace, workspace.run("run", "--since", "2026-01-01", "--until", "2026-02-01")
