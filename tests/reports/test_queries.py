import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from extract.errors import ConfigurationError
from reports.queries import open_published, read_report
from tests.reports.report_rows import publish, segment, summary

PROJECT = Path(__file__).parents[2]


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
    ],
)
def test_the_connection_only_reads_this_file(statement: str, full: Path, tmp_path: Path):
    (tmp_path / "secret.txt").write_text("secret")
    before = full.read_bytes()
    with open_published(full) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path)).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.txt", "warehouse.duckdb"]
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
from reports.queries import open_published
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


def test_rows_are_sorted_for_reading(full: Path):
    with open_published(full) as connection:
        sections = read_report(connection)["sections"]
    assert [line["severity"] for line in sections["first"]["health"]] == ["note"]
    assert [stage["stage_order"] for stage in sections["funnel"]] == [1, 2, 3, 4, 5]
    assert [row["label"] for row in sections["by_account"]] == [
        "Milo",
        "Dana",
        "AI Sarah",
        "Account 50004",
        "Nora",
    ]
    assert [row["segment"] for row in sections["by_source"]] == ["clay", "zoominfo", "unknown"]


def test_keywords_are_the_twenty_largest_and_the_twenty_worst(tmp_path: Path):
    judged = [
        segment(
            "keyword",
            f"judged{n:02}",
            sent=100 + n,
            mature_sent=100,
            mature_accepted=24 - n,
            verdict="no_evidence",
            detectable_difference=0.1,
            eb_rate=n / 100,
        )
        for n in range(25)
    ]
    too_few = [segment("keyword", f"few{n}", sent=500, mature_sent=9) for n in range(3)]
    database = publish(
        tmp_path / "warehouse.duckdb",
        {"rpt_summary": [summary()], "rpt_segment_performance": judged + too_few},
    )
    with open_published(database) as connection:
        keywords = read_report(connection)["sections"]["by_keyword"]
    assert [row["segment"] for row in keywords["top"]] == ["few0", "few1", "few2"] + [
        f"judged{n:02}" for n in range(24, 7, -1)
    ]
    assert [row["segment"] for row in keywords["worst"]] == [f"judged{n:02}" for n in range(20)]


def test_what_is_no_number_is_nothing(tmp_path: Path):
    rows = {
        "rpt_summary": [summary(attribution_coverage=float("nan"))],
        "rpt_segment_performance": [segment("icp", "sre") | {"ci_high": float("inf")}],
    }
    with open_published(publish(tmp_path / "warehouse.duckdb", rows)) as connection:
        report = read_report(connection)
    assert report["totals"]["attribution_coverage"] is None
    assert report["sections"]["by_icp"][0]["ci_high"] is None


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
