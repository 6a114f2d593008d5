"""Places that verbs write to, as somebody sees them to whom they are closed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
