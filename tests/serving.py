"""A server over real HTTP in a thread of the test's own process, on a port that is free."""

import contextlib
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import uvicorn

from extract.workspace.serve_settings import ServeSettings
from extract.workspace.workspace import Workspace, load_workspace
from reports.door.connections import listening
from reports.server.access import Buckets, read_token
from reports.server.app import create_app
from reports.server.serving import configured
from reports.server.site import Site, new_site
from tests.projects import project

PROJECT_DIR = Path(__file__).parents[1]


@dataclass(frozen=True)
class Served:
    """A server that runs: its address, its site, and a client that shows the token."""

    base: str
    site: Site
    client: httpx.Client

    @property
    def workspace(self) -> Workspace:
        """What is served."""
        return self.site.workspace

    def get(self, path: str, **options) -> httpx.Response:
        """An answer to somebody with the token."""
        return self.client.get(path, **options)

    def post(self, path: str, body: object = None, **options) -> httpx.Response:
        """The same of a request that asks for something."""
        return self.client.post(path, json=body, **options)

    def json(self, path: str) -> dict:
        """The document at a path."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str) -> list[dict]:
        """All rows of a list, page by page."""
        found, after = [], ""
        while True:
            page = self.json(f"{path}{'&' if '?' in path else '?'}after={after}")
            found += page["rows"]
            if page["next"] is None:
                return found
            after = page["next"]


def workspace_of(data_dir: Path, project_dir: Path = PROJECT_DIR) -> Workspace:
    """The demo workspace of a data folder."""
    return load_workspace(project_dir, {"HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(data_dir)})


def copied(published: Path, data_dir: Path) -> Workspace:
    """A demo workspace of its own, configuration and all, around a copy of a published warehouse."""
    workspace = workspace_of(data_dir, project(data_dir.parent / "project"))
    workspace.folder.mkdir(parents=True)
    shutil.copy(published, workspace.paths.published)
    return workspace


@contextlib.contextmanager
def serving(
    workspace: Workspace,
    settings: ServeSettings = ServeSettings(),  # noqa: B008 - frozen
    *,
    is_bounded: bool = True,
) -> Iterator[Served]:
    """Serve a workspace for the length of the block; unless `is_bounded`, to whoever asks without pause."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    workspace = replace(workspace, serve=replace(settings, port=port))
    token = read_token(workspace.paths.server_token)
    # What jobs are told of the workspace: they run in processes of their own.
    environment = dict(os.environ) | {"HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(workspace.data_dir)}
    site = new_site(workspace, environment)
    guard = create_app(site)
    if not is_bounded:
        guard._requests = Buckets(rate=1e6, burst=1e6)
    server = uvicorn.Server(configured(guard))
    with listening("127.0.0.1", port) as sock:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        base = f"http://127.0.0.1:{port}"
        headers = {"authorization": f"Bearer {token}"}
        try:
            with httpx.Client(base_url=base, headers=headers, timeout=30) as client:
                yield Served(base, site, client)
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive()
