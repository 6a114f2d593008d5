"""Every night, unattended: the scheduled jobs, what they remember, and what must not stop them."""

import contextlib
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract import pipeline, raw
from extract.raw import snapshots
from extract.sandbox.process import running_sandbox
from extract.workspace import journal, lock
from extract.workspace.lock import exclusive
from extract.workspace.paths import Paths
from extract.workspace.runs import RunRecord
from extract.workspace.stop import STOP_SECONDS
from extract.workspace.variables import DEFAULTS
from extract.workspace.workspace import Workspace as Opened
from tests.compiled import instead_of_dbt
from tests.conftest import Workspace
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

COMMAND = (sys.executable, "-m", "reports.cli")


@pytest.fixture(scope="module")
def small():
    with running_sandbox(seed=5, leads=80, now=FIRST_PULL) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def built(small, compiled, tmp_path_factory):
    """A workspace after its first daily job."""
    workspace = workspace_on(small, tmp_path_factory.mktemp("built"))
    with instead_of_dbt(compiled):
        outcome = workspace.run("daily")
    assert outcome.exit_code == 0, outcome.errors
    return workspace


@pytest.fixture
def workspace(small, built, tmp_path):
    """A copy of it, to do with as a test likes."""
    shutil.copytree(built.data_dir, tmp_path / "data")
    yield workspace_on(small, tmp_path / "data")
    small.set_faults()
    small.set_clock(FIRST_PULL)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def one_line(errors: str) -> str:
    lines = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, errors
    assert "Traceback" not in errors
    return lines[0]


def environment(workspace: Workspace) -> dict[str, str]:
    blank = {name: "" for name in DEFAULTS}
    return {**os.environ, **blank, **workspace.environment, "OUTBOUND_DATA_DIR": str(workspace.data_dir)}


