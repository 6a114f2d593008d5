"""Places that verbs write to, as somebody sees them to whom they are closed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dbt_project import warehouse
from tests.conftest import Workspace
from tests.end_to_end.test_operations import AS_ANYBODY

PROJECT = Path(__file__).parents[3]
ASK = """
import sys
from pathlib import Path
from extract.workspace import places
data, closed = map(Path, sys.argv[1:])
places.require_writable_places(data, [data], closed / "parsed")
"""


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="the superuser needs setpriv")
def test_a_folder_that_can_not_even_be_looked_into_is_named(tmp_path):
    """Two people use one clone, and what dbt keeps there is for the eyes of the first one only."""
    closed = tmp_path / "target"
    (closed / "parsed").mkdir(parents=True)
    closed.chmod(0)
    done = subprocess.run(
        [*AS_ANYBODY, sys.executable, "-c", ASK, str(tmp_path / "data"), str(closed)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    closed.chmod(0o700)
    assert f"ConfigurationError: {closed} can't be written to (Permission denied)" in done.stderr


@pytest.mark.parametrize("verb", ["build", "run", "daily", "weekly"])
def test_where_dbt_keeps_what_it_read_is_tried_before_anything_is_asked(tmp_path, monkeypatch, verb):
    """In a clone that can't be written to; a file in its place closes it to the superuser, too."""
    target = tmp_path / "target"
    target.touch()
    monkeypatch.setattr(warehouse, "PARSED_DIR", target / "parsed")
    nobody = {"HEYREACH_API_KEY": "k", "HEYREACH_BASE_URL": "http://127.0.0.1:9/api/public"}
    outcome = Workspace(tmp_path / "data", nobody).run(verb)
    assert outcome.exit_code == 2
    assert f"error: {target} is a file where a folder has to be" in outcome.errors
    assert list((tmp_path / "data").iterdir()) == []
