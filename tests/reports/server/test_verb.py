"""`make serve` as an operator types it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from extract.intelligence.dismissals import dismissed
from extract.intelligence.watches import watched
from extract.workspace.paths import Paths
from tests.serving import copied

PROJECT = Path(__file__).parents[3]
# On a machine that does nothing else it takes one; the suite is several programs.
START_SECONDS = 10
ENOUGH = 2
TRACK = "/api/outreach/track-engagement"


def free_ports() -> dict[str, str]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return {
            "SERVE_PORT": str(one.getsockname()[1]),
            "HOOKS_PORT": str(other.getsockname()[1]),
        }


@pytest.fixture
def environment(demo, tmp_path) -> dict[str, str]:
    workspace = copied(demo[0].warehouse, tmp_path / "data")
    return {
        **os.environ,
        "HEYREACH_API_KEY": "",
        "OUTBOUND_DATA_DIR": str(workspace.data_dir),
        "PYTHONPATH": str(PROJECT),
        **free_ports(),
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "reports.cli", "serve", *arguments]


@contextlib.contextmanager
def started(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen, str, float]]:
    """The verb, running; where it answers, and after how many seconds it did."""
    began = time.monotonic()
    base = f"http://127.0.0.1:{environment['SERVE_PORT']}"
    process = subprocess.Popen(command(), env=environment, stdout=subprocess.PIPE, text=True)
    try:
        while True:
            assert process.poll() is None
            assert time.monotonic() - began < START_SECONDS * 3
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{base}/api/ready")
                break
            time.sleep(0.02)
        yield process, base, time.monotonic() - began
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def test_make_serve_answers_in_two_seconds_and_ends_when_it_is_asked_to(environment):
    with started(environment) as (process, base, seconds):
        assert seconds < START_SECONDS
        first = process.stdout.readline().split()[1]
        assert first.startswith(f"{base}/enter/")
        other = subprocess.run(command("--link"), env=environment, capture_output=True, text=True, check=True)
        link = other.stdout.split()[1]
        assert link != first
        with httpx.Client() as browser:
            for address in (first, link):
                assert browser.get(address).status_code == 200
                assert browser.get(f"{base}/leads").status_code == 200
        again = subprocess.run(command(), env=environment, capture_output=True, text=True, check=False)
        assert again.returncode == 75
        assert again.stderr.count("\n") == 1
        assert "is open already" in again.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_what_was_acknowledged_is_there_once_though_the_server_is_killed(environment):
    """Watching, dismissing and telling of a reply, each as soon as the one before was acknowledged."""
    paths = Paths(Path(environment["OUTBOUND_DATA_DIR"]) / "demo")
    acknowledged: dict[str, set[str]] = {"watch": set(), "dismiss": set(), "track": set()}
    enough = threading.Event()

    def post(lead: dict) -> None:
        track = {
            "prospect_id": lead["lead_id"],
            "engagement_type": "reply",
            "occurred_at": "2026-02-01T09:30:00Z",
        }
        with contextlib.suppress(httpx.TransportError):
            for what, body in (("watch", {}), ("dismiss", {}), ("track", track)):
                path = f"/api/leads/{lead['lead_id']}/{what}" if what != "track" else TRACK
                if httpx.post(f"{base}{path}", json=body, headers=headers).status_code == 200:
                    acknowledged[what].add(lead["profile_url"])
        if len(acknowledged["track"]) >= ENOUGH:
            enough.set()

    with started(environment) as (process, base, _):
        headers = {"authorization": f"Bearer {paths.server_token.read_text().strip()}"}
        leads = httpx.get(f"{base}/api/leads?limit=60", headers=headers).json()["rows"]
        with ThreadPoolExecutor(2) as senders:
            sent = [senders.submit(post, lead) for lead in leads]
            assert enough.wait(20)
            process.kill()
            for each in sent:
                each.cancel()
    lines = (paths.signals / "tracked.jsonl").read_bytes().splitlines()
    kept = {
        "watch": [target.profile_url for target in watched(paths)],
        "dismiss": list(dismissed(paths)),
        "track": [json.loads(line)["profile_url"] for line in lines],
    }
    for what, people in acknowledged.items():
        assert len(people) >= ENOUGH
        assert people <= set(kept[what]), what
        assert len(kept[what]) == len(set(kept[what])) <= len(people) + 2, what


def test_a_port_that_somebody_else_has_is_named(environment):
    with socket.create_server(("127.0.0.1", int(environment["SERVE_PORT"]))):
        done = subprocess.run(command(), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "set SERVE_PORT to another port" in done.stderr


def test_a_token_that_others_can_read_lets_nobody_in(environment):
    token = Path(environment["OUTBOUND_DATA_DIR"]) / "demo" / "server" / "token"
    token.parent.mkdir(parents=True)
    token.write_text("t" * 40)
    token.chmod(0o644)
    done = subprocess.run(command(), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "others can read it" in done.stderr


def test_without_a_server_there_is_no_link(environment):
    done = subprocess.run(command("--link"), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "make serve starts one" in done.stderr
