"""A sandbox in this process that remembers what it was asked, for tests of whatever writes to HeyReach."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import TypeVar

import httpx
import orjson

from extract.sandbox import DEMO_END
from extract.sandbox.api import API_KEY, BASE_PATH, SandboxApi
from extract.sandbox.process import Sandbox
from extract.sandbox.server import SandboxServer
from extract.sandbox.world import World

ADD_TO_CAMPAIGN, ADD_TO_LIST = "campaign/AddLeadsToCampaignV2", "list/AddLeadsToListV2"
STOP, RESUME, PAUSE = "campaign/StopLeadInCampaign", "campaign/Resume", "campaign/Pause"
CREATE, UPDATE, DELETE = (f"webhooks/{verb}Webhook" for verb in ("Create", "Update", "Delete"))
WRITES = frozenset({ADD_TO_CAMPAIGN, ADD_TO_LIST, STOP, RESUME, PAUSE, CREATE, UPDATE, DELETE})
# Campaigns of the demo, by what state they are in.
RUNNING, FINISHED, PAUSED = "40101", "40105", "40106"


class RecordingApi(SandboxApi):
    """Remembers its requests; `before_write` and `after_write` are told the route of each that writes."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.received: list[tuple[str, dict]] = []
        self.before_write: Callable[[str], object] = lambda route: None
        self.after_write: Callable[[str], object] = lambda route: None

    def handle(self, method: str, path: str, query: str, key: str | None, body: bytes):
        route = path.removeprefix(BASE_PATH)
        self.received.append((route, orjson.loads(body) if body else {}))
        if route in WRITES:
            self.before_write(route)
        answer = super().handle(method, path, query, key, body)
        if route in WRITES:
            self.after_write(route)
        return answer


@dataclass(frozen=True)
class RecordingSandbox(Sandbox):
    """A sandbox served by this process."""

    api: RecordingApi = field(repr=False)

    def changes(self) -> list[tuple[str, dict]]:
        """Route and body of the requests that change something, in their order."""
        return [(route, body) for route, body in self.api.received if route in WRITES]

    def status(self, campaign_id: str = PAUSED) -> str:
        """The campaign's status now."""
        return self.api.imports.campaigns[int(campaign_id)].status_at(self.api.now)

    def post(self, route: str, **content: object) -> dict:
        """What HeyReach answers somebody who asks it past this product; b'' is {}."""
        answer = httpx.post(f"{self.base_url}/{route}", headers={"X-API-KEY": self.api_key}, **content)
        answer.raise_for_status()
        return orjson.loads(answer.content or b"{}")


Kind = TypeVar("Kind", bound=RecordingSandbox)


@contextmanager
def recording_sandboxes(default: World, kind: type[Kind]) -> Iterator[Callable[..., Kind]]:
    """A function that serves this world, or another, each time without the others' writes."""
    servers = []

    def start(world: World = default, **options) -> Kind:
        api = RecordingApi(world, now=DEMO_END, **options)
        server = SandboxServer(api)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return kind(server.base_url, API_KEY, api)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
