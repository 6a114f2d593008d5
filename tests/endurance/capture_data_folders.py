"""Keep data folders as this state of the program leaves them, for later states to build.

`python -m tests.endurance.capture_data_folders NAME` goes through an operator's 60 nights on a sandbox, over
real HTTP and the real command line, and then through the demo's pulls. It packs both data folders, with the
figures this state makes of them, into `tests/fixtures/data_folders/NAME`; NAME is the commit that made them.
Takes about five minutes; `tests/end_to_end/test_earlier_data_folders.py` reads what it leaves.
"""

import argparse
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract.enrichment.command import EnrichOptions, run_enrich
from extract.sandbox import DEMO_ACCOUNTS_PATH, DEMO_END
from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace.errors import OutboundError
from extract.workspace.workspace import load_workspace
from tests.conftest import Outcome, Workspace
from tests.data_folders import ACCOUNTS, FOLDERS, Kept, build, figures, pack, unpack, workspace_of
from tests.extract.enrichment.stand_ins import Faults, stand_ins
from tests.projects import project

START = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS = 9
FIRST_NIGHT = datetime(2026, 1, 13, 2, tzinfo=UTC)
NIGHTS = 60
# The other nights only pull.
BUILT_NIGHTS = (12, 26, 40)
MISSED_NIGHTS = (30, 31)
FAILED_NIGHT = 37
NIGHTS_WITH_DAY_PULLS = range(42, 52)
NIGHTS_WITH_WEBHOOKS = range(14, 24)
PERIOD = ("2026-02-01", "2026-03-01")
# What `make run` reports by default, 30 days.
DEMO_PERIOD = ("2026-01-10", "2026-02-10")
CAMPAIGN, OTHER_CAMPAIGN = "40101", "40102"
LOST_SOMETHING, REFUSED = 3, 4
NO_SERVER = "http://127.0.0.1:9/api/public"
EVENTS = {"connection_request_sent": "sent_at", "connection_request_accepted": "accepted_at"}


