"""`make serve` as an operator types it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving import copied

PROJECT = Path(__file__).parents[3]
# On a machine that does nothing else it takes one; the suite is several programs.
START_SECONDS = 10


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
