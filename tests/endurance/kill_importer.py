"""Kill the importer again and again, and hold what it did against what the server knows.

`python -m tests.endurance.kill_importer --kills 50 --seed 1` imports files into a sandbox that loses every
third answer, kills the process at random moments spread over its usual duration, and runs the same command
again until the file is through. It prints one line, and exits with 1 if anybody was imported twice or not at
all, a campaign was woken, or the ledger says anything else than the server.
"""

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from extract.importer.ledger import Ledger
from extract.sandbox import DEMO_END
from extract.sandbox.process import Sandbox, running_sandbox

PROJECT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "reports.cli", "import")
# Two of them at rest: 40105 is finished, 40106 paused.
CAMPAIGNS = ("40101", "40106", "40102", "40105", "40103")
LEADS, NAMELESS, REPEATED, KNOWN = 480, 4, 3, 3
# One kill in so many falls into the start-up, where there is nothing to lose yet.
EARLY = 5
LONGEST = 120.0
AT_THE_END = "at the end"


@dataclass
class Tally:
    """What happened. `phases` counts kills by what they interrupted; no `violations` means all is well."""

    kills: int
    files: int = 0
    people: int = 0
    seconds: float = 0.0
    phases: Counter = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        phases = ", ".join(f"{count} {phase}" for phase, count in sorted(self.phases.items()))
        verdict = "; ".join(self.violations) or "each imported once, ledger and server agree"
        return (
            f"{self.kills} kills ({phases}) over {self.files} files in {self.seconds:.0f} s; "
            f"{self.people:,} people: {verdict}"
        )


def kill_importer(kills: int, seed: int, folder: Path) -> Tally:
    """Do it once, in a folder of its own."""
    began = time.monotonic()
    tally = Tally(kills)
    with running_sandbox(leads=60, now=DEMO_END) as sandbox:
        sandbox.set_faults({"name": "lost_response", "every": 3})
        statuses = _statuses(sandbox)
        run = _Run(sandbox, folder, random.Random(seed), tally)
        run.all_files()
        run.compare()
        if _statuses(sandbox) != statuses:
            tally.violations.append("a campaign was woken")
    tally.seconds = time.monotonic() - began
    return tally


