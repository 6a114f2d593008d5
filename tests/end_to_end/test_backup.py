"""Backup and restore of a real workspace: the same numbers, nobody back who was erased, killed anywhere."""

import os
import shutil
import signal
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from extract import raw
from extract.backup import archive, restore, save
from extract.importer.ledger import Ledger
from extract.people.suppression import Suppressions
from extract.privacy import purge
from extract.sandbox.process import running_sandbox
from extract.workspace.lock import everything, exclusive
from extract.workspace.paths import Paths
from extract.workspace.settings_file import RetentionSettings
from extract.workspace.workspace import load_workspace
from reports.cli.frame import PROJECT_DIR
from tests.conftest import Outcome, Workspace
from tests.end_to_end.conftest import FIRST_PULL, workspace_on
from tests.end_to_end.test_privacy import NAME, OTHERS, SLUG, TRACES, done, found, lead_file, webhook
from tests.forking import forking

pytestmark = pytest.mark.usefixtures("built_without_dbt")

# What is built and not about the moment of building.
FIGURES = (
    *("rpt_summary", "rpt_segment_performance", "rpt_time_to_accept", "rpt_campaign_performance"),
    *("heyreach_connections", "heyreach_connection_events", "heyreach_leads", "heyreach_imports"),
)


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox(seed=17, leads=80, now=FIRST_PULL) as running:
        yield running


@pytest.fixture(scope="module")
def built(sandbox, tmp_path_factory):
    """A workspace with a pull, an import, a webhook file, a profile and a report."""
    workspace = workspace_on(sandbox, tmp_path_factory.mktemp("built") / "data", IMPORT_READ_BACK_WAITS="0,0")
    data = workspace.data_dir
    (data / "webhooks").mkdir(parents=True)
    (data / "profiles").mkdir()
    (data / "profiles" / f"{SLUG}.txt").write_text(f"{NAME}, platform engineer")
    (data / "webhooks" / "a.jsonl").write_text(webhook(SLUG, NAME, 1) + webhook(OTHERS[0], "Quill", 1))
    file = lead_file(data.parent / "leads.csv")
    done(workspace, "import", "--file", str(file), "--campaign", "40101", "--apply")
    done(workspace, "run")
    return workspace


@pytest.fixture(scope="module")
def backup(built) -> Path:
    return backed_up(built)


@pytest.fixture
def workspace(sandbox, built, backup, tmp_path) -> Workspace:
    """A copy of it, to do with as a test likes."""
    shutil.copytree(built.data_dir, tmp_path / "data")
    return workspace_on(sandbox, tmp_path / "data", IMPORT_READ_BACK_WAITS="0,0")


def backed_up(workspace: Workspace, *arguments: str) -> Path:
    outcome = workspace.run("backup", *arguments)
    assert outcome.exit_code == 0, outcome.errors
    return Path(outcome.printed.splitlines()[-1].removeprefix("backup: "))


def restored(workspace: Workspace, path: Path, *arguments: str) -> Outcome:
    outcome = workspace.run("restore", "--from", str(path), *arguments)
    assert outcome.exit_code == 0, outcome.errors
    return outcome


def figures(workspace: Workspace) -> dict[str, list]:
    return {table: workspace.query(f"select * from marts.{table} order by all") for table in FIGURES}


def observed(workspace: Workspace) -> dict[str, list]:
    """Every row of raw."""
    with duckdb.connect(str(workspace.data_dir / "raw.duckdb"), read_only=True) as connection:
        return {
            table: connection.execute(f"select * from heyreach.{table} order by all").fetchall()
            for table in raw.TABLES
        }


