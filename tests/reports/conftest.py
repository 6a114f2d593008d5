import shutil
from pathlib import Path

import pytest

from tests.reports.report_rows import FULL, publish


@pytest.fixture(scope="session")
def published_full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("published") / "warehouse.duckdb", FULL)


@pytest.fixture
def full(published_full: Path, tmp_path: Path) -> Path:
    """A published warehouse of the test's own: a month of work."""
    return Path(shutil.copy(published_full, tmp_path))
