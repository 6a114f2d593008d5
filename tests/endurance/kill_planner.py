"""Kill the handing over of plans again and again, and hold what it did against what the server knows.

`python -m tests.endurance.kill_planner --kills 50 --seed 1` pulls a workspace, plans one week after another,
and hands each over to a sandbox that loses every third answer. It kills the process at random moments spread
over its usual duration, and runs the same command again until the week is through. It prints one line, and
exits with 1 if anybody who was planned was asked twice, not at all or by another sender, or anybody else was.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from extract.outreach.plan_ledger import PlanLedger
from extract.sandbox import DEMO_END
from extract.sandbox.process import Sandbox, running_sandbox

PROJECT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "reports.cli")
CAMPAIGN = "40101"
# Of a week: few, so that there are many weeks to kill.
PILOT = 40
LONGEST = 180.0


@dataclass
class Tally:
    """What happened; no `violations` means all is well."""

    kills: int = 0
    weeks: int = 0
    people: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdict = "; ".join(self.violations) or "each was asked once, by the sender of the plan"
        return (
            f"{self.kills} kills over {self.weeks} weeks in {self.seconds:.0f} s; "
            f"{self.people:,} planned: {verdict}"
        )


def kill_planner(kills: int, seed: int, folder: Path, *, leads: int = 3000) -> Tally:
    """Do it once, in a folder of its own."""
    began = time.monotonic()
    tally = Tally()
    with running_sandbox(leads=leads, now=DEMO_END) as sandbox:
        run = _Run(sandbox, folder, random.Random(seed), tally)
        run.command("run")
        before = len(sandbox.truth()["imports"])
        sandbox.set_faults({"name": "lost_response", "every": 3})
        run.weeks(kills)
        run.compare(before)
    tally.seconds = time.monotonic() - began
    return tally


@dataclass
class _Run:
    sandbox: Sandbox
    folder: Path
    rng: random.Random
    tally: Tally
    now: datetime = DEMO_END

    def weeks(self, kills: int) -> None:
        """Plan and hand over a week, killed on the way, until there were enough kills."""
        usual = self._week([])
        while self.tally.kills < kills:
            left = kills - self.tally.kills
            moments = [usual * (number + self.rng.random()) / 5 for number in range(min(5, left))]
            self.rng.shuffle(moments)
            self._week(moments)

    def _week(self, moments: list[float]) -> float:
        """Hand over another week, killed after each of `moments`; seconds the last run of it took."""
        self.tally.weeks += 1
        self.now += timedelta(days=7)
        self.sandbox.set_clock(self.now)
        week = ("--week", f"{self.now:%Y-%m-%d}")
        self.command("plan", *week, "--campaign", CAMPAIGN, "--pilot", str(PILOT))
        # On its Saturday all days of the week are due.
        self.now += timedelta(days=5)
        self.sandbox.set_clock(self.now)
        for moment in moments:
            self.command("plan", *week, "--apply", kill_after=moment)
        began = time.monotonic()
        self.command("plan", *week, "--apply")
        taken = time.monotonic() - began
        self.now -= timedelta(days=5)
        return taken

    def command(self, *arguments: str, kill_after: float = LONGEST) -> None:
        """Run a verb; whoever isn't through by then is killed."""
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=PROJECT,
            env={
                **os.environ,
                "HEYREACH_API_KEY": self.sandbox.api_key,
                "HEYREACH_BASE_URL": self.sandbox.base_url,
                "HEYREACH_REQUESTS_PER_MINUTE": "0",
                "OUTBOUND_DATA_DIR": str(self.folder / "data"),
                "OUTBOUND_AS_OF": self.now.isoformat() if arguments[0] == "plan" else "",
                "IMPORT_READ_BACK_WAITS": "0.1",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _, errors = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.tally.kills += 1
            return
        if process.returncode:
            self.tally.violations.append(f"{' '.join(arguments)}: {errors.strip()[-300:]}")

    def compare(self, before: int) -> None:
        """Hold the plans and what the server was given against each other."""
        with PlanLedger(self.folder / "data" / "plans.sqlite") as ledger:
            planned = {
                line.person: line.account_id
                for plan in ledger.newest().values()
                for line in ledger.lines(plan)
                if line.reason is None
            }
            lines = sum(
                line.reason is None for plan in ledger.newest().values() for line in ledger.lines(plan)
            )
        given = self.sandbox.truth()["imports"][before:]
        times = Counter(entry["profile_key"] for entry in given for _ in range(entry["applied"]))
        by = {entry["profile_key"]: str(entry["account_id"]) for entry in given}
        self.tally.people = len(planned)
        self._complain(lines - len(planned), "were planned twice")
        self._complain(len(planned.keys() - times.keys()), "were planned and not asked")
        self._complain(len(times.keys() - planned.keys()), "were asked and not planned")
        self._complain(sum(count > 1 for count in times.values()), "were asked twice")
        self._complain(
            sum(by[person] != account for person, account in planned.items() if person in by),
            "were asked by another sender",
        )

    def _complain(self, count: int, text: str) -> None:
        if count:
            self.tally.violations.append(f"{count} {text}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_planner(options.kills, options.seed, Path(folder))
    print(tally)
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