@dataclass
class _Run:
    """`expected` is who must be in which campaign at the end."""

    sandbox: Sandbox
    folder: Path
    rng: random.Random
    tally: Tally
    expected: dict[str, set[str]] = field(default_factory=lambda: {campaign: set() for campaign in CAMPAIGNS})
    start_up: float = 0.0  # seconds until the importer opens its ledger
    phase: str | None = None  # what the last kill of the present file interrupted

    @property
    def ledger_path(self) -> Path:
        return self.folder / "data" / "imports.sqlite"

    @property
    def errors_path(self) -> Path:
        return self.folder / "errors.txt"

    def all_files(self) -> None:
        """Import files until every kill is done; the first one undisturbed, to learn how long that takes."""
        usual = self._attempt(*self._next_file(), None)
        early = self.tally.kills // EARLY
        moments = [
            *self._spread(early, 0, self.start_up),
            *self._spread(self.tally.kills - early, self.start_up, usual),
        ]
        self.rng.shuffle(moments)
        while moments:
            path, campaign = self._next_file()
            is_through = False
            while not is_through:
                # Once everybody is verified there is nothing left to interrupt.
                moment = moments.pop() if moments and self.phase != AT_THE_END else None
                is_through = self._attempt(path, campaign, moment) is not None
                if is_through and moment is not None:
                    moments.append(moment * 0.9)  # it came too late
            self.phase = None

    def compare(self) -> None:
        """Hold server, ledger and what was to be sent against each other."""
        applied = {
            (str(entry["campaign_id"]), entry["profile_key"]): entry
            for entry in self.sandbox.truth()["imports"]
        }
        wanted = {(campaign, person) for campaign, people in self.expected.items() for person in people}
        self.tally.people = len(wanted)
        self._complain(len(wanted - applied.keys()), "people were not imported")
        self._complain(len(applied.keys() - wanted), "were imported and should not have been")
        self._complain(sum(entry["applied"] > 1 for entry in applied.values()), "were imported twice")
        reasons, differing = Counter(), Counter()
        with Ledger(self.ledger_path) as ledger:
            self._complain(len(ledger.imports()) - self.tally.files, "imports too many in the ledger")
            for entry in ledger.imports():
                for row in ledger.rows(entry.import_id):
                    reasons[row.reason or row.state] += 1
                    server = applied.get((entry.campaign_id, row.person), {})
                    fields = {each["name"]: each["value"] for each in row.lead["customUserFields"]}
                    if row.reason is None and (
                        row.state != "verified"
                        or server.get("fields") != fields
                        or str(server.get("account_id")) != row.account_id
                    ):
                        differing[f"{row.state} rows of {entry.import_id} differ from the server"] += 1
        self.tally.violations += [f"{count} {text}" for text, count in differing.items()]
        files = self.tally.files
        known = KNOWN * max(0, files - len(CAMPAIGNS))
        told = {
            "missing_name": NAMELESS * files,
            "duplicate_in_file": REPEATED * files,
            "imported_before": known,
        }
        if +reasons != +Counter(told | {"verified": len(wanted)}):
            self.tally.violations.append(f"the ledger counts {dict(reasons)}")

    def _spread(self, count: int, start: float, end: float) -> list[float]:
        """Random moments, one in each of `count` equal parts of the time between two."""
        return [start + (end - start) * (number + self.rng.random()) / count for number in range(count)]

    def _complain(self, count: int, text: str) -> None:
        if count:
            self.tally.violations.append(f"{count} {text}")

    def _next_file(self) -> tuple[Path, str]:
        """Another file of leads, a few of whom can't be sent, and the campaign they go into."""
        number = self.tally.files
        self.tally.files += 1
        campaign = CAMPAIGNS[number % len(CAMPAIGNS)]
        slugs = [f"lead-{number}-{index}" for index in range(LEADS)]
        rows = [(f"https://www.linkedin.com/in/{slug}", "Sam") for slug in slugs]
        rows += [(f"https://www.linkedin.com/in/nameless-{number}-{index}", "") for index in range(NAMELESS)]
        rows += [(f"http://de.linkedin.com/in/{slug.upper()}/?trk=x", "Sam") for slug in slugs[:REPEATED]]
        if number >= len(CAMPAIGNS):
            before = number - len(CAMPAIGNS)
            rows += [(f"linkedin.com/in/Lead-{before}-{index}", "Sam") for index in range(KNOWN)]
        self.rng.shuffle(rows)
        path = self.folder / f"file {number}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("LinkedIn Profile", "First Name", "Last Name", "ICP", "Source"))
            writer.writerows(
                (url, name, "Sample", "sre", ("clay", "webinar")[index % 2])
                for index, (url, name) in enumerate(rows)
            )
        self.expected[campaign] |= {f"linkedin.com/in/{slug}" for slug in slugs}
        return path, campaign

    def _attempt(self, path: Path, campaign: str, kill_after: float | None) -> float | None:
        """Run the import; seconds it took, or None where it was killed."""
        began = time.monotonic()
        with self.errors_path.open("w") as errors:
            process = subprocess.Popen(
                [*COMMAND, "--file", str(path), "--campaign", campaign, "--apply"],
                cwd=PROJECT,
                env={
                    **os.environ,
                    "HEYREACH_API_KEY": self.sandbox.api_key,
                    "HEYREACH_BASE_URL": self.sandbox.base_url,
                    # Paced, so that a request waits its turn between the ledger's commit and the network.
                    "HEYREACH_REQUESTS_PER_MINUTE": "300",
                    "OUTBOUND_DATA_DIR": str(self.folder / "data"),
                    "IMPORT_READ_BACK_WAITS": "0.1",
                },
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            kill_at = began + (LONGEST if kill_after is None else kill_after)
            while process.poll() is None and time.monotonic() < kill_at:
                if not self.start_up and self.ledger_path.exists():
                    self.start_up = time.monotonic() - began
                time.sleep(0.005)
            is_killed = process.poll() is None
            process.kill()
            process.wait()
        if is_killed and kill_after is not None:
            self.phase = self._phase(path)
            self.tally.phases[self.phase] += 1
            return None
        if process.returncode:
            reason = self.errors_path.read_text().strip()[-300:]
            self.tally.violations.append(f"{path.name}: exit code {process.returncode} {reason}")
        return time.monotonic() - began

    def _phase(self, path: Path) -> str:
        """What the kill interrupted, as the ledger and the server tell."""
        if not self.ledger_path.exists():
            return "before the plan"
        with Ledger(self.ledger_path) as ledger:
            entries = [entry for entry in ledger.imports() if entry.file_name == path.name]
            leads = ledger.leads(entries[0].import_id) if entries else []
        states = Counter(lead.state for lead in leads)
        if states["sending"]:
            applied = {entry["profile_key"] for entry in self.sandbox.truth()["imports"]}
            in_flight = {lead.person for lead in leads if lead.state == "sending"}
            return "before a request arrived" if in_flight.isdisjoint(applied) else "after it was carried out"
        if states["unknown"] or states["answered"]:
            return "between sending and reading back"
        if states["verified"] == len(leads) > 0:
            return AT_THE_END
        return "before sending" if leads else "before the plan"


def _statuses(sandbox: Sandbox) -> dict[int, str]:
    answer = httpx.post(
        f"{sandbox.base_url}/campaign/GetAll",
        headers={"X-API-KEY": sandbox.api_key},
        json={"offset": 0, "limit": 100},
    )
    return {row["id"]: row["status"] for row in answer.raise_for_status().json()["items"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_importer(options.kills, options.seed, Path(folder))
    print(tally)
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