def tree(folder: Path) -> dict[str, bytes]:
    """Every file that lasts, but locks, which say who held them last."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def test_restored_into_an_empty_folder_everything_is_as_it_was(sandbox, built, backup, tmp_path):
    new = workspace_on(sandbox, tmp_path / "data")
    outcome = restored(new, backup)
    assert f"restored: {tmp_path / 'data'}, as of " in outcome.printed
    assert "erase them again" in outcome.errors  # whoever was erased since, nobody knows here
    saved = {name: content for name, content in tree(built.data_dir).items() if is_saved(name)}
    assert {name: content for name, content in tree(new.data_dir).items() if is_saved(name)} == saved
    assert {*saved} >= {"webhooks/a.jsonl", "journal/runs.jsonl", "landing/version", f"profiles/{SLUG}.txt"}
    assert not (new.data_dir / "warehouse.duckdb").exists()
    for path in new.data_dir.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    with Ledger(new.data_dir / "imports.sqlite") as ledger:
        assert len(ledger.imports()) == 1
    assert observed(new) == observed(built)
    # The next pull goes on where the last one was.
    done(new, "extract")
    with duckdb.connect(str(new.data_dir / "raw.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from heyreach.webhook_files").fetchall() == [(1,)]


def is_saved(name: str) -> bool:
    """Whether a file is to come back byte by byte; databases come back as what they hold."""
    left_out = ("backups/", "dbt/", "logs/", "pacing/", "imports.sqlite", "heyreach_account_config.csv")
    return not name.startswith(left_out) and not name.endswith(".duckdb")


def test_without_a_raw_database_it_is_made_anew_and_the_numbers_are_the_same(built, workspace, tmp_path):
    (workspace.data_dir / "raw.duckdb").unlink()
    path = backed_up(workspace)
    new = Workspace(tmp_path / "new", workspace.environment)
    restored(new, path)
    done(new, "build")
    assert figures(new) == figures(built)


def test_what_only_raw_holds_is_in_the_backup(built, workspace, tmp_path):
    """Purged landing folders are nowhere else."""
    shutil.rmtree(workspace.data_dir / "landing")
    new = Workspace(tmp_path / "new", workspace.environment)
    restored(new, backed_up(workspace, "--to", str(tmp_path / "elsewhere")))
    assert observed(new) == observed(built)
    assert [path.parent for path in (tmp_path / "elsewhere").iterdir()] == [tmp_path / "elsewhere"]


def test_a_folder_that_holds_something_is_refused_and_with_force_kept_aside(built, backup, workspace):
    marker = workspace.data_dir / "journal" / "acknowledgements.jsonl"
    marker.write_text('{"mine": 1}\n')
    before = tree(workspace.data_dir)
    outcome = workspace.run("restore", "--from", str(backup))
    assert outcome.exit_code == 2
    assert "is not empty (imports, imports.sqlite, journal, landing, profiles, ...)" in outcome.errors
    assert tree(workspace.data_dir) == before
    outcome = restored(workspace, backup, "--force")
    [aside] = (workspace.data_dir / "backups").glob("replaced-*")
    assert f"what stood there is kept as {aside}" in outcome.errors
    assert not marker.exists()
    kept = tree(aside)
    for name, content in before.items():
        if is_saved(name):
            assert kept[name] == content


def test_a_folder_of_setup_counts_as_empty(backup, sandbox, tmp_path):
    new = workspace_on(sandbox, tmp_path / "data")
    done(new, "setup")
    restored(new, backup)
    assert not (new.data_dir / "backups").exists()


def test_erased_since_the_backup_means_erased_after_the_restore(sandbox, workspace):
    path = backed_up(workspace)
    erased = workspace.run("erase", "--url", f"https://www.linkedin.com/in/{SLUG}")
    assert erased.exit_code == 0, erased.errors
    assert "but the copies named below" in erased.printed
    assert f"not cleaned: {path}" in erased.errors
    outcome = restored(workspace, path, "--force")
    assert "whoever was erased since" in outcome.errors
    assert SLUG not in outcome.printed + outcome.errors
    shutil.rmtree(workspace.data_dir / "backups")
    assert found(workspace.data_dir, *TRACES) == {}
    assert found(workspace.data_dir, *OTHERS).keys() == set(OTHERS)
    done(workspace, "extract")  # HeyReach still has them
    assert found(workspace.data_dir, *TRACES) == {}
    counts = observed(workspace)["erased_lead_counts"]
    assert [row[0][:8] for row in counts if row[0].startswith("erasure-")] == ["erasure-"]


def test_lists_of_erased_people_that_can_not_be_one_are_not_mixed(workspace, tmp_path):
    """Each has a salt of its own."""
    other = Workspace(tmp_path / "other", workspace.environment)
    for each in (workspace, other):
        Suppressions(each.data_dir / "suppressed").add([f"linkedin.com/in/{SLUG}"], date(2026, 1, 1))
    path = backed_up(workspace)
    before = tree(other.data_dir)
    outcome = other.run("restore", "--from", str(path))
    assert outcome.exit_code == 2
    assert "have different salts" in outcome.errors
    assert tree(other.data_dir) == before


def test_a_damaged_backup_and_one_of_a_newer_release_change_nothing(backup, workspace, tmp_path):
    before = tree(workspace.data_dir)
    bad = tmp_path / "bad.tar.gz"
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 0xFF
    bad.write_bytes(bytes(content))
    outcome = workspace.run("restore", "--from", str(bad), "--force")
    assert outcome.exit_code == 1
    assert f"{bad} is damaged" in outcome.errors
    assert tree(workspace.data_dir) == before
    with duckdb.connect(str(workspace.data_dir / "raw.duckdb")) as connection:
        connection.execute("update heyreach.schema_version set version = 2")
    outcome = workspace.run("backup")
    assert outcome.exit_code == 2
    assert "raw.duckdb has version 2 of the raw database" in outcome.errors
    for verb in ("extract", "build", "erase", "purge", "recover"):
        outcome = workspace.run(verb, *(("--url", f"linkedin.com/in/{SLUG}") if verb == "erase" else ()))
        assert outcome.exit_code == 2, verb
        assert "raw.duckdb has version 2 of the raw database" in outcome.errors


_KILLED = """
import os, signal
import extract.backup.restore, reports.jobs.copies
from reports.cli import main
count = 0
def dying(function, last):
    def step(*arguments, **named):
        global count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
        if str(arguments[-1]).endswith("/.restore"):
            print("ready", count)
        if str(arguments[0]).endswith("/.restore"):
            print("over", count)
        return function(*arguments, **named)
    return step
