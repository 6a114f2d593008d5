"""For the importer's tests: a sandbox that remembers what it was asked, a workspace on it, files of leads."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from extract.importer.ledger import Ledger, LedgerLead
from extract.people.profile_urls import parse_profile_urls
from extract.sandbox import DEMO_SEED, DEMO_START
from extract.sandbox.process import Sandbox
from extract.sandbox.world import World
from tests.conftest import Outcome, Workspace
from tests.recording_sandbox import ADD_TO_CAMPAIGN, RecordingSandbox, recording_sandboxes

LIST_LEADS = "list/GetLeadsFromList"
OTHER_RUNNING, DRAFT = "40102", "40107"
LIST, COMPANY_LIST = "60190", "60191"

Person = dict[str, str]


@dataclass(frozen=True)
class ImportSandbox(RecordingSandbox):
    """What was imported into it."""

    def writes(self) -> list[dict]:
        """The bodies of the import requests that came, in their order."""
        return [body for _, body in self.changes()]

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
        self.post(
            ADD_TO_CAMPAIGN, json={"campaignId": int(campaign_id), "accountLeadPairs": [{"lead": lead}]}
        )

    def fields_of(self, person: str, list_id: str = LIST) -> dict[str, str]:
        """The custom fields that a list shows of a person."""
        answer = self.post(LIST_LEADS, json={"listId": int(list_id), "offset": 0, "limit": 1000})
        rows = answer["items"]
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
def serve(small_world: World) -> Iterator[Callable[..., ImportSandbox]]:
    """Serve sandboxes over the same world, each without the others' writes."""
    with recording_sandboxes(small_world, ImportSandbox) as start:
        yield start


@pytest.fixture
def sandbox(serve: Callable[..., ImportSandbox]) -> ImportSandbox:
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
