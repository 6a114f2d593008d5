"""Kill the enrichment in the middle, and hold what it did against what the services were asked.

`python -m tests.endurance.kill_enrichment --rows 1000` enriches leads by four integrations against stand-ins
that refuse a tenth, fail and throttle others and answer slowly, kills the process half way, and starts the
same command again. It prints figures, and exits with 1 if anybody was answered for twice or forgotten, or a
limit was exceeded.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.ledger import EnrichmentLedger
from extract.workspace.services import SERVICES
from tests.extract.enrichment.stand_ins import Faults, StandIns, stand_ins
from tests.extract.heyreach.scripted_server import windows_exceeded
from tests.projects import project

PROJECT = Path(__file__).parents[2]
INTEGRATIONS = ("apollo", "clearbit", "hunter", "builtwith")
FAULTS = Faults(failed=0.10, flaky=0.05, throttled=0.02, slow=0.05, delay=0.2)
LONGEST = 300.0


@dataclass
class Tally:
    """What happened; no `violations` means all is well."""

    rows: int
    seconds: float = 0.0
    answered_at_kill: int = 0
    requests: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    most_at_once: dict = field(default_factory=dict)
    asked_again: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} {status}" for status, count in sorted(self.statuses.items()))
        verdict = (
            "; ".join(self.violations) or "nobody answered for twice, nobody forgotten, no limit exceeded"
        )
        return (
            f"{self.rows:,} rows x {len(INTEGRATIONS)} integrations in {self.seconds:.0f} s, killed after "
            f"{self.answered_at_kill:,} answers; {self.requests.total():,} requests ({dict(self.requests)}), "
            f"at most at once {self.most_at_once}; after the second start: {counts}; the third start asked "
            f"{self.asked_again:,} again: {verdict}"
        )


def kill_enrichment(rows: int, kill_after: float, pace: int, folder: Path) -> Tally:
    """Do it once, in a folder of its own; `kill_after` is the share of answers after which it is killed."""
    tally = Tally(rows)
    path = _leads(folder, rows)
    paces = "".join(f"  {name}: {pace}\n" for name in INTEGRATIONS)
    project(folder, enrichment=f"requests_per_minute:\n{paces}")
    began = time.monotonic()
    with stand_ins(FAULTS) as served:
        first = _start(folder, path, served)
        while first.poll() is None and _answers(folder) < kill_after * rows * len(INTEGRATIONS):
            time.sleep(0.02)
        if first.poll() is not None:
            tally.violations.append("the first start ended before it could be killed")
        first.kill()
        first.wait()
        tally.answered_at_kill = _answers(folder)
        second = _start(folder, path, served)
        second.wait(LONGEST)
        tally.seconds = time.monotonic() - began
        _judge(tally, folder, served, pace)
        before = len(served.asked)
        third = _start(folder, path, served)
        third.wait(LONGEST)
        again = served.asked[before:]
        tally.asked_again = len({(each.service, each.subject) for each in again})
        if second.returncode or third.returncode:
            told = (folder / "errors.txt").read_text()[-300:]
            tally.violations.append(f"exit codes {second.returncode}, {third.returncode}: {told}")
        if tally.asked_again > tally.statuses["failed"] + tally.statuses["cut_off"]:
            tally.violations.append("the third start asked what was known")
    return tally


def _judge(tally: Tally, folder: Path, served: StandIns, pace: int) -> None:
    with EnrichmentLedger(folder / "data" / "demo" / "enrichment.sqlite") as ledger:
        [run] = [row["run_id"] for row in ledger.select("select run_id from runs")]
        asks = ledger.asks(run)
        ended = bool(ledger.select("select 1 from endings"))
    tally.statuses = Counter(ask.status or "open" for ask in asks)
    tally.requests = Counter(each.service for each in served.asked)
    if len(asks) != tally.rows * len(INTEGRATIONS) or tally.statuses["open"] or not ended:
        tally.violations.append(f"{len(asks)} asks, {tally.statuses['open']} open, ended: {ended}")
    for service in INTEGRATIONS:
        twice = [subject for subject, count in served.answered(service).items() if count > 1]
        if twice:
            tally.violations.append(f"{service} answered {len(twice)} subjects twice")
        moments = sorted(each.at for each in served.asked if each.service == service)
        for seconds in (1.0, 10.0, 60.0):
            most = int(pace / 60 * seconds)
            exceeded = list(windows_exceeded(moments, most, seconds))
            if exceeded:
                tally.violations.append(f"{service} was asked more than {most} times in {seconds:.0f} s")
        tally.most_at_once[service] = served.most_at_once[service]
        if served.most_at_once[service] > SERVICES[service].concurrency:
            tally.violations.append(f"{service} had {served.most_at_once[service]} requests at once")
    known = {ask.key for ask in asks if ask.status == "found"}
    if not known:
        tally.violations.append("nothing was found")
    with (folder / "leads_enriched.csv").open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    if len(written) != tally.rows or len({row["linkedin_url"] for row in written}) != tally.rows:
        tally.violations.append(f"the result has {len(written)} rows")


def _leads(folder: Path, rows: int) -> Path:
    path = folder / "leads.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("linkedin_url", "First Name", "Last Name", "Website"))
        writer.writerows(
            (
                f"https://www.linkedin.com/in/lead-{number}",
                "Sam",
                f"Sample{number}",
                f"company{number}.example.com",
            )
            for number in range(rows)
        )
    return path


def _start(folder: Path, path: Path, served: StandIns) -> subprocess.Popen:
    arguments = (str(folder), ",".join(INTEGRATIONS), str(path))
    with (folder / "errors.txt").open("a") as errors:
        return subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            cwd=PROJECT,
            env={
                **os.environ,
                **served.environment(),
                "HEYREACH_API_KEY": "",
                "OUTBOUND_DATA_DIR": str(folder / "data"),
            },
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )


# The command line with another configuration, and short waits between tries.
_PROGRAM = """
import os, sys
from pathlib import Path
from extract.enrichment.command import EnrichOptions, run_enrich
from extract.workspace.workspace import load_workspace
project, names, path = sys.argv[1:]
options = EnrichOptions(names, Path(path), parallel=10, back_off=0.05)
run_enrich(load_workspace(Path(project), os.environ), options, print)
"""


def _answers(folder: Path) -> int:
    path = folder / "data" / "demo" / "enrichment.sqlite"
    if not path.exists():
        return 0
    with EnrichmentLedger(path) as ledger:
        return ledger.select("select count(*) as answers from answers")[0]["answers"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--kill-after", type=float, default=0.5, help="share of the answers")
    parser.add_argument("--pace", type=int, default=3000, help="requests per minute")
    options = parser.parse_args()
    assert EnrichmentConfig().pace("apollo") <= options.pace
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_enrichment(options.rows, options.kill_after, options.pace, Path(folder))
    print(tally)
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
