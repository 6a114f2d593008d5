"""What nights leave in a data folder: files and bytes of each kind, by night, and what a purge leaves of it.

`python -m tests.endurance.nights_on_disk` goes through 60 nights of the timetable on a sandbox, each with its
daily job and two pulls by day, on Sundays the weekly job and a backup; in between an operator imports,
enriches, erases somebody, loses a database and has a pull killed. The last night is built by dbt, the others
by the SQL it compiles to, without data tests. Fails where a file is of no known kind, where one is left in
the temporary folder, or where nobody sweeps what the kill left. `--keep` writes the table into
`nights_on_disk.md`. Takes about half an hour.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import duckdb

from extract.enrichment.config import load_enrichment_config
from extract.enrichment.profiles import ProfileSource
from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace.data_folder import FILE_KINDS, SWEPT, FileKind, kind_of
from extract.workspace.paths import Paths
from extract.workspace.workspace import load_workspace
from reports.alerts.notices import open_anomalies
from reports.cli.frame import PROJECT_DIR
from reports.schedule import TIMETABLE, Job
from tests.compiled import compile_project, instead_of_dbt
from tests.conftest import Workspace
from tests.data_folders import ACCOUNTS
from tests.endurance.capture_data_folders import FIRST_NIGHT, NIGHTS, START, WEEKS, Operator
from tests.extract.enrichment.stand_ins import stand_ins
from tests.projects import project
from tests.reports.webhook_server import WebhookServer

RESULTS = Path(__file__).with_name("nights_on_disk.md")
LEADS = 500
LATER = timedelta(days=3 * 365)
PERSON = "linkedin.com/in/quill-sample"
MAY_FETCH = """
allow_profile_fetch: true
fetch_acknowledgement: I may fetch pages of these hosts
fetch_hosts: [127.0.0.1]
"""

Sizes = tuple[Counter[FileKind], Counter[FileKind]]


class Owner(Operator):
    """An operator who lives by the timetable, is told by Slack what changed, and keeps backups."""

    def __init__(self, folder: Path, sandbox: Sandbox, slack: WebhookServer):
        super().__init__(folder, sandbox)
        account_file = (self.data_dir / ACCOUNTS).rename(folder / ACCOUNTS)
        told = {"ACCOUNT_METADATA_PATH": str(account_file), "SLACK_WEBHOOK_URL": slack.url}
        self.workspace = Workspace(self.data_dir, {**self.workspace.environment, **told})
        self.has_acknowledged = False
        self.steps |= {
            20: self.fetch_a_page,
            41: self.lose_the_warehouse,
            44: self.kill_a_pull,
        }

    def night(self, number: int) -> None:
        """What the timetable has due, and then what the owner does."""
        midnight = FIRST_NIGHT.replace(hour=0) + timedelta(days=number)
        for job in sorted(TIMETABLE, key=lambda job: job.time):
            if job.weekday in (None, midnight.isoweekday()):
                self.set_clock(midnight + timedelta(hours=int(job.time[:2]), minutes=int(job.time[2:])))
                self.receive_webhooks()
                self.due(job)
        self.set_clock(midnight + timedelta(hours=20))
        if midnight.isoweekday() == 7:
            self.run("backup")
        if not self.has_acknowledged and (anomalies := open_anomalies(Paths(self.data_dir))):
            self.run("acknowledge", "--id", anomalies[0]["anomaly_id"])
            self.has_acknowledged = True
        if number in self.steps:
            self.steps[number]()

    def due(self, job: Job) -> None:
        """Run a job; what it prints goes where the timetable's command puts it."""
        outcome = self.run(*shlex.split(job.arguments))
        log = self.data_dir / "logs" / f"{job.name}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("a") as file:
            file.write(outcome.printed + outcome.errors)

    def receive_webhooks(self) -> None:
        """A file of the day; what comes later on the day goes into it, too."""
        before = self.webhooks_until or (self.now - timedelta(days=1)).isoformat()
        self.webhooks_until = ""
        file = self.data_dir / "webhooks" / f"{self.now:%Y-%m-%d}.jsonl"
        earlier = file.read_text() if file.exists() else ""
        self.webhooks_until = before
        super().receive_webhooks()
        file.write_text(earlier + file.read_text())

    def fetch_a_page(self) -> None:
        """As an inference does where that is switched on; another profile is one of the owner's own."""
        environment = {**self.workspace.environment, "OUTBOUND_DATA_DIR": str(self.data_dir)}
        folder = project(self.folder / "fetching", enrichment=MAY_FETCH)
        workspace = load_workspace(folder, environment)
        config = load_enrichment_config(workspace.enrichment_config)
        with stand_ins() as served:
            served.answers["robots.txt"] = lambda request: (404, b"")
            served.pages["in/quill"] = (200, b"<h1>Quill</h1>")
            source = ProfileSource(workspace.paths.profiles, config, workspace)
            source.text(PERSON, f"http://127.0.0.1:{served.port}/pages/in/quill")
        (self.data_dir / "profiles" / "kim-sample.txt").write_text("Kim, platform engineer")

    def lose_the_warehouse(self) -> None:
        """Something wrote into the published file; the next run sets it aside."""
        self.workspace.warehouse.write_bytes(b"no database" * 1000)

    def kill_a_pull(self) -> None:
        """Kill a pull while it lands or loads; raises RuntimeError where that left nothing to sweep."""
        environment = os.environ | self.workspace.environment | {"OUTBOUND_DATA_DIR": str(self.data_dir)}
        command = [sys.executable, "-m", "reports.cli", "extract"]
        child = subprocess.Popen(
            command, env=environment, cwd=PROJECT_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while child.poll() is None and not under_way(self.data_dir):
            time.sleep(0.002)
        child.kill()
        child.wait()
        if not under_way(self.data_dir):
            raise RuntimeError("the pull ended before it could be killed")


def measured(workspace_dir: Path) -> Sizes:
    """Files and bytes by kind; raises ValueError for a file of none."""
    files, sizes = Counter(), Counter()
    for path in workspace_dir.rglob("*"):
        if path.is_file():
            name = path.relative_to(workspace_dir).as_posix()
            kind = kind_of(name)
            if kind is None:
                raise ValueError(f"{name} is of no known kind")
            files[kind] += 1
            sizes[kind] += path.stat().st_size
    return files, sizes


def under_way(workspace_dir: Path) -> list[str]:
    """Files and folders of something that is under way, or was cut off."""
    names = (path.relative_to(workspace_dir).as_posix() for path in workspace_dir.rglob("*"))
    return [name for name in names if (kind := kind_of(name)) and kind.bound == SWEPT]


def table(found: Sizes, purged: Sizes, nights: int) -> Iterator[str]:
    """One line per kind."""
    told = ("files", "hold", "grow by", "bounded by")
    counted = ("how many", "kB", "a night", "kB a night", "after a purge", "kB after a purge")
    yield f"| {' | '.join([*told, *counted])} |"
    yield f"| {' | '.join(['---'] * len(told) + ['---:'] * len(counted))} |"
    for kind in (*FILE_KINDS, None):
        files, kilobytes, left, kilobytes_left = (
            sum(counted.values()) if kind is None else counted[kind] for counted in (*found, *purged)
        )
        numbers = [
            f"{files:,}",
            f"{kilobytes / 1e3:,.1f}",
            f"{files / nights:.1f}",
            f"{kilobytes / 1e3 / nights:,.1f}",
            f"{left:,}",
            f"{kilobytes_left / 1e3:,.1f}",
        ]
        names = "all"
        told = ["", "", ""]
        if kind:
            names = ", ".join(f"`{pattern}`" for pattern in kind.patterns)
            told = [kind.holds, kind.grows, kind.bound]
        yield f"| {' | '.join([names, *told, *numbers])} |"


def measure(folder: Path, nights: int) -> list[str]:
    """The table of so many nights in `folder`; the last one is dbt's."""
    with ExitStack() as running:
        sandbox = running.enter_context(
            running_sandbox(seed=23, leads=LEADS, start=START, weeks=WEEKS, now=FIRST_NIGHT)
        )
        owner = Owner(folder, sandbox, running.enter_context(WebhookServer()))
        compiled = compile_project(_made(folder / "compiled"))
        running.enter_context(temporary_folder(folder / "temporary"))
        with instead_of_dbt(compiled):
            for number in range(nights - 1):
                owner.night(number)
                print(f"night {number + 1} of {nights}, {datetime.now(UTC):%H:%M:%S}", flush=True)
        owner.night(nights - 1)
        owner.run("docs")
        if left := under_way(owner.data_dir):
            raise ValueError(f"nobody swept {left}")
        found = measured(owner.data_dir)
        owner.now += LATER
        with instead_of_dbt(compiled):
            owner.run("build")  # so that leads are old, too
            owner.run("purge", "--apply")
        if left := leads_in(Paths(owner.data_dir).raw):
            raise ValueError(f"a purge left {left} rows of leads in raw")
        return list(table(found, measured(owner.data_dir), nights))


def leads_in(raw: Path) -> int:
    """Rows of raw that are about leads."""
    with duckdb.connect(str(raw), read_only=True) as connection:
        return sum(
            connection.execute(f"select count(*) from heyreach.{table}").fetchone()[0]
            for table in ("campaign_leads", "list_leads", "import_rows", "webhook_events")
        )


@contextmanager
def temporary_folder(folder: Path) -> Iterator[None]:
    """Temporary files go here, of child processes too; raises ValueError where some are left."""
    with patch.object(tempfile, "tempdir", str(_made(folder))), patch.dict(os.environ, TMPDIR=str(folder)):
        yield
    if left := sorted(path.name for path in folder.iterdir()):
        raise ValueError(f"left in the temporary folder: {left}")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def about(nights: int) -> str:
    """What stands above the table."""
    return f"""# What nights leave in a data folder

{nights} nights of the timetable with {LEADS} leads, measured on {datetime.now(UTC):%Y-%m-%d} by
`python -m tests.endurance.nights_on_disk --keep`: each with its daily job and two pulls by day, on Sundays
the weekly job and a backup, a file of webhooks a day; in between three imports, two enrichments, an erasure,
a fetched page, a lost warehouse, and a pull that was killed, which the next run swept. A night's share is of
all nights. No file was of another kind, and none was left in the temporary folder. The last two columns are
what `make purge APPLY=1` leaves three years later: in raw no row of a lead, but what is kept for good (what
was reported, some 70 kB a report, which pulls there were, and HeyReach's counts), and a block of 256 kB or
two for each table. Nobody restored anything, so there is nothing out of a backup.

"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Path(folder), options.nights)
    print("\n".join(lines))
    if options.keep:
        RESULTS.write_text(about(options.nights) + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