def work(step, path):
    for name in ("replace", "rename", "fsync", "unlink"):
        setattr(os, name, dying(getattr(os, name), int(step)))
    return main(["restore", "--from", path, "--force"])
"""


@pytest.fixture(scope="module")
def killed_at():
    """Restores a backup in a process that is killed at a step of writing; returns exit code and lines."""
    with forking(_KILLED) as process:

        def run(workspace: Workspace, path: Path, step: int) -> tuple[int, list[str]]:
            environment = {**workspace.environment, "OUTBOUND_DATA_DIR": str(workspace.data_dir)}
            return process(environment, str(step), str(path))

        yield run


def test_killed_at_any_step_it_is_the_old_state_or_completed_by_running_it_again(
    built, backup, workspace, killed_at
):
    """The old folder has a marker, the backup has none."""
    data = workspace.data_dir
    marker = data / "journal" / "acknowledgements.jsonl"
    marker.write_text('{"mine": 1}\n')
    saved = {name: content for name, content in tree(built.data_dir).items() if is_saved(name)}
    old = {**saved, "journal/acknowledgements.jsonl": marker.read_bytes()}
    shutil.copytree(data, data.parent / "twin")
    exit_code, lines = killed_at(Workspace(data.parent / "twin", workspace.environment), backup, 0)
    assert exit_code == 0, lines
    counts = dict(line.split() for line in lines if line.startswith(("ready ", "over ")))
    ready, last = int(counts["ready"]), int(counts["over"])
    for step in (2, ready // 2, ready):
        assert killed_at(workspace, backup, step)[0] == -signal.SIGKILL
        assert not (data / ".restore").exists()
        assert {n: each for n, each in tree(data).items() if is_saved(n) and n[0] != "."} == old
        shutil.rmtree(data / ".restore.partial", ignore_errors=True)  # or the next one counts otherwise
    # The last first: what is built and stood there makes steps that later rounds lack.
    for step in (last, (ready + last) // 2, ready + 3, ready + 1):
        assert killed_at(workspace, backup, step)[0] == -signal.SIGKILL
        assert (data / ".restore").exists()
        refused = workspace.run("build")
        assert refused.exit_code == 1
        assert "was cut off: complete it with `make restore`" in refused.errors
        completed = workspace.run("restore")
        assert completed.exit_code == 0, completed.errors
        assert {n: each for n, each in tree(data).items() if is_saved(n)} == saved
        [aside] = (data / "backups").glob("replaced-*")
        assert {n: each for n, each in tree(aside).items() if is_saved(n)} == old
        shutil.rmtree(aside)
        marker.write_text('{"mine": 1}\n')


def test_nobody_writes_meanwhile(backup, workspace):
    for what in ("run", "import", "enrichment", "delivery"):
        with exclusive(workspace.data_dir, what):
            for arguments in (("backup",), ("restore", "--from", str(backup), "--force")):
                outcome = workspace.run(*arguments)
                assert outcome.exit_code == 75, what
                assert f"Another {what} is active" in outcome.errors


def test_what_stands_only_in_a_log_of_sqlite_is_saved(workspace, tmp_path):
    database = sqlite3.connect(workspace.data_dir / "imports.sqlite")
    try:
        database.execute("pragma wal_autocheckpoint = 0")
        database.execute("update imports set mapping = 'changed'")
        database.commit()
        path = backed_up(workspace)
    finally:
        database.close()
    archive.read(path, tmp_path / "into")
    with sqlite3.connect(tmp_path / "into" / "data" / "imports.sqlite") as copy:
        assert copy.execute("select mapping from imports").fetchall() == [("changed",)]


def test_a_damaged_ledger_or_raw_is_named_and_nothing_is_saved(workspace):
    ledger = workspace.data_dir / "imports.sqlite"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    outcome = workspace.run("backup")
    assert outcome.exit_code in (1, 2)
    assert "imports.sqlite" in outcome.errors
    ledger.write_bytes(whole)
    database = workspace.data_dir / "raw.duckdb"
    database.write_bytes(database.read_bytes()[:10_000])
    outcome = workspace.run("backup")
    assert outcome.exit_code == 1
    assert "`make recover`" in outcome.errors
    assert Paths(workspace.data_dir).copies() == [
        path for path in Paths(workspace.data_dir).copies() if path.suffixes[-2:] == [".tar", ".gz"]
    ]


@pytest.fixture
def project(tmp_path) -> Path:
    """A project folder of an operator: configuration, senders elsewhere, and `.env`."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT_DIR / "config", folder / "config")
    (folder / "config" / "settings.yaml").write_text("acceptance_window_days: 10\n")
    (folder / "senders.yaml").write_text("accounts: []\n")
    (folder / ".env").write_text(
        "HEYREACH_API_KEY=SENTINEL-KEY\nSMTP_PASSWORD=SENTINEL-PASSWORD\nSMTP_USERNAME=ops@example.com\n"
        "SMTP_HOST=localhost\nALERT_EMAIL_TO=me@example.com\nACCOUNT_METADATA_PATH=senders.yaml\n"
        "DEFAULT_LOOKBACK_DAYS='60'\nOUTBOUND_DATA_DIR=data\n"
    )
    (folder / ".env").chmod(0o600)
    return folder


