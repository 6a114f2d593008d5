"""The record of runs and its journal: nothing a crash can do makes it lie."""

from datetime import UTC, datetime, timedelta

import pytest

from extract import raw
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import Paths
from extract.workspace.runs import RunRecord, is_done_since


@pytest.fixture
def path(tmp_path):
    return Paths(tmp_path).runs


def test_rows_come_back_in_order_and_the_file_is_private(path):
    for number in range(3):
        journal.append(path, {"number": number, "at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert [row["number"] for row in journal.rows(path)] == [0, 1, 2]
    assert journal.rows(path)[0]["at"] == "2026-01-01T00:00:00Z"
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_that_a_crash_cut_short_costs_nobody_else(path):
    journal.append(path, {"number": 1})
    with path.open("ab") as file:
        file.write(b'{"number": 2, "na')
    journal.append(path, {"number": 3})
    assert [row["number"] for row in journal.rows(path)] == [1, 3]


def test_a_journal_that_was_never_written_is_empty(path):
    assert journal.rows(path) == []


def test_a_run_records_its_steps_and_its_end(path):
    with RunRecord(path, "daily") as run:
        with run.step("extract") as facts:
            facts["requests"] = 7
        with run.step("build"):
            pass
    events = journal.rows(path)
    assert [row["event_number"] for row in events] == [1, 2, 3, 4]
    assert {row["run_id"] for row in events} == {run.run_id}
    assert [(row["event"], row.get("step")) for row in events] == [
        ("started", None),
        ("step", "extract"),
        ("step", "build"),
        ("finished", None),
    ]
    assert events[1]["requests"] == 7
    assert events[3]["outcome"] == "succeeded"


@pytest.mark.parametrize(
    ("error", "outcome", "exit_code", "text"),
    [
        (ConfigurationError("no such file:\n  add it"), "failed", 2, "no such file: add it"),
        (ValueError("odd"), "failed", 1, "ValueError odd"),
        (KeyboardInterrupt(), "stopped", 130, None),
    ],
)
def test_a_run_that_fails_says_where_and_why(path, error, outcome, exit_code, text):
    with (
        pytest.raises(type(error)),
        RunRecord(path, "daily") as run,
        run.step("build"),
    ):
        raise error
    end = journal.rows(path)[-1]
    assert (end["outcome"], end["step"], end["exit_code"], end["error"]) == (
        outcome,
        "build",
        exit_code,
        text,
    )


def test_a_disk_too_full_for_the_record_does_not_hide_the_reason(path):
    with pytest.raises(ValueError, match="the reason"), RunRecord(path, "daily"):
        path.unlink()
        path.mkdir()
        raise ValueError("the reason")


def test_a_job_that_waited_is_spared_only_by_a_later_success_that_covers_it(path):
    asked_at = datetime.now(UTC)
    with RunRecord(path, "daily"):
        pass
    assert is_done_since(path, "daily", asked_at)
    assert not is_done_since(path, "weekly", asked_at)
    assert not is_done_since(path, "daily", asked_at + timedelta(minutes=1))
    with pytest.raises(ValueError, match="odd"), RunRecord(path, "weekly"):
        raise ValueError("odd")
    assert not is_done_since(path, "weekly", asked_at)
    with RunRecord(path, "weekly"):
        pass
    assert is_done_since(path, "weekly", asked_at)
    assert not is_done_since(path, "run", asked_at)


def test_a_journal_enters_raw_once_however_often_it_is_landed(path, tmp_path):
    raw_path = tmp_path / "raw.duckdb"
    raw.initialize(raw_path)
    with RunRecord(path, "daily"):
        pass
    key = ("run_id", "event_number")
    for _ in range(2):
        raw.append_missing(raw_path, "pipeline_run_events", key, journal.rows(path))
    with RunRecord(path, "daily"):
        pass
    raw.append_missing(raw_path, "pipeline_run_events", key, journal.rows(path))
    with raw.connect(raw_path, read_only=True) as connection:
        rows = connection.execute(
            "select event, count(*) from heyreach.pipeline_run_events group by 1 order by 1"
        ).fetchall()
    assert rows == [("finished", 2), ("started", 2)]
