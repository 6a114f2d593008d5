"""For the importer's tests: a sandbox that remembers what it was asked, a workspace on it, files of leads."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import httpx
import orjson
import pytest

from extract.importer.ledger import Ledger, LedgerLead
from extract.people.profile_urls import parse_profile_urls
from extract.sandbox import DEMO_END, DEMO_SEED, DEMO_START
from extract.sandbox.api import API_KEY, BASE_PATH, SandboxApi
from extract.sandbox.process import Sandbox
from extract.sandbox.server import SandboxServer
from extract.sandbox.world import World
from tests.conftest import Outcome, Workspace

ADD_TO_CAMPAIGN, ADD_TO_LIST = "campaign/AddLeadsToCampaignV2", "list/AddLeadsToListV2"
LIST_LEADS = "list/GetLeadsFromList"
RUNNING, OTHER_RUNNING, FINISHED, PAUSED, DRAFT = "40101", "40102", "40105", "40106", "40107"
LIST, COMPANY_LIST = "60190", "60191"

Person = dict[str, str]


class _RecordingApi(SandboxApi):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.received: list[tuple[str, dict]] = []
        self.on_write: Callable[[], None] = lambda: None

    def handle(self, method: str, path: str, query: str, key: str | None, body: bytes):
        name = path.removeprefix(BASE_PATH)
        self.received.append((name, orjson.loads(body) if body else {}))
        if name in (ADD_TO_CAMPAIGN, ADD_TO_LIST):
            self.on_write()
        return super().handle(method, path, query, key, body)


@dataclass(frozen=True)
class RecordingSandbox(Sandbox):
    """A sandbox served by this process."""

    api: _RecordingApi = field(repr=False)

    def writes(self) -> list[dict]:
        """The bodies of the import requests that came, in their order."""
        return [body for name, body in self.api.received if name in (ADD_TO_CAMPAIGN, ADD_TO_LIST)]

    def sizes(self) -> list[int]:
        """How many leads each of them held."""
        return [len(body.get("accountLeadPairs") or body.get("leads")) for body in self.writes()]

    def imported(self) -> dict[str, dict]:
        """Person -> what the sandbox applied; nobody may be there twice."""
        entries = self.truth()["imports"]
        by_person = {entry["profile_key"]: entry for entry in entries}
        assert len(by_person) == len(entries)
        return by_person

    def add_by_hand(self, campaign_id: str, person: str, fields: dict[str, str]) -> None:
        """Import one person past the importer."""
        lead = {"profileUrl": f"https://www.{person}", "firstName": "Sample", "lastName": "Tester"}
        lead["customUserFields"] = [{"name": name, "value": value} for name, value in fields.items()]
        httpx.post(
            f"{self.base_url}/{ADD_TO_CAMPAIGN}",
            headers={"X-API-KEY": self.api_key},
            json={"campaignId": int(campaign_id), "accountLeadPairs": [{"lead": lead}]},
        ).raise_for_status()

    def status(self, campaign_id: str) -> str:
        """The campaign's status now."""
        return self.api.imports.campaigns[int(campaign_id)].status_at(self.api.now)

    def fields_of(self, person: str, list_id: str = LIST) -> dict[str, str]:
        """The custom fields that a list shows of a person."""
        answer = httpx.post(
            f"{self.base_url}/{LIST_LEADS}",
            headers={"X-API-KEY": self.api_key},
            json={"listId": int(list_id), "offset": 0, "limit": 1000},
        )
        rows = answer.raise_for_status().json()["items"]
        keys = [url.key for url in parse_profile_urls([row["profileUrl"] for row in rows])]
        row = dict(zip(keys, rows, strict=True))[person]
        return {each["name"]: each["value"] for each in row["customFields"]}

    def listed(self, list_id: str) -> list[str]:
        """The profile URLs of a list's members, as people write them."""
        members = self.api.world.lists[int(list_id)].rows
        return [
            f"https://www.linkedin.com/in/{row.person.slug}"
            for row in members
            if row.person.url_kind == "profile"
        ]


@pytest.fixture(scope="session")
def small_world() -> World:
    """The demo's workspace with few leads."""
    return World.generate("boutique", DEMO_SEED, leads=150, start=DEMO_START)


@pytest.fixture
def serve(small_world: World) -> Iterator[Callable[..., RecordingSandbox]]:
    """Serve sandboxes over the same world, each without the others' writes."""
    servers = []

    def start(**options) -> RecordingSandbox:
        api = _RecordingApi(small_world, now=DEMO_END, **options)
        server = SandboxServer(api)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return RecordingSandbox(server.base_url, API_KEY, api)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def sandbox(serve: Callable[..., RecordingSandbox]) -> RecordingSandbox:
    """One sandbox, nothing imported yet, no fault on."""
    return serve()


@dataclass(frozen=True)
class ImportWorkspace(Workspace):
    """A workspace to import from."""

    def import_(self, *arguments: object, **environment: str) -> Outcome:
        """`connection-analytics import` with these arguments."""
        return self.run("import", *map(str, arguments), **environment)

    @property
    def ledger_path(self) -> Path:
        return self.data_dir / "imports.sqlite"

    def ledger(self) -> dict[str, list[LedgerLead]]:
        """Import -> its rows, oldest import first."""
        with Ledger(self.ledger_path) as ledger:
            return {entry.import_id: ledger.rows(entry.import_id) for entry in ledger.imports()}

    def states(self) -> dict[str, str]:
        """Person -> state, of the rows that were not left out, over all imports."""
        rows = [row for rows in self.ledger().values() for row in rows if row.reason is None]
        return {row.person: row.state for row in rows}

    def newest_import(self) -> str:
        return list(self.ledger())[-1]

    def result(self, import_id: str | None = None) -> list[dict[str, str]]:
        """The rows of an import's result file."""
        path = self.data_dir / "imports" / f"{import_id or self.newest_import()}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


def workspace_of(sandbox: Sandbox, data_dir: Path) -> ImportWorkspace:
    """A workspace that asks this sandbox, unpaced, and waits little for its lists."""
    return ImportWorkspace(
        data_dir,
        {
            "HEYREACH_API_KEY": sandbox.api_key,
            "HEYREACH_BASE_URL": sandbox.base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
            "IMPORT_READ_BACK_WAITS": "0,0.1",
        },
    )


@pytest.fixture
def workspace(sandbox: RecordingSandbox, tmp_path: Path) -> ImportWorkspace:
    return workspace_of(sandbox, tmp_path / "data")


def people(count: int, name: str = "sample", **columns: str) -> list[Person]:
    """Rows as Clay exports them; `columns` are further cells of every row."""
    return [
        {
            "LinkedIn Profile": f"https://www.linkedin.com/in/{name}-{number}",
            "First Name": name.title(),
            "Last Name": "Tester",
            "ICP": "sre",
            **columns,
        }
        for number in range(count)
    ]


def keys(count: int, name: str = "sample") -> set[str]:
    """The normalised URLs of `people` of the same arguments."""
    return {f"linkedin.com/in/{name}-{number}" for number in range(count)}


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[..., Path]:
    """Write rows to a CSV file and return its path."""

    def write(rows: list[Person], name: str = "leads.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