class Operator:
    """Somebody who runs a workspace: `steps` are what they do beside the jobs, by the number of the night."""

    def __init__(self, folder: Path, sandbox: Sandbox):
        self.folder = folder
        self.sandbox = sandbox
        self.workspace = workspace_of(folder / "data", sandbox.base_url)
        self.data_dir = self.workspace.data_dir
        self.data_dir.mkdir()
        shutil.copyfile(DEMO_ACCOUNTS_PATH, self.data_dir / ACCOUNTS)
        self.now = FIRST_NIGHT
        self.webhooks_until = ""
        self.steps: dict[int, Callable[[], None]] = {
            8: self.import_whole,
            16: self.import_with_losses,
            17: self.import_upstream,
            24: self.enrich_a_file,
            27: self.enrich_what_lacks,
            34: self.erase,
        }

    def run(self, *arguments: str, exit_code: int = 0, **environment: str) -> Outcome:
        """Call the command line now; raises RuntimeError where it ends otherwise than expected."""
        environment |= {"OUTBOUND_AS_OF": self.now.isoformat(), "IMPORT_READ_BACK_WAITS": "0,0"}
        outcome = self.workspace.run(*arguments, **environment)
        if outcome.exit_code != exit_code:
            raise RuntimeError(f"{arguments} on {self.now} ended with {outcome.exit_code}: {outcome.errors}")
        return outcome

    def set_clock(self, now: datetime) -> None:
        self.now = now
        self.sandbox.set_clock(now)

    def night(self, number: int) -> None:
        """What the timetable does in one night and the day after, and then what the operator does."""
        night = FIRST_NIGHT + timedelta(days=number)
        self.set_clock(night)
        if number in NIGHTS_WITH_WEBHOOKS:
            self.receive_webhooks()
        is_sunday = night.isoweekday() == 7
        if number in BUILT_NIGHTS:
            self.run("weekly" if is_sunday else "daily")
        elif number == FAILED_NIGHT:
            self.run("extract", "--kind", "daily", exit_code=REFUSED, HEYREACH_API_KEY="revoked")
        elif number not in MISSED_NIGHTS:
            self.run("extract", "--kind", "full" if is_sunday else "daily")
        if number in NIGHTS_WITH_DAY_PULLS:
            for hours in (8, 16):
                self.set_clock(night + timedelta(hours=hours))
                self.run("extract", "--kind", "light")
        if number in self.steps:
            self.set_clock(night + timedelta(hours=18))
            self.steps[number]()

    def receive_webhooks(self) -> None:
        """Append what happened since the receiver last wrote, or since yesterday, to the file of the day."""
        since = self.webhooks_until or (self.now - timedelta(days=1)).isoformat()
        folder = self.data_dir / "webhooks"
        folder.mkdir(exist_ok=True)
        with (folder / f"{self.now:%Y-%m-%d}.jsonl").open("w") as file:
            for kind, at, lead in self.happened(since):
                file.write(json.dumps(_webhook(kind, at, lead)) + "\n")
        self.webhooks_until = self.now.isoformat()

    def happened(self, since: str) -> Iterable[tuple[str, str, dict]]:
        for lead in self.sandbox.truth()["leads"]:
            for kind, column in EVENTS.items():
                at = lead[column]
                if at and lead["profile_url"] and datetime.fromisoformat(at) > datetime.fromisoformat(since):
                    yield kind, at, lead

    def import_whole(self) -> None:
        file = self.file("clay_export", "LinkedIn Profile", [f"whole-{n}" for n in range(40)], ICP="sre")
        self.run("import", "--file", str(file), "--campaign", CAMPAIGN, "--apply")

    def import_with_losses(self) -> None:
        self.sandbox.set_faults(
            {"name": "lost_fields", "fields": ["batch_id", "icp"]},
            {"name": "lost_leads", "nth": 10, "counted": False},
        )
        file = self.file("zoom", "LinkedIn Contact Profile URL", [f"damaged-{n}" for n in range(50)])
        self.run(
            *("import", "--file", str(file), "--campaign", OTHER_CAMPAIGN, "--set", "icp=platform"),
            "--apply",
            exit_code=LOST_SOMETHING,
        )
        self.sandbox.set_faults()

    def import_upstream(self) -> None:
        """Evidence of where people came from whose custom fields HeyReach had lost."""
        people = self.workspace.query(
            "select distinct normalized_profile_url from marts.heyreach_connections where "
            "attribution_origin = 'unknown' and normalized_profile_url like 'linkedin.com/in/%' order by 1"
        )
        slugs = [person.removeprefix("linkedin.com/in/") for (person,) in people]
        columns = {"source": "search", "icp": "devops", "batch_id": "upstream-1"}
        file = self.file("upstream_2025", "profile_url", slugs, "first_name,last_name", **columns)
        self.run("import", "--file", str(file), "--upstream", "--apply")

    def file(
        self, name: str, url: str, slugs: list[str], names: str = "First Name,Last Name", **columns: str
    ) -> Path:
        """A file of invented people, one a row."""
        path = self.folder / f"{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([url, *names.split(","), *columns])
            for slug in slugs:
                writer.writerow(
                    [f"https://www.linkedin.com/in/{slug}/", "Quill", "Sample", *columns.values()]
                )
        return path

    def enrich_a_file(self) -> None:
        """Forty people of the warehouse; a tenth of the questions fails."""
        people = self.workspace.query(
            "select normalized_profile_url, coalesce(email, '') from marts.heyreach_leads "
            "where is_valid_profile_url order by created_at, lead_id limit 40"
        )
        path = self.folder / "to_enrich.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["linkedin_url", "email", "first_name", "last_name", "company_domain"])
            for number, (person, email) in enumerate(people):
                domain = f"company{number % 7}.example.com"
                writer.writerow([f"https://www.{person}", email, "Quill", f"Sample{number}", domain])
        self.enrich(EnrichOptions("apollo,clearbit,hunter", path, back_off=0.01), Faults(failed=0.1))

    def enrich_what_lacks(self) -> None:
        self.enrich(EnrichOptions("apollo", limit=20, back_off=0.01), Faults())

    def enrich(self, options: EnrichOptions, faults: Faults) -> None:
        paces = "".join(f"  {name}: 6000\n" for name in ("apollo", "clearbit", "hunter"))
        configured = f"requests_per_minute:\n{paces}usd_per_credit:\n  apollo: 0.1\n"
        folder = project(self.folder / "project", enrichment=configured)
        with stand_ins(faults) as served:
            environment = {
                **self.workspace.environment,
                **served.environment(),
                "OUTBOUND_DATA_DIR": str(self.data_dir),
                "OUTBOUND_AS_OF": self.now.isoformat(),
            }
            try:
                run_enrich(load_workspace(folder, environment), options, lambda line: None)
            except OutboundError as error:
                if error.exit_code != LOST_SOMETHING:
                    raise

    def erase(self) -> None:
        """Somebody who accepted a request, of whom a webhook told."""
        since = (FIRST_NIGHT + timedelta(days=NIGHTS_WITH_WEBHOOKS.start)).isoformat()
        until = (FIRST_NIGHT + timedelta(days=NIGHTS_WITH_WEBHOOKS.stop - 1)).isoformat()
        lead = next(
            lead
            for lead in self.sandbox.truth()["leads"]
            if lead["profile_url"] and lead["accepted_at"] and since < lead["accepted_at"] < until
        )
        self.run("erase", "--url", lead["profile_url"])


