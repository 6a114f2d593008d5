"""A stop is a stop, whatever the library that met the signal calls it."""

import os
import signal

import duckdb
import pytest

from extract.workspace.runs import RunRecord
from extract.workspace.stop import Stopped, stop_behind, stoppable
from tests.signals import sent_soon

# Of small tables: DuckDB hears no signal while it fills a large one, nor while a thread of its own works.
ALONE = {"threads": 1}
ENDLESS = """
    select count(*) from range(100000) a, range(100000) b, range(100000) c
    where a.range % 7 = (b.range + c.range) % 11
"""


@pytest.fixture
def patient(monkeypatch):
    """The process that runs the tests is not to be ended when a block took long."""
    monkeypatch.setattr("extract.workspace.stop.STOP_SECONDS", 3600)


@pytest.mark.usefixtures("patient")
def test_a_stop_in_the_middle_of_a_query_is_recorded_as_a_stop(tmp_path):
    record = RunRecord(tmp_path / "runs.jsonl", "daily")
    with pytest.raises(Stopped), stoppable(), record as run, run.step("build"), sent_soon(signal.SIGTERM):
        duckdb.connect(config=ALONE).execute(ENDLESS)
    last = (tmp_path / "runs.jsonl").read_text().splitlines()[-1]
    assert '"outcome": "stopped"' in last or '"outcome":"stopped"' in last


def test_ctrl_c_in_the_middle_of_a_query_is_a_stop():
    with pytest.raises(KeyboardInterrupt), stoppable(), sent_soon(signal.SIGINT):
        duckdb.connect(config=ALONE).execute(ENDLESS)


@pytest.mark.usefixtures("patient")
def test_an_error_before_any_stop_and_one_in_a_later_block_stay_errors():
    assert stop_behind(ValueError("bad")) is None
    with pytest.raises(Stopped), stoppable():
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(ValueError, match="bad"), stoppable():
        raise ValueError("bad")
