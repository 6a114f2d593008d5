"""Are the numbers the same as before? Every published mart and every report file, on raw captured once.

`python -m tests.endurance.same_numbers` builds three workspaces with this tree and with an earlier commit:
the demo, the kept 60 nights of an operator (imports, enrichment, an erasure), and 100,000 generated leads.
What the earlier commit pulled and published is kept in a folder, so that only the first time takes longer.
Each difference must stand in `same_numbers.yaml`, and each of its entries must occur; else it exits with 1.
"""

import argparse
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from tests.endurance.differences import (
    Judgement,
    declared_keys,
    read_expected,
    report_differences,
    warehouse_differences,
)

PROJECT = Path(__file__).parents[2]
# The last state before what is compared: what moves must leave its numbers as they were.
BEFORE = "e6e53a0"
EXPECTED = Path(__file__).with_name("same_numbers.yaml")
# Hidden, so that no backup takes it along.
FOLDER = PROJECT / "data" / ".same_numbers"
AFTER = FOLDER / "after"
# Goes up when workspaces are captured or published otherwise: what is kept is then made anew.
RECIPE = 1
NIGHTS = "tests/fixtures/data_folders/1ca0139/sixty_nights"
NO_SERVER = "http://127.0.0.1:9/api/public"  # as generated leads are written with