@pytest.mark.parametrize("with_secrets", [False, True])
def test_configuration_comes_back_and_keys_only_when_asked_for(project, tmp_path, with_secrets):
    opened = load_workspace(project, {})
    (opened.data_dir / "journal").mkdir(parents=True)
    (opened.data_dir / "journal" / "runs.jsonl").write_text('{"a": 1}\n')
    with everything(opened.folder, "restore"):
        saved = save.save(opened, None, with_secrets=with_secrets)
    archive.read(saved.path, tmp_path / "into")
    held = b"".join(tree(tmp_path / "into").values())
    for secret in (b"SENTINEL-KEY", b"SENTINEL-PASSWORD"):
        assert (secret in held) == with_secrets
    # Into a fresh clone: what it ships and the operator changed is laid beside, what it lacks put in place.
    clone = tmp_path / "clone"
    shutil.copytree(PROJECT_DIR / "config", clone / "config")
    fresh = load_workspace(clone, {"HEYREACH_API_KEY": "k", "ACCOUNT_METADATA_PATH": "senders.yaml"})
    said: list[str] = []
    place = restore.place(fresh, is_demo=False)
    fresh.data_dir.mkdir()
    restore.prepare(fresh, saved.path, place, force=False, say=said.append)
    restore.finish(place, said.append)
    shipped = (PROJECT_DIR / "config" / "settings.yaml").read_text()
    assert (clone / "config" / "settings.yaml").read_text() == shipped
    beside = fresh.data_dir / "from-backup" / "settings.yaml"
    assert beside.read_text() == "acceptance_window_days: 10\n"
    assert any(str(beside) in line for line in said)
    assert (clone / "senders.yaml").read_text() == "accounts: []\n"
    assert (clone / ".env").stat().st_mode & 0o777 == 0o600
    blank = {"SMTP_HOST": "", "SMTP_USERNAME": "", "SMTP_PASSWORD": "", "ALERT_EMAIL_TO": ""}
    back = load_workspace(clone, {} if with_secrets else {"HEYREACH_API_KEY": "k", **blank})
    assert ("# SMTP_PASSWORD is not in the backup" in (clone / ".env").read_text()) != with_secrets
    assert back.lookback_days == 60
    assert back.account_metadata_path == clone / "senders.yaml"
    # By force it takes the place of the other one, which is kept.
    restore.prepare(fresh, saved.path, place, force=True, say=said.append)
    restore.finish(place, said.append)
    assert load_workspace(clone, blank).analytics.acceptance_window_days == 10
    [kept] = (clone / "config").glob("settings.yaml.replaced-*")
    assert kept.read_text() == shipped


