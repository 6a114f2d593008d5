"""`python -m tests.benchmark`: workspaces of growing size through every step, and the table."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from extract.sandbox.process import running_sandbox
from tests.benchmark.results import Measured, table
from tests.benchmark.workspaces import START, Workspace, land

RESULTS = Path(__file__).with_name("results.json")
TABLE = Path(__file__).with_name("results.md")
REQUESTS_PER_MINUTE = 300
# More than this takes minutes of nothing but waiting for the permitted request rate.
MOST_LEADS_OVER_HTTP = 10_000
LONGER_HISTORY = 10


def main() -> int:
    """Measure the sizes asked for, print the table, and keep it where asked to."""
    options = _parser().parse_args()
    measured: Measured = {
        "taken_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "processors": os.cpu_count(),
        "versions": {name: version(name) for name in ("duckdb", "dbt-core", "dlt")},
        "longer_history": LONGER_HISTORY,
        "requests_per_minute": REQUESTS_PER_MINUTE,
        "sizes": json.loads(RESULTS.read_text())["sizes"] if options.add else {},
    }
    with _folder(options.folder) as folder:
        for leads in options.leads:
            measured["sizes"][str(leads)] = _measure(folder, leads, is_smallest=leads == min(options.leads))
            print(table(measured), flush=True)
            if options.keep:
                measured["sizes"] = dict(sorted(measured["sizes"].items(), key=lambda size: int(size[0])))
                RESULTS.write_text(json.dumps(measured, indent=1) + "\n")
                TABLE.write_text(table(measured))
    return 0


def _measure(folder: Path, leads: int, *, is_smallest: bool) -> dict:
    workspace = Workspace.of(leads)
    steps = {}
    with _folder(folder) as data_dir:
        _say(f"{leads:,} leads: writing {workspace.days} nights")
        land(workspace, data_dir)
        _step("read_project", data_dir)  # the first in a checkout finds nothing to start from
        for step in (
            "read_project",
            "load",
            "read_json",
            "build",
            "comments",
            "models_and_tests",
            "bare_sql",
        ):
            steps[step] = _step(step, data_dir)
        for step in ("report", "report_of_another_period", "load_night"):
            steps[step] = _step(step, data_dir)
        steps["build_night"] = _step("build", data_dir)
    if is_smallest:
        with _folder(folder) as data_dir:
            land(workspace.with_longer_history(LONGER_HISTORY), data_dir)
            for step in ("load", "load_night", "build"):
                steps[f"longer_history_{step}"] = _step(step, data_dir)
    if leads <= MOST_LEADS_OVER_HTTP:
        with _folder(folder) as data_dir:
            steps |= _over_http(leads, workspace.days, data_dir)
    return steps


def _over_http(leads: int, days: int, data_dir: Path) -> dict:
    """A first pull of a sandbox workspace that is weeks old, and the nightly one a day later."""
    now = START + timedelta(days=days, hours=2)
    steps = {}
    with running_sandbox(
        "scaled",
        start=START,
        weeks=days // 7 + 2,
        leads=leads,
        now=now,
        requests_per_minute=REQUESTS_PER_MINUTE,
    ) as sandbox:
        api = {
            "HEYREACH_API_KEY": sandbox.api_key,
            "HEYREACH_BASE_URL": sandbox.base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": str(REQUESTS_PER_MINUTE),
        }
        (data_dir / "api.json").write_text(json.dumps(api))
        (data_dir / "accounts.yaml").write_text("accounts: []\n")
        for step in ("extract", "extract_night"):
            steps[step] = _step(step, data_dir)
            statuses = sandbox.log(reset=True)["statuses"]
            steps[step]["refused_requests"] = statuses.get("429", 0)
            sandbox.set_clock(now + timedelta(days=1))
    return steps


def _step(name: str, data_dir: Path) -> dict:
    _say(f"  {name}")
    child = subprocess.run(
        [sys.executable, "-m", "tests.benchmark.steps", name, str(data_dir)],
        check=False,
        capture_output=True,
        text=True,
    )
    if child.returncode:
        raise SystemExit(f"{name} failed:\n{child.stderr[-2000:]}")
    facts = json.loads(child.stdout.splitlines()[-1])
    _say(f"  {name}: {facts['seconds']:.1f} s, {facts['peak_mb']:.0f} MB")
    return facts


@contextmanager
def _folder(parent: Path | None) -> Iterator[Path]:
    """A folder for one workspace, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="benchmark-", dir=parent))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _sizes(text: str) -> Sequence[int]:
    return sorted(int(size) for size in text.split(","))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument(
        "--leads",
        type=_sizes,
        default=[10_000, 100_000],
        metavar="N,...",
        help="sizes (default: 10000,100000)",
    )
    parser.add_argument("--folder", type=Path, help="where the workspaces go (1 million leads: 20 GB)")
    parser.add_argument("--add", action="store_true", help="keep the sizes measured before beside these")
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name} and {TABLE.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
