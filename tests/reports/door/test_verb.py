"""`make door` as a process: there in a moment, gone at a signal, without what it doesn't need."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from extract.heyreach.door_addresses import new_address, write_addresses
from extract.workspace.paths import Paths

PROJECT = Path(__file__).parents[3]
# The command line, which afterwards says what it loaded.
PROGRAM = """
import sys
from reports.cli import main
code = main(["door"])
print("loaded:", [name for name in ("dlt", "dbt", "fastapi", "httpx") if name in sys.modules])
sys.exit(code)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def started(folder: Path, port: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env={
            **os.environ,
            "OUTBOUND_DATA_DIR": str(folder),
            "HOOKS_PORT": str(port),
            "HEYREACH_API_KEY": "test-key",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_is_open_in_a_moment_and_ends_well_when_it_is_asked_to(tmp_path, number):
    address = new_address("https://hooks.example.com")
    write_addresses(Paths(tmp_path).door, (address,))
    port = free_port()
    began = time.monotonic()
    with started(tmp_path, port) as process:
        lines = [process.stderr.readline() for _ in range(2)]
        assert time.monotonic() - began < 3  # half a second alone
        assert re.match(rf"webhooks come in at http://127.0.0.1:{port}, into .*webhooks; Ctrl-C", lines[0])
        assert lines[1].startswith("HeyReach delivers to https://hooks.example.com/hooks/...:")
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("POST", address.path, b'{"event_type": "message_sent"}')
        assert connection.getresponse().status == 202
        process.send_signal(number)
        printed, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert told.startswith("closed; HeyReach goes on trying for 24 hours")
    assert printed == "loaded: []\n"
    assert address.secret not in "".join(lines) + told
    [path] = Paths(tmp_path).webhooks.iterdir()
    assert path.read_bytes() == b'{"event_type": "message_sent"}\n'


def test_a_port_in_use_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with started(tmp_path, port) as process:
            _, told = process.communicate(timeout=20)
    assert process.returncode == 2
    assert told.startswith(
        f"error: Webhooks can't come in at 127.0.0.1, port {port} (Address already in use)"
    )
    assert told.count("\n") == 1
