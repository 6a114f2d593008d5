from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Thread
from types import SimpleNamespace

import httpx
import pytest

from extract.sandbox import DEMO_END, DEMO_SEED, DEMO_START
from extract.sandbox.api import API_KEY, SandboxApi
from extract.sandbox.faults import Faults
from extract.sandbox.server import SandboxServer
from extract.sandbox.world import World


@pytest.fixture(scope="session")
def world() -> World:
    """The demo's own world."""
    return World.generate("boutique", DEMO_SEED, start=DEMO_START)


@pytest.fixture(scope="session")
def _server(world: World) -> Iterator[SandboxServer]:
    server = SandboxServer(SandboxApi(world, now=DEMO_END))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def _client(_server: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=_server.base_url, headers={"X-API-KEY": API_KEY}, trust_env=False) as client:
        yield client


@pytest.fixture
def sandbox(_server: SandboxServer, _client: httpx.Client) -> SimpleNamespace:
    """A served sandbox with a client that holds the key; the clock at the end of the demo, no fault on."""
    control = f"{_server.url}/sandbox/"

    def set_clock(now: datetime) -> None:
        _client.post(control + "clock", json={"now": now.isoformat()}).raise_for_status()

    def set_faults(*faults: dict) -> None:
        _client.post(control + "faults", json={"faults": list(faults)}).raise_for_status()

    def read(route: str, **body) -> dict:
        answer = _client.post(route, json=body)
        assert answer.status_code == 200, (route, body, answer.status_code, answer.text[:200])
        return answer.json()

    def rows(route: str, limit: int = 100, **body) -> list[dict]:
        """All rows of a paged route, as a careful client reads them when nothing is wrong."""
        items: list[dict] = []
        while True:
            page = read(route, offset=len(items), limit=limit, **body)
            items += page["items"]
            if not page["items"] or len(items) >= page["totalCount"]:
                return items

    set_clock(DEMO_END)
    _server.api.faults = Faults()
    return SimpleNamespace(
        client=_client, control=control, read=read, rows=rows, set_clock=set_clock, set_faults=set_faults
    )


@pytest.fixture
def all_lead_rows(sandbox: SimpleNamespace) -> Callable[[], dict[int, dict]]:
    """Every campaign-lead row at the sandbox clock, by id."""

    def read() -> dict[int, dict]:
        campaigns = sandbox.rows("campaign/GetAll")
        rows = [
            row
            for campaign in campaigns
            for row in sandbox.rows("campaign/GetLeadsFromCampaign", campaignId=campaign["id"])
        ]
        return {row["id"]: row for row in rows}

    return read