def test_old_backups_are_purged_and_the_newest_is_kept(workspace):
    folder = workspace.data_dir / "backups"
    folder.mkdir(exist_ok=True)
    long_ago = datetime.now(UTC).timestamp() - 100 * 86_400
    for name in ("backup-7-2025.tar.gz", "backup-7-2026.tar.gz", "replaced-2025"):
        (folder / name).mkdir() if "replaced" in name else (folder / name).touch()
        os.utime(folder / name, (long_ago, long_ago + ("2026" in name)))
    opened = load_workspace(PROJECT_DIR, {"OUTBOUND_DATA_DIR": str(workspace.data_dir),
        **workspace.environment})  # fmt: skip
    opened = replace(opened, retention=RetentionSettings(keep_backups_days=90))
    old = purge.find(opened, workspace.warehouse, datetime.now(UTC)).paths["backups"]
    assert {path.name for path in old} >= {"backup-7-2025.tar.gz", "replaced-2025"}


def test_the_demo_is_saved_and_comes_back_as_the_demo(demo, tmp_path):
    workspace, _ = demo
    shutil.copytree(workspace.data_dir, tmp_path / "data")
    copy = Workspace(tmp_path / "data", {})
    outcome = copy.run("backup")
    assert outcome.exit_code == 0, outcome.errors
    [path] = (tmp_path / "data" / "demo" / "backups").iterdir()
    assert "(demo data)" in outcome.printed
    # Also where a key is set: it is the demo's, and stays apart from the real data.
    new = Workspace(tmp_path / "new", {"HEYREACH_API_KEY": "k"})
    assert "(demo data)" in restored(new, path).printed
    assert (tmp_path / "new" / "demo" / "raw.duckdb").exists()
    assert not (tmp_path / "new" / "raw.duckdb").exists()


def test_without_a_file_the_backups_that_are_there_are_named(built, backup):
    outcome = built.run("restore")
    assert outcome.exit_code == 2
    assert str(backup) in outcome.errors
