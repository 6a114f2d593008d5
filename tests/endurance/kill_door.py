"""Kill the door under load again and again, and hold what it acknowledged against what is counted.

`python -m tests.endurance.kill_door --keep` lets senders post events of a sandbox's world, again until they
are taken and some of them twice, while the door is killed (-9) at least 300 times at any moment. Then
HeyReach is pulled and a warehouse built. Fails where an event that was acknowledged is in no line, where one
is counted twice or not at all, or where half a line kept another from being read. `--keep` writes `door.md`.
Takes about eight minutes.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import orjson

from extract.heyreach.door_addresses import Address, new_address, write_addresses
from extract.sandbox import DEMO_END, DEMO_START, webhooks
from extract.sandbox.clock import to_ticks
from extract.sandbox.imports import Imports
from extract.sandbox.process import running_sandbox
from extract.sandbox.world import World
from extract.workspace.paths import Paths
from tests.conftest import Workspace
from tests.reports.door.test_verb import free_port

PROJECT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("door.md")
SEED, LEADS, SENDERS = 23, 3000, 12
MOST_SECONDS_ALIVE = 0.6
LOAD_SECONDS = 10.0


@dataclass
class Load:
    """Senders who post each event until it is taken, and taken ones again; `acknowledged` are their ids."""

    address: Address
    port: int
    waiting: deque[dict]
    acknowledged: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    is_over: bool = False
    _taken: list[dict] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, number: int) -> None:
        """Post until it is over, and nothing waits any more."""
        picked, connection = random.Random(number), None
        while not self.is_over or self.waiting:
            with self._lock:
                event = self.waiting.popleft() if self.waiting else picked.choice(self._taken)
            try:
                connection = connection or HTTPConnection("127.0.0.1", self.port, timeout=15)
                connection.request("POST", self.address.path, orjson.dumps(event))
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, HTTPException):
                status = 0
            if status != 202:
                if connection:
                    connection.close()
                connection = None
            self._note(event, status)
            if not status:
                time.sleep(0.02)

    def _note(self, event: dict, status: int) -> None:
        with self._lock:
            if status == 202:
                self.acknowledged[event["correlation_id"]] += 1
                self._taken.append(event)
                return
            self.failed += 1
            if status:
                self.refused[status] += 1
            if event["correlation_id"] not in self.acknowledged:
                self.waiting.append(event)


@dataclass
class Tally:
    """What happened; no `violations` means all is well."""

    kills: int
    events: int = 0
    acknowledged: int = 0
    cut_off: int = 0
    lines: int = 0
    half_lines: int = 0
    lost: int = 0
    counted: int = 0
    counted_twice: int = 0
    a_second: float = 0.0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    @property
    def figures(self) -> list[str]:
        """What is kept, a line each."""
        return [
            f"{self.kills:,} kills in {self.seconds:.0f} s, {SENDERS} senders at once",
            f"{self.events:,} different events, {self.acknowledged:,} times acknowledged",
            f"{self.cut_off:,} deliveries cut off by a kill or refused, and sent again",
            f"{self.lines:,} lines on disk, {self.half_lines:,} of them half ones",
            f"{self.lost:,} acknowledged events in no line",
            f"{self.counted:,} events counted by the warehouse, {self.counted_twice:,} of them twice",
            f"{self.a_second:,.0f} events a second acknowledged without kills, sender and door on two cores",
        ]


def kill_door(kills: int, folder: Path) -> Tally:
    """Do it once, in a folder of its own."""
    tally = Tally(kills)
    world = World.generate("boutique", SEED, leads=LEADS, start=DEMO_START)
    events = webhooks.lines(world, Imports(world), to_ticks(DEMO_END), "snake_case", "iso")
    tally.events = len(events)
    port, address = free_port(), new_address("https://hooks.example.com")
    write_addresses(Paths(folder).door, (address,))
    load = Load(address, port, deque(events))
    senders = [threading.Thread(target=load.send, args=(number,), daemon=True) for number in range(SENDERS)]
    drawn, began = random.Random(SEED), time.monotonic()
    door = _open(folder, port)
    for sender in senders:
        sender.start()
    for _ in range(kills):
        time.sleep(drawn.uniform(0, MOST_SECONDS_ALIVE))
        door.kill()
        door.communicate()
        door = _open(folder, port)
    tally.seconds = time.monotonic() - began
    while load.waiting:
        time.sleep(0.1)
    before = load.acknowledged.total()
    time.sleep(LOAD_SECONDS)
    tally.a_second = (load.acknowledged.total() - before) / LOAD_SECONDS
    load.is_over = True
    for sender in senders:
        sender.join()
    door.terminate()
    door.communicate()
    if door.returncode:
        tally.violations.append(f"the door ended with {door.returncode} when it was asked to")
    tally.acknowledged, tally.cut_off = load.acknowledged.total(), load.failed
    if load.refused.keys() - {503}:
        tally.violations.append(f"refused with {dict(load.refused)}")
    _look_at_lines(tally, Paths(folder).webhooks, load)
    _count(tally, folder)
    if len(load.acknowledged) != tally.events:
        tally.violations.append(f"{len(load.acknowledged):,} events were acknowledged")
    return tally


def _open(folder: Path, port: int) -> subprocess.Popen:
    """A door that listens; it is killed later, at any moment."""
    settings = {"OUTBOUND_DATA_DIR": str(folder), "HOOKS_PORT": str(port), "HEYREACH_API_KEY": "test-key"}
    door = subprocess.Popen(
        [sys.executable, "-m", "reports.cli", "door"],
        cwd=PROJECT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = door.stderr.readline()
    assert line.startswith("webhooks come in at"), line
    return door


def _look_at_lines(tally: Tally, folder: Path, load: Load) -> None:
    found: Counter[str] = Counter()
    for path in folder.iterdir():
        for line in path.read_bytes().splitlines():
            tally.lines += 1
            with suppress(orjson.JSONDecodeError):
                found[orjson.loads(line)["correlation_id"]] += 1
    tally.half_lines = tally.lines - found.total()
    tally.lost = sum(found[event] < times for event, times in load.acknowledged.items())
    if tally.lost:
        tally.violations.append(f"{tally.lost:,} events have fewer lines than they were acknowledged")


def _count(tally: Tally, folder: Path) -> None:
    """Through a pull and a build."""
    with running_sandbox(seed=SEED, leads=LEADS, now=DEMO_END) as sandbox:
        settings = {"HEYREACH_API_KEY": sandbox.api_key, "HEYREACH_BASE_URL": sandbox.base_url}
        workspace = Workspace(folder, settings | {"HEYREACH_REQUESTS_PER_MINUTE": "0"})
        outcome = workspace.run("run")
    if outcome.exit_code:
        tally.violations.append(f"the run ended with {outcome.exit_code}: {outcome.errors[-500:]}")
        return
    [(tally.counted, events)] = workspace.query(
        "select count(*), count(distinct correlation_id) from staging.stg_heyreach__webhook_events"
    )
    tally.counted_twice = tally.counted - events
    if (tally.counted, events) != (tally.events, tally.events):
        tally.violations.append(f"{tally.counted:,} events are counted, {events:,} different ones")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=320)
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_door(options.kills, Path(folder))
    print("\n".join([*tally.figures, *tally.violations]))
    if options.keep and not tally.violations:
        lines = "\n".join(f"- {line}" for line in tally.figures)
        RESULTS.write_text(
            "# Whether the door loses what it acknowledged\n\n"
            f"Killed on {datetime.now(UTC):%Y-%m-%d} by `python -m tests.endurance.kill_door --keep`: events "
            "of a sandbox's world, posted\nuntil they are taken, against the lines on disk and what a pull "
            f"and a build count.\n\n{lines}\n",
            encoding="utf-8",
        )
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
