"""Every file in a data folder is of a known kind, and `make purge` bounds each kind that grows."""

import os
import re
import shutil
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extract import raw
from extract.privacy import purge
from extract.workspace import data_folder, journal
from extract.workspace.data_folder import FILE_KINDS, PURGED, FileKind, kind_of
from extract.workspace.paths import Paths
from extract.workspace.workspace import Workspace, load_workspace
from tests.data_folders import ACCOUNTS, FOLDERS
from tests.extract.raw.test_load import land

PROJECT_DIR = Path(__file__).parents[3]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3000)
# A path of a workspace that is put together in the source, where `paths.py` should be asked.
NAMED = re.compile(r"(?:workspace_dir|data_dir|workspace\.folder) / f?[\"']([^\"'{]+)[\"']")


@pytest.fixture(scope="module")
def empty_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "raw.duckdb"
    raw.initialize(path)
    return path


@pytest.fixture
def workspace(tmp_path: Path, empty_raw: Path) -> Workspace:
    workspace = load_workspace(tmp_path, {"OUTBOUND_DATA_DIR": str(tmp_path), "HEYREACH_API_KEY": "test-key"})
    shutil.copy(empty_raw, workspace.paths.raw)
    return workspace


def test_every_file_that_a_run_leaves_is_of_a_known_kind(demo):
    workspace, _ = demo
    folder = workspace.data_dir / "demo"
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert len(names) > 20
    assert [name for name in names if kind_of(name) is None] == []


def test_every_file_of_sixty_nights_is_of_a_known_kind():
    with tarfile.open(FOLDERS / "1ca0139" / "sixty_nights.tar.xz") as packed:
        names = [member.name for member in packed if member.isfile()]
    assert len(names) > 200
    assert [name for name in names if kind_of(name) is None] == [ACCOUNTS]  # it lies elsewhere, as a rule


def test_every_path_of_a_workspace_is_of_a_known_kind():
    paths = Paths(Path("/data"))
    properties = [name for name, value in vars(Paths).items() if isinstance(value, property)]
    assert {"raw", "published", "landing", "pacing", "runs"} <= set(properties)
    named = {getattr(paths, name).relative_to("/data").as_posix() for name in properties}
    folders = {pattern.rpartition("/")[0] for kind in FILE_KINDS for pattern in kind.patterns}
    known = folders | {folder.partition("/")[0] for folder in folders}
    assert [name for name in named if not kind_of(name) and name not in known] == []


def test_paths_of_a_workspace_are_declared_in_one_place():
    named = {
        (path.name, name)
        for folder in ("extract", "reports", "dbt_project")
        for path in (PROJECT_DIR / folder).rglob("*.py")
        if path.name != "paths.py"
        for name in NAMED.findall(path.read_text())
    }
    assert {(file, name) for file, name in named if name != "demo"} == set()


def test_each_kind_is_bounded_by_a_purge_or_says_why_it_needs_none():
    reasons = {data_folder.LEADS, data_folder.REPLACED, data_folder.FIXED, data_folder.SWEPT}
    reasons |= {data_folder.KEPT, data_folder.OWN}
    assert {kind.bound for kind in FILE_KINDS} == {*PURGED, *reasons}


def old_file(workspace: Workspace, pattern: str) -> Path:
    """A file of that pattern which nobody has changed for long."""
    path = workspace.folder / pattern.replace("*.log", "daily.log").replace("*", "x")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    return path


@pytest.mark.parametrize(
    "kind", [kind for kind in FILE_KINDS if kind.bound in PURGED], ids=lambda kind: kind.bound
)
def test_a_purge_deletes_what_is_old_of_a_kind_and_nothing_else(workspace, kind):
    old = aged(workspace, kind)
    others = [old_file(workspace, f"{name}/x") for name in ("suppressed", "profiles", "pacing")]
    found = purge.find(workspace, workspace.folder / "warehouse.duckdb", NOW)
    assert [name for name, paths in found.paths.items() if paths] == ([kind.bound] if old else [])
    assert purge.apply(workspace, found) is False
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in others)
    again = purge.find(workspace, workspace.folder / "warehouse.duckdb", NOW)
    assert not any([*again.paths.values(), *again.journal_rows.values()])