@contextlib.contextmanager
def held_for_writing(database: Path) -> Iterator[Callable[[], str]]:
    """Another program that has a database open for writing; yields a function that asks it for a count."""
    program = (
        "import duckdb, sys\nconnection = duckdb.connect(sys.argv[1])\nfor _ in sys.stdin:\n"
        "    print(connection.execute('select count(*) from marts.pipeline_runs').fetchone(), flush=True)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def counted() -> str:
        process.stdin.write("\n")
        process.stdin.flush()
        return process.stdout.readline()

    try:
        yield counted
    finally:
        process.communicate()


def events(workspace: Workspace) -> list[dict]:
    return journal.rows(Paths(workspace.data_dir).runs)


@pytest.mark.usefixtures("without_dbt")
def test_the_jobs_pull_report_and_remember_each_in_its_measure(small, workspace):
    """Two nights and a weekly job on the second: kinds of pulls, formats, runs, snapshots, health."""
    small.set_clock(FIRST_PULL + timedelta(days=1))
    small.log(reset=True)
    outcome = workspace.run("daily")
    assert outcome.exit_code == 0, outcome.errors
    assert set(outcome.reports) == {".json"}
    daily_calls = small.log(reset=True)["total"]

    small.set_clock(FIRST_PULL + timedelta(days=1, hours=1))
    with held_for_writing(workspace.warehouse) as counted:
        before = counted()
        outcome = workspace.run("weekly")
        assert outcome.exit_code == 0, outcome.errors
        assert counted() == before
    assert {".json", ".md"} <= set(outcome.reports)
    assert daily_calls < small.log()["total"]

    assert workspace.query(
        "select kind from staging.stg_operations__pulls where resource = 'pull' order by finished_at, pull_id"
    ) == [("full",), ("daily",), ("full",)]
    assert workspace.query("select job, outcome from marts.pipeline_runs order by started_at") == [
        ("daily", "succeeded"),
        ("daily", "succeeded"),
        ("weekly", "published"),
    ]
    [(seconds, parts, requests)] = workspace.query(
        """
        select seconds, extract_seconds + build_seconds + report_seconds, requests
        from marts.pipeline_runs order by started_at offset 1 limit 1
        """
    )
    assert 0 < parts <= seconds + 0.01
    assert requests == daily_calls - 1  # the question whether the key is valid belongs to no pull
    assert workspace.query(
        "select times_reported from marts.heyreach_analytics_snapshots order by snapshot_as_of"
    ) == [(1,), (1,), (1,)]
    [(sent, told)] = workspace.query(
        """
        select summary.sent, metrics.value
        from marts.rpt_summary as summary, marts.heyreach_analytics_snapshot_metrics as metrics
        where metrics.dimension = 'all' and metrics.metric = 'sent'
        order by metrics.snapshot_id in (
            select snapshot_id from marts.heyreach_analytics_snapshots where snapshot_as_of = summary.as_of
        ) desc
        limit 1
        """
    )
    assert sent == told > 0
    [(line,)] = workspace.query("select message from marts.rpt_health where topic = 'runs'")
    assert line.startswith("The last run that succeeded before this one ended 20")
    assert line.endswith("(daily).")
    report = json.loads(outcome.reports[".json"].read_text())
    assert [row["sent"] for row in report["sections"]["trend"]] == [sent]


@pytest.mark.usefixtures("without_dbt")
def test_a_failed_job_still_reports_the_last_good_warehouse_and_says_so(workspace):
    before = digest(workspace.warehouse)
    outcome = workspace.run("daily", HEYREACH_API_KEY="wrong")
    assert outcome.exit_code == 4
    assert "HEYREACH_API_KEY" in one_line(outcome.errors)
    assert digest(workspace.warehouse) == before
    first = json.loads(outcome.reports[".json"].read_text())["sections"]["first"]["health"]
    (line,) = (line for line in first if line["topic"] == "runs")
    assert line["severity"] == "blind"
    assert "failed in extract (HeyReach refuses the key" in line["message"] or "extract (" in line["message"]
    assert "key" in line["message"]
    end = events(workspace)[-1]
    assert (end["outcome"], end["step"], end["exit_code"]) == ("failed", "extract", 4)


@pytest.mark.usefixtures("without_dbt")
def test_old_figures_are_said_to_be_old(workspace):
    """The record says that nothing came in for two days; whoever builds then must be told."""
    path = Paths(workspace.data_dir).runs
    text = path.read_text()
    for row in journal.rows(path):
        earlier = datetime.fromisoformat(row["happened_at"]) - timedelta(days=2)
        text = text.replace(row["happened_at"], earlier.isoformat())
    path.write_text(text)
    with duckdb.connect(str(workspace.data_dir / "raw.duckdb")) as connection:
        connection.execute("delete from heyreach.pipeline_run_events")
    outcome = workspace.run("report", "--since", "2026-01-01", "--format", "json")
    assert outcome.exit_code == 0, outcome.errors
    first = json.loads(outcome.reports[".json"].read_text())["sections"]["first"]["health"]
    (line,) = (line for line in first if line["topic"] == "stale")
    assert line["severity"] == "blind"
    assert line["affected"] in (48, 49)


def test_sundays_second_job_waits_and_finds_the_work_done(small, workspace, monkeypatch):
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.05)
    held = threading.Event()

    def weekly() -> None:
        with (
            exclusive(workspace.data_dir),
            RunRecord(Paths(workspace.data_dir).runs, "weekly"),
        ):
            held.set()
            time.sleep(1.5)

    other = threading.Thread(target=weekly)
    other.start()
    assert held.wait(10)
    small.log(reset=True)
    before = digest(workspace.warehouse)
    outcome = workspace.run("daily", "--wait", "5")
    other.join()
    assert outcome.exit_code == 0, outcome.errors
    assert "waiting for it to end" in outcome.errors
    assert "nothing to do" in outcome.errors
    assert small.log()["total"] == 0
    assert digest(workspace.warehouse) == before


def test_a_job_that_does_not_wait_is_turned_away_without_a_request(small, workspace):
    small.log(reset=True)
    with exclusive(workspace.data_dir):
        outcome = workspace.run("daily")
    assert outcome.exit_code == 75
    assert small.log()["total"] == 0


