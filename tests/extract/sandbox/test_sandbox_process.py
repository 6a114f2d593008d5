import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import httpx
import orjson
import pytest

from extract.sandbox import DEMO_START
from extract.sandbox.process import running_sandbox
from extract.workspace.errors import OutboundError

COMMAND = [sys.executable, "-m", "extract.sandbox"]


def _is_gone(base_url: str) -> bool:
    deadline = monotonic() + 5
    while monotonic() < deadline:
        try:
            httpx.get(base_url, trust_env=False)
        except httpx.ConnectError:
            return True
        except httpx.TransportError:
            # Caught in the act of ending; the next look decides.
            pass
        sleep(0.05)
    return False


def test_a_running_sandbox_is_steered_from_outside_and_ends_with_its_block():
    now = DEMO_START + timedelta(days=5)
    with running_sandbox("boutique", 3, leads=200, now=now, api_key="another-key") as sandbox:
        assert sandbox.clock() == now
        sandbox.advance_clock(3600)
        assert sandbox.clock() == now + timedelta(hours=1)
        sandbox.set_clock(DEMO_START + timedelta(days=20))
        with httpx.Client(
            base_url=sandbox.base_url, headers={"X-API-KEY": "another-key"}, trust_env=False
        ) as client:
            assert client.get("auth/CheckApiKey").status_code == 200
            sandbox.set_faults("server_error")
            assert client.get("auth/CheckApiKey").status_code == 500
            assert sandbox.faults()[0]["struck"] == 1
            sandbox.set_faults()
            assert client.get("auth/CheckApiKey").status_code == 200
        assert sandbox.log(reset=True)["total"] == 3
        assert sandbox.log()["total"] == 0
        assert len(sandbox.truth(DEMO_START)["leads"]) < len(sandbox.truth()["leads"])
        with pytest.raises(OutboundError, match="Unknown sandbox fault"):
            sandbox.set_faults("earthquake")
    assert _is_gone(sandbox.base_url)


def test_a_running_sandbox_takes_writes_and_tells_what_was_applied():
    now = DEMO_START + timedelta(days=5)
    with running_sandbox("boutique", 3, leads=200, now=now, field_updates="replace") as sandbox:
        for fields in ([{"name": "icp", "value": "sre"}], [{"name": "wave", "value": "2"}]):
            lead = {
                "firstName": "Sam",
                "lastName": "Sample",
                "profileUrl": "https://www.linkedin.com/in/sam-sample",
                "customUserFields": fields,
            }
            answer = httpx.post(
                f"{sandbox.base_url}/list/AddLeadsToListV2",
                json={"listId": 60101, "leads": [lead]},
                headers={"X-API-KEY": sandbox.api_key},
                trust_env=False,
            )
            assert answer.status_code == 200
        (entry,) = sandbox.truth()["imports"]
        assert (entry["applied"], entry["fields"]) == (2, {"wave": "2"})


def test_a_sandbox_ends_when_its_parent_is_killed():
    script = (
        "from extract.sandbox.process import running_sandbox\n"
        "with running_sandbox(leads=100) as sandbox:\n"
        "    print(sandbox.base_url, flush=True)\n"
        "    input()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    base_url = parent.stdout.readline().strip()
    assert httpx.get(base_url, trust_env=False).status_code == 404
    parent.kill()
    parent.wait()
    assert _is_gone(base_url)
    parent.stdin.close()
    parent.stdout.close()


def test_a_sandbox_that_cannot_start_says_so():
    with pytest.raises(OutboundError, match="did not start"), running_sandbox("no-such-preset"):
        pass


def test_the_command_line_serves_until_interrupted(tmp_path):
    truth = tmp_path / "truth.json"
    options = [
        "--leads=100",
        "--port=0",
        "--now=2026-01-05",
        f"--truth={truth}",
        "--fault=slow:seconds=0,count=1",
    ]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as served:
        base_url = served.stdout.readline().split()[-1]
        assert "sandbox-key" in served.stdout.readline()
        answer = httpx.get(
            f"{base_url}/auth/CheckApiKey", headers={"X-API-KEY": "sandbox-key"}, trust_env=False
        )
        assert answer.status_code == 200
        assert answer.headers["Date"] == "Mon, 05 Jan 2026 00:00:00 GMT"
        os.kill(served.pid, signal.SIGINT)
        assert served.wait(5) == 0
    leads = orjson.loads(truth.read_bytes())["leads"]
    assert any(lead["accepted_at"] for lead in leads)
    assert max(datetime.fromisoformat(lead["enrolled_at"]) for lead in leads) > datetime(
        2026, 1, 5, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--host=0.0.0.0"], "0.0.0.0 is not a loopback address"),
        (["--host=api.example.com"], "api.example.com is not a loopback address"),
        (["--fault=earthquake"], "Unknown sandbox fault 'earthquake'"),
        (["--fault=slow:5"], "write options as KEY=VALUE"),
    ],
)
def test_the_command_line_refuses_with_one_line(options, text):
    run = subprocess.run(
        [*COMMAND, "--leads=10", *options], capture_output=True, text=True, timeout=20, check=False
    )
    assert run.returncode == 2
    assert text in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert run.stdout == ""