@dataclass(frozen=True)
class Tree:
    """A state of the program in a folder of its own."""

    path: Path

    @property
    def command(self) -> tuple[str, str]:
        """Its command line, which had a module of its own before the redesign."""
        before = self.path / "reports" / "connection_analytics.py"
        return ("-m", "reports.connection_analytics" if before.exists() else "reports.cli")

    def python(self, *arguments: str, **environment: str) -> None:
        """Run Python with the modules of this tree and no setting but those given.

        Raises SystemExit with what it said where it fails.
        """
        blank = dict.fromkeys(
            re.findall(r"^([A-Z0-9_]+)=", (self.path / ".env.example").read_text(), re.M), ""
        )
        # What is installed may name another checkout; the first on the path wins.
        child = subprocess.run(
            [sys.executable, *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.path,
            env={**os.environ, **blank, "PYTHONPATH": str(self.path), **environment},
        )
        if child.returncode:
            said = (child.stderr or child.stdout)[-3000:]
            raise SystemExit(
                f"{' '.join(arguments)[:200]} in {self.path} ended with {child.returncode}:\n{said}"
            )


@dataclass(frozen=True)
class Workspace:
    """What is built and how: `capture` fills a data folder, once and with the earlier state's program.

    `settings` are those of every command, `{data}` stands for the folder; `period` is what a build reports,
    if not the default, and `other_period` what one report is asked for.
    """

    name: str
    capture: Callable[[Tree, Path], None]
    other_period: tuple[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    period: tuple[str, str] | None = None
    published: str = "warehouse.duckdb"
    size: int | None = None

    @property
    def folder(self) -> str:
        """The name of the folder where it is kept."""
        return f"{self.name}_{self.size}" if self.size else self.name

    def environment(self, data: Path) -> dict[str, str]:
        """The settings of a command on this workspace in a data folder."""
        settings = {name: value.format(data=data) for name, value in self.settings.items()}
        return {"OUTBOUND_DATA_DIR": str(data), **settings}

    def publish(self, tree: Tree, captured: Path, results: Path) -> None:
        """Build a copy of what was captured; `results` then holds the published warehouse and the reports."""
        shutil.rmtree(results, ignore_errors=True)
        data = results / "data"
        shutil.copytree(captured, data)
        environment = self.environment(data)
        tree.python(*tree.command, "build", *_options(self.period), **environment)
        for name, period in (("default", None), ("other_period", self.other_period)):
            folder = str(results / "reports" / name)
            tree.python(*tree.command, "report", "--output-dir", folder, *_options(period), **environment)
        (data / self.published).rename(results / "warehouse.duckdb")
        shutil.rmtree(data)


def _options(period: tuple[str, str] | None) -> list[str]:
    return ["--since", period[0], "--until", period[1]] if period else []


def _capture_demo(tree: Tree, data: Path) -> None:
    tree.python(*tree.command, "run", OUTBOUND_DATA_DIR=str(data))


DEMO = Workspace("demo", _capture_demo, ("2026-01-01", "2026-02-01"), published="demo/warehouse.duckdb")


def _capture_nights(tree: Tree, data: Path) -> None:
    with tarfile.open(tree.path / f"{NIGHTS}.tar.xz") as packed:
        packed.extractall(data, filter="data")


def _nights(tree: Tree) -> Workspace:
    kept = json.loads((tree.path / f"{NIGHTS}.json").read_text())
    return Workspace(
        "nights",
        _capture_nights,
        other_period=("2026-01-12", "2026-02-09"),
        settings={
            "HEYREACH_API_KEY": "kept",
            "HEYREACH_BASE_URL": kept["base_url"],
            "ACCOUNT_METADATA_PATH": "{data}/accounts.yaml",
            "OUTBOUND_AS_OF": kept["as_of"],
        },
        period=(kept["since"], kept["until"]),
    )


def _leads(leads: int) -> Workspace:
    def capture(tree: Tree, data: Path) -> None:
        tree.python(
            "-c",
            "import pathlib, sys; from tests.benchmark.workspaces import Workspace, land; "
            "land(Workspace.of(int(sys.argv[1])), pathlib.Path(sys.argv[2]))",
            *(str(leads), str(data)),
        )
        for step in ("load", "load_night"):
            tree.python("-m", "tests.benchmark.steps", step, str(data))
        tree.python(*tree.command, "build", **workspace.environment(data))

    workspace = Workspace(
        "leads",
        capture,
        size=leads,
        other_period=("2026-01-12", "2026-02-09"),
        settings={
            "HEYREACH_API_KEY": "generated",
            "HEYREACH_BASE_URL": NO_SERVER,
            "ACCOUNT_METADATA_PATH": "{data}/accounts.yaml",
        },
    )
    return workspace


def compare(
    folder: Path, commit: str, workspaces: Callable[[Tree], list[Workspace]], say: Callable[[str], None]
) -> Judgement:
    """Publish each workspace with this tree, and hold it against what the commit published of the same raw.

    Needs what is kept in `folder`, which trees may share, and keeps what is lacking there. What this tree
    published stays in its own AFTER, to be looked at.
    """
    kept = folder / f"{commit[:12]}-{RECIPE}"
    before = _tree_of(commit, kept / "program")
    keys = declared_keys(before.path / "dbt_project" / "models")
    judgement = Judgement(read_expected(EXPECTED))
    for workspace in workspaces(before):
        place = kept / workspace.folder
        if not (place / "captured").exists():
            with _timed(say, f"{workspace.name}: captured"), _whole(place / "captured") as data:
                workspace.capture(before, data)
                _date_runs_ahead((data / workspace.published).parent)
        if not (place / "before").exists():
            with _timed(say, f"{workspace.name}: published before"), _whole(place / "before") as results:
                workspace.publish(before, place / "captured", results)
        with _timed(say, f"{workspace.name}: published now"):
            workspace.publish(Tree(PROJECT), place / "captured", AFTER / workspace.name)
        old, new = place / "before", AFTER / workspace.name
        tables = warehouse_differences(old / "warehouse.duckdb", new / "warehouse.duckdb", keys)
        reports = report_differences(old / "reports", new / "reports")
        with _timed(say, f"{workspace.name}: compared"):
            judgement.judge(workspace.name, itertools.chain(tables, reports))
        say(f"{judgement.unlisted} differences that are not listed so far")
    return judgement


def _tree_of(commit: str, path: Path) -> Tree:
    """The program as it was at a commit, unpacked once."""
    if not path.exists():
        with _whole(path) as partial:
            packed = subprocess.run(["git", "archive", commit], cwd=PROJECT, check=True, capture_output=True)
            with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
                files.extractall(partial, filter="data")
    return Tree(path)


def _date_runs_ahead(folder: Path) -> None:
    """Date the runs on record a century ahead: builds say which was the last, and how long ago it was."""
    runs = folder / "journal" / "runs.jsonl"
    runs.write_text(runs.read_text().replace('"happened_at":"20', '"happened_at":"21'))
    with duckdb.connect(str(folder / "raw.duckdb")) as connection:
        connection.execute(
            "update heyreach.pipeline_run_events set happened_at = happened_at + interval 100 years"
        )


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A folder that gets its name only once it is whole; whoever is the first to have it made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield partial
        if not path.exists():
            partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _timed(say: Callable[[str], None], what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"{what} in {time.monotonic() - began:.0f} s")


def main() -> int:
    """Compare; 0 if the numbers are the same but for what is listed, else 1."""
    options = _parser().parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--verify", f"{options.before}^{{commit}}"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    judgement = compare(
        options.folder.resolve(),
        commit,
        lambda tree: [DEMO] if options.demo_only else [DEMO, _nights(tree), _leads(options.leads)],
        lambda line: print(line, file=sys.stderr, flush=True),
    )
    print("\n".join(judgement.lines()))
    return 0 if judgement.is_good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.same_numbers", description=__doc__)
    parser.add_argument("--before", default=BEFORE, metavar="COMMIT", help="default: %(default)s")
    parser.add_argument("--leads", type=int, default=100_000, help="generated leads (default: %(default)s)")
    parser.add_argument("--demo-only", action="store_true", help="about a minute once the demo is kept")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where raw and what was published before are kept"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
