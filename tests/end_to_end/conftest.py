"""A real workspace, as far as the pipeline can tell: a key, a base URL, a HeyReach that answers over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extract import raw
from extract.heyreach.client import HeyReachClient
from extract.heyreach.observing import KnownStates
from extract.heyreach.pull import run_pull
from extract.http.pacing import Pacer
from extract.raw.landing import Landing, finished_folders
from extract.raw.load import load
from extract.sandbox.process import Sandbox, running_sandbox
from tests.conftest import Workspace

FIRST_PULL = datetime(2026, 1, 28, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A workspace the demo doesn't show: other seed, 3,000 leads, five weeks old."""
    with running_sandbox(seed=20260120, leads=3000, now=FIRST_PULL) as running:
        yield running


def workspace_on(sandbox: Sandbox, data_dir: Path, **environment: str) -> Workspace:
    """A workspace that pulls from a sandbox as fast as it answers."""
    return Workspace(
        data_dir,
        {
            "HEYREACH_API_KEY": sandbox.api_key,
            "HEYREACH_BASE_URL": sandbox.base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
            **environment,
        },
    )


def pull_at(
    sandbox: Sandbox,
    workspace: Workspace,
    pulls: list[tuple[datetime, str]],
    *,
    reads_inbox: bool = False,
) -> None:
    """Pull at these moments, each of its kind, and load it all at once: a load of each takes longest."""
    raw_path, landings = workspace.data_dir / "raw.duckdb", workspace.data_dir / "landing"
    raw.initialize(raw_path)
    known = KnownStates(raw_path)
    pacer = Pacer(0, sandbox.api_key, workspace.data_dir / "pacing")
    with HeyReachClient(sandbox.base_url, sandbox.api_key, pacer) as client, Landing(landings) as landing:
        for moment, kind in pulls:
            sandbox.set_clock(moment)
            run_pull(
                client,
                landing,
                known,
                base_url=sandbox.base_url,
                origin=None,
                kind=kind,
                reads_inbox=reads_inbox,
            )
    load(finished_folders(landings), raw_path)