def test_a_daily_pull_becomes_a_full_one_when_the_last_is_too_old(workspace, tmp_path):
    opened = Opened(
        project_dir=workspace.data_dir,
        **{name: None for name in ("api_key", "base_url", "requests_per_minute", "account_metadata_path")},
        lookback_days=30,
        as_of=None,
        data_dir=workspace.data_dir / "..",
    )
    (tmp_path / "demo").symlink_to(workspace.data_dir)
    assert pipeline._kind_due(opened, "daily", FIRST_PULL + timedelta(days=7)) == "daily"
    assert pipeline._kind_due(opened, "daily", FIRST_PULL + timedelta(days=9)) == "full"
    assert pipeline._kind_due(opened, "light", FIRST_PULL + timedelta(days=9)) == "light"


def test_a_snapshot_is_kept_once_and_also_after_a_kill_before_it_was_landed(workspace):
    path = Paths(workspace.data_dir).snapshots
    (kept,) = journal.rows(path)
    snapshots.keep(workspace.warehouse, path)
    assert journal.rows(path) == [kept]
    path.unlink()  # killed between publishing and keeping
    snapshots.keep(workspace.warehouse, path)
    assert journal.rows(path) == [kept]


@pytest.mark.usefixtures("without_dbt")
def test_damaged_databases_are_named_set_aside_and_made_anew(workspace):
    """Raw and published both: the numbers and the snapshots come back from the files beside them."""
    numbers = "select * exclude (as_of) from marts.rpt_segment_performance order by all"
    before = workspace.query(numbers)
    raw_path = workspace.data_dir / "raw.duckdb"
    os.truncate(raw_path, raw_path.stat().st_size // 2)
    untouched = digest(workspace.warehouse)
    for step in ("daily", "build"):
        outcome = workspace.run(step)
        assert outcome.exit_code == 1
        assert "raw.duckdb is damaged" in one_line(outcome.errors)
        assert "make recover" in outcome.errors
    assert digest(workspace.warehouse) == untouched

    (workspace.data_dir / "build.duckdb").write_bytes(b"rubbish")
    (workspace.data_dir / "build.duckdb.wal").write_bytes(b"rubbish")
    workspace.warehouse.write_bytes(workspace.warehouse.read_bytes()[:100_000])
    outcome = workspace.run("report")
    assert outcome.exit_code == 2
    assert "make build" in one_line(outcome.errors)

    outcome = workspace.run("recover")
    assert outcome.exit_code == 0, outcome.errors
    outcome = workspace.run("build")
    assert outcome.exit_code == 0, outcome.errors
    assert "the published warehouse was damaged, and is kept as" in outcome.errors
    assert workspace.query(numbers) == before
    # The same as-of and period, reported a second time: one row, which knows of both.
    assert workspace.query("select times_reported from marts.heyreach_analytics_snapshots") == [(2,)]
    assert workspace.query(
        "select job, outcome from marts.pipeline_runs where outcome <> 'succeeded' order by started_at"
    ) == [("daily", "failed"), ("build", "failed"), ("build", "published")]
    aside = sorted(path.name.split(".set-aside-")[0] for path in workspace.data_dir.glob("*.set-aside-*"))
    assert aside == ["raw", "warehouse"]


@contextlib.contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """A limit on file sizes stands for the disk: writes beyond it fail as they do on a full one."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize(
    ("limit", "strikes"),
    [(10_000, "extract"), (120_000, "build"), (5_000_000, "build")],
    ids=["while pulling", "in the first models", "at the end of the build"],
)
def test_a_full_disk_is_said_and_leaves_the_published_warehouse(
    small, workspace, compiled, capfd, limit, strikes
):
    """Where the models fail, dbt itself builds: it is dbt that has to say so."""
    small.set_clock(FIRST_PULL + timedelta(days=1))
    before = digest(workspace.warehouse)
    at_the_end = limit > 1_000_000
    with no_file_longer_than(limit), instead_of_dbt(compiled) if at_the_end else contextlib.nullcontext():
        outcome = workspace.run("daily")
    assert outcome.exit_code == 1
    assert "Traceback" not in capfd.readouterr().err
    line = one_line(outcome.errors)
    assert "The disk is full" in line
    assert str(workspace.data_dir) in line
    assert "MB are free" in line
    assert events(workspace)[-1]["step"] == strikes
    assert digest(workspace.warehouse) == before
    assert not (workspace.data_dir / "build.duckdb").exists()
    with raw.connect(workspace.data_dir / "raw.duckdb", read_only=True) as connection:
        assert raw.pull_times(connection).first
    if at_the_end:  # and works again when there is room
        with instead_of_dbt(compiled):
            assert workspace.run("build").exit_code == 0


def test_too_little_memory_is_said_and_leaves_the_published_warehouse(workspace):
    before = digest(workspace.warehouse)
    outcome = workspace.run("build", OUTBOUND_MEMORY_LIMIT="8MB")
    assert outcome.exit_code == 1
    assert "raise that in .env" in outcome.errors
    assert digest(workspace.warehouse) == before


# To the superuser nothing is closed, unless it gives up that power.
AS_ANYBODY = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
    if os.geteuid() == 0
    else ()
)


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="the superuser needs setpriv")
@pytest.mark.parametrize("folder", ["the data folder", "the report folder"])
def test_a_folder_that_can_not_be_written_to_is_named_before_anything_is_asked(small, tmp_path, folder):
    data_dir, output_dir = tmp_path / "data", tmp_path / "out"
    for path in (data_dir, output_dir):
        path.mkdir()
    closed = data_dir if folder == "the data folder" else output_dir
    closed.chmod(0o555)
    small.log(reset=True)
    outcome = subprocess.run(
        [*AS_ANYBODY, *COMMAND, "daily", "--output-dir", str(output_dir)],
        env=environment(workspace_on(small, data_dir)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 2, outcome.stderr
    line = one_line(outcome.stderr)
    assert folder[4:] in line
    assert str(closed) in line
    assert small.log()["total"] == 0


def test_a_report_folder_that_is_a_file_stops_the_run_before_it_asks(small, workspace, tmp_path):
    (tmp_path / "file").touch()
    small.log(reset=True)
    outcome = workspace.run("daily", "--output-dir", str(tmp_path / "file"))
    assert outcome.exit_code == 2
    assert "is a file, not a folder" in one_line(outcome.errors)
    assert small.log()["total"] == 0


@pytest.mark.parametrize(
    ("step", "sign_of_work"),
    [("extract", "landing/.*.partial"), ("build", "raw.duckdb"), ("build", "build.duckdb")],
    ids=["extracting", "parsing", "building"],
)
def test_a_stopped_run_ends_soon_tidily_and_on_record(workspace, step, sign_of_work):
    """SIGTERM, as systemd sends it."""
    before = digest(workspace.warehouse)
    known = len(events(workspace))
    process = subprocess.Popen(
        [*COMMAND, "daily"],
        env=environment(workspace),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    awaited = known + (1 if step == "extract" else 2)
    while len(events(workspace)) < awaited and process.poll() is None:
        time.sleep(0.02)
    while not list(workspace.data_dir.glob(sign_of_work)) and process.poll() is None:
        time.sleep(0.02)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    seconds = time.monotonic() - began
    assert seconds < 2 * STOP_SECONDS
    assert process.returncode == 143, errors
    if seconds < STOP_SECONDS:  # else it was cut short, and the record will show it as killed
        assert errors.splitlines()[-1] == "stopped"
        end = events(workspace)[-1]
        assert (end["outcome"], end["exit_code"]) == ("stopped", 143)
        assert end["step"] in (step, None)  # None: between two steps
    assert digest(workspace.warehouse) == before
    assert list((workspace.data_dir / "landing").glob(".*.partial")) == []
    with exclusive(workspace.data_dir) as has_waited:
        assert not has_waited


def test_what_killed_runs_left_is_swept_by_the_next(workspace):
    left = [workspace.data_dir / ".dlt-dead", workspace.data_dir / ".period-dead"]
    for folder in left:
        folder.mkdir()
        (folder / "build.duckdb").touch()
    old, new = (workspace.data_dir / "reports" / f".connection_analytics_{n}.md.partial" for n in (1, 2))
    for partial in (old, new):
        partial.touch()
    yesterday = datetime.now(UTC).timestamp() - 86_400
    os.utime(old, (yesterday, yesterday))
    assert workspace.run("extract").exit_code == 0
    assert not any(folder.exists() for folder in left)
    assert (old.exists(), new.exists()) == (False, True)
