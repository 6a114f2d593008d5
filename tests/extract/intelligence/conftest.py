"""For searches: a sandbox that is asked over HTTP, and a workspace that asks it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace.workspace import Workspace, load_workspace
from tests.projects import project

NOW = datetime(2026, 1, 28, tzinfo=UTC)
PACES = "requests_per_minute:\n  crunchbase: 6000\n  apollo: 6000\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(leads=60, now=NOW) as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path, sandbox: Sandbox) -> Callable[..., Workspace]:
    """A workspace that asks the sandbox for companies; what is changed of its configuration."""

    def with_config(**changed: str) -> Workspace:
        project(tmp_path, **{"enrichment": PACES} | changed)
        environment = {
            "HEYREACH_API_KEY": "key",
            "CRUNCHBASE_API_KEY": "crunchbase-key",
            "APOLLO_API_KEY": "apollo-key",
            "APOLLO_BASE_URL": sandbox.service_url("https://api.apollo.io/api/v1"),
            "CRUNCHBASE_BASE_URL": sandbox.service_url("https://api.crunchbase.com/api/v4"),
            "OUTBOUND_DATA_DIR": str(tmp_path / "data"),
        }
        return load_workspace(tmp_path, environment)

    return with_config


def publish(workspace: Workspace, *domains: str) -> None:
    """A published warehouse with a lead of each of these companies."""
    workspace.paths.published.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(workspace.paths.published)) as connection:
        connection.execute("create or replace schema marts")
        connection.execute(
            "create table marts.heyreach_leads as select unnest(?::text[]) as company_domain, "
            "'left_censored' as imported_at_method, null::text as lead_id, "
            "null::text as normalized_profile_url, now() as created_at, now() as as_of",
            [domains],
        )
