"""Readers of the published warehouse only read, and each thing that keeps them to it holds alone."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from extract.workspace.errors import ConfigurationError
from reports import read_only
from reports.document.queries import read_report
from reports.read_only import StatementError, open_published, readable
from tests.end_to_end.test_operations import AS_ANYBODY
from tests.endurance.read_only_statements import KINDS, READS, WRAPPED, draw

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def connection(published_full: Path):
    with open_published(published_full) as connection:
        yield connection


@pytest.mark.parametrize(
    "text",
    [
        "explain analyze copy (select 42 as a) to 'x' (format csv)",
        "EXPLAIN (analyze, format json) copy (select 42) to 'x'",
        "explain/**/analyze -- a comment\n copy (select 42) to 'x'",
        "copy (pivot (select 1 as a) on a) to 'x'",
        "create temp table n as pivot (select 1 as a) on a",
        "select 1; copy (select 42) to 'x'; select 2",
        "call enable_logging(storage = 'file')",
        "select * from enable_logging(storage = 'file')",
        "select list_transform([1], x -> write_log('a'))",
        "pivot (select write_log('a') as a) on a",
        "with c as (from \"read_text\" /* a comment */ ('/etc/hostname')) from c",
        "explain analyze select * from query('select 1')",
        "pragma database_size",
        "begin",
        "set variable a = 1",
        "prepare a as select 1",
    ],
)
def test_a_statement_that_does_more_than_select_is_refused_before_any_runs(connection, text: str):
    with pytest.raises(StatementError):
        readable(connection, text)


def test_drawn_statements_are_judged_by_what_they_do(connection, published_full: Path):
    """`python -m tests.endurance.read_only_statements` carries thousands of them out."""
    refused = answered = 0
    for drawn in draw(7, len(KINDS) * len(WRAPPED), published_full):
        try:
            readable(connection, drawn.text)
        except StatementError:
            refused += 1
            assert drawn.kind not in READS, drawn
        except duckdb.Error:
            assert not drawn.only_selects, drawn
        else:
            answered += 1
            # DuckDB itself opens no file by its name alone, and some pragmas are a select from a catalog.
            assert drawn.kind in (*READS, "file", "function"), drawn
    assert refused > 100
    assert answered > 90


def test_every_function_with_effects_is_known():
    """Table functions are refused unless named; of the scalar ones a new release may bring more."""
    volatile = duckdb.sql(
        "select distinct function_name from duckdb_functions() where stability = 'VOLATILE'"
    ).fetchall()
    harmless = {"random", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "error", "stats"}
    harmless |= {"current_query", "current_query_id", "current_connection_id"}
    harmless |= {"current_transaction_id", "txid_current", "vector_type"}
    assert {name for (name,) in volatile} - harmless <= read_only.REFUSED_SCALARS


@pytest.mark.parametrize(
    "statement",
    [
        "create table stolen as select 1",
        "create table warehouse.marts.stolen as select 1",
        "delete from rpt_summary",
        "copy marts.rpt_summary to '{folder}/out.csv'",
        "select * from read_text('{folder}/secret.txt')",
        "attach '{folder}/other.duckdb'",
        "load httpfs",
        "install httpfs",
        "set enable_external_access = true",
        "set autoinstall_known_extensions = true",
        # The names of the file itself, which DuckDB permits to write to, and its folder for what it spills.
        "copy (select 42 as a) to '{folder}/warehouse.duckdb' (format csv, use_tmp_file false)",
        "explain analyze copy (select 42 as a) to 'warehouse.duckdb' (format csv, use_tmp_file false)",
        "copy (select 42 as a) to '{opened}' (format csv, use_tmp_file false)",
        "copy (select 42 as a) to '{opened}.wal' (format csv, use_tmp_file false)",
        "copy (select 42 as a, 1 as b) to '{opened}' (format csv, partition_by (b))",
        "copy (select 42 as a) to '.tmp/spilled.csv' (format csv)",
    ],
)
def test_the_connection_only_reads_this_file(statement: str, full: Path, tmp_path: Path, monkeypatch):
    """Past the judgement of statements, too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / ".tmp").mkdir()
    before = full.read_bytes()
    with open_published(full) as connection:
        (opened,) = connection.execute(
            "select path from duckdb_databases() where database_name = 'warehouse'"
        ).fetchone()
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(folder=tmp_path, opened=opened)).fetchall()
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".tmp", "secret.txt", "warehouse.duckdb"]
    assert full.read_bytes() == before


def test_readers_do_not_disturb_one_another(full: Path):
    with (
        duckdb.connect(str(full), read_only=True) as other,
        open_published(full) as first,
        open_published(full) as second,
    ):
        assert read_report(first) == read_report(second)
        other.execute("set TimeZone = 'Asia/Tokyo'")


def test_a_path_with_a_quote_is_a_path(full: Path, tmp_path: Path):
    quoted = full.rename(tmp_path / "it's here; select 1.duckdb")
    with open_published(quoted) as connection:
        assert read_report(connection)["totals"]["sent"] == 1204


def test_nothing_is_loaded_by_itself(full: Path):
    names = ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access")
    with open_published(full) as connection:
        for name in names:
            assert connection.execute(f"select current_setting('{name}')").fetchall() == [(False,)]


def test_times_are_utc_wherever_the_reader_is(full: Path):
    read = """
import sys
from pathlib import Path
from reports.read_only import open_published
print(open_published(Path(sys.argv[1])).sql("select since from rpt_summary"))
"""
    done = subprocess.run(
        [sys.executable, "-c", read, str(full)],
        env=os.environ | {"TZ": "America/New_York"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2026-01-01 00:00:00+00" in done.stdout


@pytest.mark.parametrize(
    "content", [None, b"not a database", b""], ids=["missing", "another_kind_of_file", "empty_file"]
)
def test_a_file_that_is_no_database_is_named(content: bytes | None, tmp_path: Path):
    database = tmp_path / "warehouse.duckdb"
    if content is not None:
        database.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"warehouse.duckdb can't be opened") as caught:
        open_published(database)
    assert "\n" not in str(caught.value)


def test_a_database_that_is_no_warehouse_is_named(tmp_path: Path):
    database = tmp_path / "raw.duckdb"
    duckdb.connect(str(database)).close()
    with pytest.raises(ConfigurationError, match=r"raw.duckdb is not a published warehouse.*make build"):
        open_published(database)


def test_a_disk_without_links_is_read_through_a_copy(full: Path, tmp_path: Path, monkeypatch):
    def without_links(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", without_links)
    with open_published(full) as connection:
        assert read_report(connection)["totals"]["sent"] == 1204
        assert os.listdir(tmp_path) == ["warehouse.duckdb"]


@pytest.mark.skipif(os.geteuid() == 0 and not AS_ANYBODY, reason="the superuser needs setpriv")
def test_a_folder_that_can_only_be_read_is_read(full: Path, tmp_path: Path):
    """Where neither folder nor file can be written to; a file that can be is named."""
    tmp_path.chmod(0o555)
    full.chmod(0o444)
    ask = "import sys; from pathlib import Path; from reports.prompt import answer; "
    ask += "print(answer(Path(sys.argv[1]), 'select sent from rpt_summary'))"

    def asked() -> subprocess.CompletedProcess[str]:
        command = [*AS_ANYBODY, sys.executable, "-c", ask, str(full)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)

    assert "1204" in asked().stdout
    full.chmod(0o666)
    assert f"{tmp_path} can't be written to" in asked().stderr