def aged(workspace: Workspace, kind: FileKind) -> list[Path]:
    """Old files of the kind; none of journals, which lose lines."""
    if kind.bound == data_folder.JOURNALS:
        for name, column in data_folder.TRIMMED.items():
            for moment in (LONG_AGO, NOW):
                journal.append(workspace.paths.journal / name, {column: moment, "run_id": "1"})
        return []
    if kind.bound == data_folder.DISCOVERED:  # what the warehouse says of each decides: test_discovering.py
        return []
    if kind.bound == data_folder.LANDINGS:
        [folder] = land(workspace.folder, "1")
        with raw.connect(workspace.paths.raw, read_only=False) as connection:
            connection.execute("insert into heyreach.pulls (landing_id) values (?)", [folder.name])
        os.utime(folder, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
        return [folder]
    found = [old_file(workspace, pattern) for pattern in kind.patterns]
    if kind.bound == data_folder.DROPPED:
        with raw.connect(workspace.paths.raw, read_only=False) as connection:
            for path, table in zip(found, ("webhook_files", "signal_files"), strict=True):
                state = path.stat()
                connection.execute(
                    f"insert into heyreach.{table} (file_name, size_bytes, modified_ns) values (?, ?, ?)",
                    [path.name, state.st_size, state.st_mtime_ns],
                )
    if kind.bound == data_folder.BACKUPS:  # without the newest, which may be the only one
        newest = workspace.paths.backups / "newest"
        newest.touch()
    return found


def test_journals_keep_the_lines_that_are_not_old(workspace):
    path = workspace.paths.journal / "runs.jsonl"
    for moment in (LONG_AGO, NOW):
        journal.append(path, {"happened_at": moment})
    assert journal.drop_before(path, "happened_at", NOW, counts_only=True) == 1
    assert len(journal.rows(path)) == 2
    assert journal.drop_before(path, "happened_at", NOW) == 1
    assert [row["happened_at"] for row in journal.rows(path)] == [NOW.isoformat().replace("+00:00", "Z")]


def test_a_purge_lets_jobs_begin_new_logs(workspace):
    log = workspace.paths.logs / "daily.log"
    log.parent.mkdir()
    log.write_text("extracted\n")
    for _ in range(2):
        purge.apply(workspace, purge.find(workspace, workspace.folder / "warehouse.duckdb", NOW))
    [closed] = log.parent.iterdir()
    assert re.fullmatch(r"daily\.20.*\.log", closed.name)
    assert closed.read_text() == "extracted\n"


def measured_kinds() -> list[list[str]]:
    """The rows of `python -m tests.endurance.nights_on_disk --keep`, a kind each, as cells."""
    lines = (PROJECT_DIR / "tests" / "endurance" / "nights_on_disk.md").read_text().splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]


def test_the_table_of_what_nights_leave_names_every_kind():
    told = [(tuple(re.findall(r"`([^`]+)`", row[0])), *row[1:4]) for row in measured_kinds()]
    assert told == [(kind.patterns, kind.holds, kind.grows, kind.bound) for kind in FILE_KINDS]


def test_those_nights_left_files_of_every_kind_but_what_is_swept_restored_served_or_done_by_hand():
    assert [row[0] for row in measured_kinds() if row[4] == "0" and row[3] != data_folder.SWEPT] == [
        "`journal/watches.jsonl`",
        "`journal/dismissals.jsonl`",
        "`journal/changed_texts.jsonl`",
        "`journal/discoveries.jsonl`",
        "`server/jobs.sqlite*`",
        "`server/token`, `.door.json`",
        "`from-backup/*`",
    ]
    assert [row[4] for row in measured_kinds() if row[3] == data_folder.SWEPT] == ["0"]


def test_a_purge_left_little_of_what_it_bounds():
    """Journals begin again, and the newest backup stays, as does the folder's version."""
    left = {row[3]: int(row[8].replace(",", "")) for row in measured_kinds() if row[3] in PURGED}
    one_each = {data_folder.LANDINGS: 1, data_folder.BACKUPS: 1, data_folder.JOURNALS: 3}
    assert left == dict.fromkeys(PURGED, 0) | one_each
