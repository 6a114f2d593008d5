"""Weeks of an operator's pulls, and a build at the end, over one invented workspace."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx

from extract import raw
from extract.heyreach.accounts import Account
from extract.heyreach.client import HeyReachClient
from extract.heyreach.observing import KnownStates
from extract.heyreach.pull import run_pull
from extract.http.pacing import Pacer
from extract.raw import load as heyreach
from extract.raw.landing import Landing, finished_folders
from extract.sandbox.api import SandboxApi
from extract.sandbox.clock import to_datetime, to_ticks
from extract.workspace.workspace import load_workspace
from reports.cli.frame import PROJECT_DIR
from tests.compiled import Project, build

BASE_URL = "http://127.0.0.1:9/api/public"


class SandboxTransport(httpx.BaseTransport):
    """HTTP without a socket: the request goes to the sandbox's own handler, under the sandbox's clock."""

    def __init__(self, api: SandboxApi):
        self.api = api

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.api.handle(
            request.method,
            request.url.path,
            request.url.query.decode(),
            request.headers.get("X-API-KEY"),
            request.read(),
        )
        headers = {**answer.headers, "Date": format_datetime(to_datetime(self.api.date), usegmt=True)}
        if answer.content_type:
            headers["Content-Type"] = answer.content_type
        return httpx.Response(answer.status, headers=headers, content=answer.body)


class Operation:
    """One workspace in `folder`, pulled from `api`; `land_more` brings what lies beside HeyReach."""

    def __init__(self, folder: Path, api: SandboxApi, base_url: str = BASE_URL):
        self.folder = folder
        self.api = api
        self.base_url = base_url
        self.raw_path = folder / "raw.duckdb"
        raw.initialize(self.raw_path)

    def pull(
        self, timetable: Iterable[tuple[datetime, str]], land_more: Callable[[Landing], None] = lambda _: None
    ) -> None:
        """Pull at each moment, `full` or `light`, in one landing, and load it into raw."""
        known = KnownStates(self.raw_path)
        with (
            HeyReachClient(
                self.base_url,
                self.api.api_key,
                Pacer(0, self.api.api_key, self.folder),
                transport=SandboxTransport(self.api),
            ) as client,
            Landing(self.folder / "landing") as landing,
        ):
            for moment, kind in timetable:
                self.api.set_clock(to_ticks(moment))
                run_pull(client, landing, known, base_url=self.base_url, origin=None, kind=kind)
            land_more(landing)
        with raw.connect(self.raw_path, read_only=True) as connection:
            loaded = raw.loaded_landings(connection)
        folders = finished_folders(self.folder / "landing")
        heyreach.load([folder for folder in folders if folder.name not in loaded], self.raw_path)

    def build(
        self, project: Project, accounts: Sequence[Account], since: datetime, run_id: str = "diagnosis"
    ) -> Path:
        """Build the warehouse as of the newest pull, for everything from `since` on."""
        database = self.folder / "warehouse.duckdb"
        append_parameters(self.raw_path, self.base_url, since, run_id)
        build(project, self.raw_path, accounts, database)
        return database


def append_parameters(raw_path: Path, base_url: str, since: datetime, run_id: str = "diagnosis") -> None:
    """The row of parameters the build reads: judged by config/settings.yaml, as of the newest pull."""
    with raw.connect(raw_path, read_only=True) as connection:
        as_of = raw.pull_times(connection).newest
    workspace = load_workspace(PROJECT_DIR, {**os.environ, "HEYREACH_API_KEY": "", "HEYREACH_BASE_URL": ""})
    raw.append_run_parameters(
        raw_path,
        {
            **vars(workspace.analytics),
            "run_id": run_id,
            "requested_at": as_of,
            "purpose": "publish",
            "as_of": as_of,
            "since": since,
            "until": as_of.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1),
            "is_demo": False,
            "base_url": base_url,
        },
    )
