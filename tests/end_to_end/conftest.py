"""A real workspace, as far as the pipeline can tell: a key, a base URL, a HeyReach that answers over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

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
