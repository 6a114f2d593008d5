"""The demo's door: what the sandbox has to tell comes in over HTTP, and nothing of it elsewhere."""

import time
from dataclasses import replace

import orjson
import pytest

from extract.heyreach.door_addresses import read_addresses
from reports.door import demo
from reports.door.demo import arriving
from reports.door.opening import open_door
from tests.reports.door.conftest import at


def test_the_demos_newest_events_come_in_at_its_door(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "STEPS_A_SECOND", 1000)
    workspace = replace(at(tmp_path), api_key=None)
    folder = workspace.paths.webhooks
    with open_door(workspace) as url, arriving(workspace, url):
        [address] = read_addresses(workspace.paths.door)
        assert address.url == url
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (not folder.is_dir() or not any(folder.iterdir())):
            time.sleep(0.02)
    assert folder == tmp_path / "demo" / "webhooks"
    [path] = folder.iterdir()
    events = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert events
    assert all(event["timestamp"] >= "2026-02-06" for event in events)


def test_nothing_invented_comes_in_anywhere_else(tmp_path):
    with pytest.raises(ValueError, match="for the demo alone"), arriving(at(tmp_path), "http://127.0.0.1:1"):
        pytest.fail("it did")
