"""What a newer release wrote is refused by name and left as it was; what an older one wrote opens."""

import sqlite3
from pathlib import Path

import duckdb
import pytest

from extract import raw
from extract.acting.ledger import ActLedger
from extract.enrichment.ledger import EnrichmentLedger
from extract.importer.ledger import Ledger
from extract.outreach.plan_ledger import PlanLedger
from extract.raw.landing import Landing, finished_folders
from extract.workspace import journal, versions
from reports.server.job_ledger import JobLedger

LEDGERS = {
    "import ledger": Ledger,
    "enrichment ledger": EnrichmentLedger,
    "ledger of acts": ActLedger,
    "ledger of plans": PlanLedger,
    "ledger of jobs": JobLedger,
}


@pytest.mark.parametrize("kind", LEDGERS)
def test_a_ledger_of_before_versions_opens_and_has_one_then(kind, tmp_path):
    path = tmp_path / "ledger.sqlite"
    with LEDGERS[kind](path):
        pass
    set_version(path, 0)
    with LEDGERS[kind](path):
        pass
    with sqlite3.connect(path) as database:
        assert database.execute("pragma user_version").fetchone() == (versions.KNOWN[kind],)


@pytest.mark.parametrize("kind", LEDGERS)
def test_a_ledger_of_a_newer_release_is_refused_and_left_alone(kind, tmp_path):
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("create table of_the_future (a integer)")
    set_version(path, 9)
    before = path.read_bytes()
    with pytest.raises(versions.NewerError, match=rf"ledger\.sqlite has version 9 of the {kind}.*up to 1: "):
        LEDGERS[kind](path)
    assert path.read_bytes() == before


def set_version(path: Path, number: int) -> None:
    with sqlite3.connect(path) as database:
        database.execute(f"pragma user_version = {number}")


def test_a_raw_database_of_before_versions_opens_and_has_one_then(tmp_path):
    path = tmp_path / "raw.duckdb"
    raw.initialize(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table heyreach.schema_version")
    with raw.connect(path, read_only=True) as connection:
        assert raw.pull_times(connection) is None
    for _ in range(2):
        raw.initialize(path)
        with raw.connect(path, read_only=True) as connection:
            assert connection.execute("select version from heyreach.schema_version").fetchall() == [(1,)]


def test_a_raw_database_of_a_newer_release_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "raw.duckdb"
    raw.initialize(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update heyreach.schema_version set version = 2")
    before = path.read_bytes()
    with pytest.raises(versions.NewerError, match=r"raw\.duckdb has version 2 of the raw database"):
        raw.initialize(path)
    assert path.read_bytes() == before


def test_journals_and_landing_folders_have_a_version_and_are_refused_by_it(tmp_path):
    path, landing = tmp_path / "journal" / "runs.jsonl", tmp_path / "landing"
    journal.append(path, {"a": 1})
    with Landing(landing) as landed:
        landed.write("lists", {"list_id": "1"})
    assert (path.parent / "version").read_text() == "1\n"
    assert (landing / "version").read_text() == "2\n"
    assert [folder.name for folder in finished_folders(landing)] == [landed.landing_id]
    (path.parent / "version").write_text("2\n")
    (landing / "version").write_text("3\n")
    for act in (lambda: journal.rows(path), lambda: journal.append(path, {"a": 2})):
        with pytest.raises(versions.NewerError, match="journal has version 2 of the journals"):
            act()
    for act in (lambda: finished_folders(landing), lambda: Landing(landing).__enter__()):
        with pytest.raises(versions.NewerError, match="landing has version 3 of the landing folders"):
            act()
    assert path.read_bytes() == b'{"a":1}\n'
    assert len(list(landing.iterdir())) == 2


def test_folders_of_before_versions_are_read(tmp_path):
    path = tmp_path / "journal" / "runs.jsonl"
    path.parent.mkdir()
    path.write_text('{"a": 1}\n')
    assert journal.rows(path) == [{"a": 1}]
    (tmp_path / "landing" / "20260101T000000000000-aa").mkdir(parents=True)
    assert len(finished_folders(tmp_path / "landing")) == 1


def test_a_version_that_is_no_number_is_named(tmp_path):
    (tmp_path / "version").write_text("")
    with pytest.raises(versions.ConfigurationError, match="holds no version number"):
        journal.rows(tmp_path / "runs.jsonl")
