"""A small HeyReach workspace behind the scripted server, whose routes a test changes one by one."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

from extract import raw
from extract.heyreach.client import HeyReachClient
from extract.heyreach.observing import KnownStates, PullResult
from extract.heyreach.pull import run_pull
from extract.http.pacing import Pacer
from extract.people.records import Erased
from extract.raw.landing import Landing, finished_folders
from extract.workspace.sql_text import literal
from tests.extract.heyreach.scripted_server import Reply, Request, ScriptedServer, VirtualTime
from tests.looking import look_at

KEY = "SENTINEL-KEY-9f3a"
SENDERS = (50001, 50002)
CAMPAIGNS = (40001, 40002, 40003, 40004)
LISTS = (60001, 60002, 60003, 60004)

Route = Callable[[dict], Reply]


def page(*rows: dict) -> Reply:
    return Reply({"totalCount": len(rows), "items": list(rows)})


def campaign(number: int, **fields: object) -> dict:
    return {
        "id": number,
        "name": f"Campaign {number}",
        "creationTime": "2026-01-01T00:00:00Z",
        "linkedInUserListId": number + 20000,
        "campaignAccountIds": list(SENDERS),
        "status": "IN_PROGRESS",
        "organizationUnitId": 1,
        **fields,
    }


def lead(number: int, **fields: object) -> dict:
    return {
        "id": number,
        "linkedInSenderId": SENDERS[0],
        "lastActionTime": "2026-01-05T00:00:00Z",
        "leadConnectionStatus": "ConnectionSent",
        **fields,
    }


def counts(sent: int, accepted: int = 0, **fields: object) -> dict:
    return {"connectionsSent": sent, "connectionsAccepted": accepted, "follows": 0, **fields}


@cache
def empty_raw() -> bytes:
    """An empty raw database, made once: it has some hundred columns."""
    with TemporaryDirectory() as folder:
        raw.initialize(Path(folder) / "raw.duckdb")
        return (Path(folder) / "raw.duckdb").read_bytes()


def load(landed: Path, raw_path: Path) -> None:
    """A landing folder into raw, without what dlt keeps beside it: that takes seconds."""
    with raw.connect(raw_path, read_only=False) as connection:
        for file in landed.glob("*.jsonl"):
            columns = {name: raw.DUCKDB_TYPES[kind] for name, kind in raw.TABLES[file.stem].items()}
            connection.execute(
                f"insert into {raw.SCHEMA}.{file.stem} by name select * from "
                f"read_json({literal(file)}, format = 'newline_delimited', columns = {columns})"
            )


class ScriptedWorkspace:
    """Senders, campaigns, one lead and one list each. `routes[path]` answers a request by its arguments."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.raw_path = folder / "raw.duckdb"
        self.days: dict[str, list[dict]] = {
            "2026-01-05T00:00:00Z": [
                counts(2, 1, campaignId=number, campaignName=f"Campaign {number}") for number in CAMPAIGNS
            ]
        }
        self.date: str | None = "now"
        self.clock = VirtualTime()
        self.asked: list[Request] = []
        self.routes: dict[str, Route] = {
            "li_account/GetAll": lambda body: page(*({"id": sender} for sender in SENDERS)),
            "campaign/GetAll": lambda body: page(*map(campaign, CAMPAIGNS)),
            "campaign/GetLeadsFromCampaign": lambda body: page(lead(body["campaignId"] + 30000)),
            "campaign/GetCampaignSequence": lambda body: Reply({"nodeType": "END"}),
            "list/GetAll": lambda body: page(
                *(
                    {"id": number, "listType": "USER_LIST"}
                    for number in LISTS
                    if body["listType"] == "USER_LIST"
                )
            ),
            "list/GetLeadsFromList": lambda body: page(
                {"profileUrl": f"https://linkedin.com/in/{body['listId']}"}
            ),
            "stats/GetOverallStatsByCampaign": lambda body: Reply(
                {"byDayStats": self.days, "overallStats": []}
            ),
            "stats/GetOverallStats": self._pair,
        }
        folder.mkdir(exist_ok=True)
        self.raw_path.write_bytes(empty_raw())

    def _pair(self, body: dict) -> Reply:
        (campaign_id,) = body["campaignIds"]
        days = {
            day: {key: value for key, value in row.items() if key not in ("campaignId", "campaignName")}
            for day, rows in self.days.items()
            for row in rows
            if row["campaignId"] == campaign_id
        }
        return Reply({"byDayStats": days, "overallStats": {}})

    def _answer(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        route = self.routes.get(parts.path)
        reply = route(request.body or query) if route else Reply(b"", status=404)
        return Reply(reply.body, reply.status, date=self.date)

    def pull(
        self, kind: str = "full", *, reads_inbox: bool = False, erased: Erased | None = None
    ) -> PullResult:
        """Pull once and load what was landed; `asked` holds the requests of it."""
        pacer = Pacer(0, KEY, self.folder / "pacing", clock=self.clock, sleep=self.clock.sleep)
        with (
            ScriptedServer(self._answer) as server,
            HeyReachClient(server.base_url, KEY, pacer, monotonic=self.clock) as client,
        ):
            self.asked = server.requests
            with Landing(self.folder / "landing") as landing:
                known = KnownStates(self.raw_path)
                result = run_pull(
                    client,
                    landing,
                    known,
                    base_url="https://h.example",
                    origin=None,
                    kind=kind,
                    erased=erased,
                    reads_inbox=reads_inbox,
                )
        load(finished_folders(self.folder / "landing")[-1], self.raw_path)
        return result

    def query(self, sql: str) -> list[tuple]:
        with look_at(self.raw_path) as connection:
            connection.execute("use looked_at.heyreach; set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Make raw say something else."""
        with raw.connect(self.raw_path, read_only=False) as connection:
            connection.execute(f"use {raw.SCHEMA}")
            connection.execute(sql)

    def requests(self, path: str) -> int:
        """How often the last pull asked a route."""
        return sum(urlsplit(request.path).path == path for request in self.asked)
