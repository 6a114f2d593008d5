"""What a killed writer of a database leaves beside it: swept by the next run, erased, in no backup."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from extract.backup.contents import lasting_files
from extract.privacy.files import remove_caches
from extract.workspace import folders
from extract.workspace.data_folder import SWEPT, kind_of
from extract.workspace.folders import sweep

WRITE = """
import sys, duckdb
with duckdb.connect(sys.argv[1], config={"memory_limit": "30MB", "threads": 1}) as connection:
    connection.execute("create table kept as select 1 as one; checkpoint")
    connection.execute(
        "create table people as select 'linkedin.com/in/' || md5(i::varchar) as person "
        "from range(100000000) as numbers (i) order by person"
    )
"""


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which a load was killed while it sorted more than fits into memory. Read only."""
    folder = tmp_path_factory.mktemp("left")
    database = folder / "raw.duckdb"
    writer = subprocess.Popen([sys.executable, "-c", WRITE, str(database)])
    deadline = time.monotonic() + 120
    while not spilled(folder) and writer.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    writer.kill()
    writer.wait()
    assert spilled(folder)
    return folder


@pytest.fixture
def killed(left: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(left, tmp_path / "data")


def spilled(workspace_dir: Path) -> list[Path]:
    return list(workspace_dir.glob("*.duckdb.tmp/*"))


@pytest.mark.parametrize(
    "clean", [lambda folder: sweep(folder, folder / "reports"), remove_caches], ids=["run", "erasure"]
)
def test_what_a_killed_writer_spilled_is_removed(killed: Path, clean: Callable[[Path], None]):
    clean(killed)
    assert [path.name for path in killed.iterdir() if ".tmp" in path.name] == []
    assert (killed / "raw.duckdb").exists()


def test_what_a_killed_writer_spilled_is_of_a_known_kind_and_in_no_backup(killed: Path):
    names = [path.relative_to(killed).as_posix() for path in spilled(killed)]
    assert {kind.bound if (kind := kind_of(name)) else name for name in names} == {SWEPT}
    assert [path for path in lasting_files(killed) if path in spilled(killed)] == []


@pytest.mark.parametrize("pattern", [*folders.LEFTOVERS, f"{folders.READING}*"])
def test_what_runs_sweep_is_of_a_known_kind(pattern: str):
    kind = kind_of(f"{pattern.replace('*', 'x')}/file")
    assert kind, pattern
    assert kind.bound == SWEPT