def _webhook(kind: str, at: str, lead: dict) -> dict:
    return {
        "event_type": kind,
        "timestamp": at,
        "correlation_id": f"{lead['campaign_lead_id']}-{kind}",
        "campaign": {"id": lead["campaign_id"], "name": "Q1"},
        "sender": {"id": lead["account_id"]},
        "lead": {"id": "1", "profile_url": lead["profile_url"]},
    }


def capture_nights(state: str, folder: Path, nights: int, say: Callable[[str], None]) -> None:
    """Go through the nights, then keep the folder and its figures as `sixty_nights`."""
    with running_sandbox(seed=23, leads=500, start=START, weeks=WEEKS, now=FIRST_NIGHT) as sandbox:
        operator = Operator(folder, sandbox)
        for number in range(nights):
            operator.night(number)
            say(f"night {number + 1} of {nights}")
    keep(operator.workspace, state, "sixty_nights", PERIOD, operator.now)


def capture_demo(state: str, folder: Path) -> None:
    """Keep the raw database of the demo's pulls and its figures as `demo`.

    It becomes a workspace like an operator's, so that a demo that changes later changes nothing here.
    """
    outcome = Workspace(folder / "pulled", {}).run("extract")
    if outcome.exit_code:
        raise RuntimeError(outcome.errors)
    workspace = workspace_of(folder / "data", NO_SERVER)
    workspace.data_dir.mkdir()
    shutil.copyfile(folder / "pulled" / "demo" / "raw.duckdb", workspace.data_dir / "raw.duckdb")
    shutil.copyfile(DEMO_ACCOUNTS_PATH, workspace.data_dir / ACCOUNTS)
    # Answers take time: a second after its beginning the last pull is not over.
    keep(workspace, state, "demo", DEMO_PERIOD, DEMO_END + timedelta(minutes=1))


def keep(workspace: Workspace, state: str, name: str, period: tuple[str, str], as_of: datetime) -> None:
    """Pack the folder, unpack it elsewhere, build it there, and write down what that gives."""
    pack(workspace.data_dir, state, name)
    kept = Kept(as_of.isoformat(), *period, workspace.environment["HEYREACH_BASE_URL"], {})
    kept.write(state, name)
    copy = unpack(state, name, workspace.data_dir.parent / "unpacked")
    build(copy, kept.since, kept.until, kept.as_of)
    kept.figures.update(figures(copy))
    kept.write(state, name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("state", metavar="NAME", help="the commit whose program this is")
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--only", choices=("nights", "demo"), help="keep one of the two")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for part in ("nights", "demo"):
            (Path(folder) / part).mkdir()
        if options.only != "demo":
            capture_nights(options.state, Path(folder) / "nights", options.nights, print)
        if options.only != "nights":
            capture_demo(options.state, Path(folder) / "demo")
    print(f"kept in {FOLDERS / options.state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
