import os
import shutil
from pathlib import Path

import pytest

from reports import schedule
from reports.schedule import Place
from tests.reports.report_rows import FULL, publish

# Stands for the system's crontab: keeps it in a file, and has none at first, as a new user.
CRONTAB = """#!/bin/sh
if [ "$1" = -l ]; then cat "$CRONTAB_FILE" 2>/dev/null || { echo "no crontab" >&2; exit 1; }
else cat > "$CRONTAB_FILE"; fi
"""
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$SYSTEMCTL_FILE"
"""


@pytest.fixture(scope="session")
def published_full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("published") / "warehouse.duckdb", FULL)


@pytest.fixture
def full(published_full: Path, tmp_path: Path) -> Path:
    """A published warehouse of the test's own: a month of work."""
    return Path(shutil.copy(published_full, tmp_path))


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser, where there is one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found and os.environ.get("REQUIRE_CHROMIUM"):
        pytest.fail("REQUIRE_CHROMIUM is set and there is no chromium")
    if not found:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium)")
    return found


@pytest.fixture
def place(tmp_path):
    """A project in a folder with an awkward name, whose program notes how it was called."""
    project = tmp_path / "it's 100% $HOME; a project"
    program = project / ".venv" / "bin" / schedule.NAME
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$PWD|$@|$OUTBOUND_DATA_DIR"\necho trouble >&2\n')
    program.chmod(0o700)
    return Place(project, tmp_path / 'data "quoted"', {"OUTBOUND_DATA_DIR": str(tmp_path / 'data "quoted"')})


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with cron and systemd whose tables are files; what was put where."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("CRONTAB_FILE", str(tmp_path / "crontab"))
    monkeypatch.setenv("SYSTEMCTL_FILE", str(tmp_path / "systemctl"))
    return tmp_path
