import json
import multiprocessing
import os
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.workspace.errors import ConfigurationError
from reports.document.formats import FORMATS
from reports.document.write import write_reports
from tests.reports.report_rows import EMPTY, publish

NAME = re.compile(r"connection_analytics_(\d{4}-\d{2}-\d{2}T\d{6})\.(md|json|html)")


def stamped(folder: Path) -> list[Path]:
    """The reports of a folder, but for the newest under the name that stays."""
    return sorted(path for path in folder.iterdir() if path.stem != "latest")


def test_formats():
    assert FORMATS == ("markdown", "json", "html")


def test_one_file_per_format_with_the_time_of_writing(full: Path, tmp_path: Path):
    before = datetime.now(UTC).replace(microsecond=0)
    paths = write_reports(full, tmp_path / "new" / "reports", ["markdown", "json"])
    stamps = {NAME.fullmatch(path.name)[1] for path in paths}
    assert [path.suffix for path in paths] == [".md", ".json"]
    assert stamped(tmp_path / "new" / "reports") == sorted(paths)
    (stamp,) = stamps
    written = datetime.strptime(stamp, "%Y-%m-%dT%H%M%S").replace(tzinfo=UTC)
    assert timedelta(0) <= written - before < timedelta(seconds=30)
    assert paths[0].read_text(encoding="utf-8").startswith("# Connection analytics, 1 to 31 January 2026\n")
    assert json.loads(paths[1].read_text(encoding="utf-8"))["totals"]["sent"] == 1204


def test_only_what_was_asked_for(full: Path, tmp_path: Path):
    (path,) = write_reports(full, tmp_path / "reports", ["json"])
    assert [path] == stamped(tmp_path / "reports")
    assert path.suffix == ".json"


def test_the_page_alone(full: Path, tmp_path: Path):
    (path,) = write_reports(full, tmp_path / "reports", ["html"])
    assert NAME.fullmatch(path.name)[2] == "html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>\n")


def test_reports_are_for_their_owner_only(full: Path, tmp_path: Path):
    write_reports(full, tmp_path / "reports", list(FORMATS))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "reports").iterdir()}
    assert len(modes) == 6
    assert set(modes.values()) == {0o600}


def test_the_newest_is_also_called_latest(full: Path, tmp_path: Path):
    folder = tmp_path / "reports"
    write_reports(full, folder, list(FORMATS))
    (folder / "latest.html").write_text("somebody opened it")
    with duckdb.connect(str(full)) as connection:
        connection.execute("update marts.rpt_summary set sent = 4711")
    page, document = write_reports(full, folder, ["html", "json"])
    assert (folder / "latest.html").read_bytes() == page.read_bytes()
    assert (folder / "latest.json").read_bytes() == document.read_bytes()
    assert "4,711" not in (folder / "latest.md").read_text(), "what was not written anew stays"
    assert [path for path in folder.iterdir() if path.name.startswith(".")] == []


def test_tables_lead_to_the_docs_from_wherever_the_page_is(full: Path, tmp_path: Path):
    docs = tmp_path / "data" / "docs" / "index.html"
    for folder, seen in (("data/reports", "../docs/"), ("my reports/x", "../../data/docs/")):
        (page,) = write_reports(full, tmp_path / folder, ["html"], docs=docs)
        assert f'<a href="{seen}index.html#!/model/model.outbound_warehouse.rpt_funnel">' in page.read_text()


def test_nothing_is_replaced(full: Path, tmp_path: Path):
    written = [path for _ in range(4) for path in write_reports(full, tmp_path / "reports", list(FORMATS))]
    assert len(set(written)) == 12
    assert stamped(tmp_path / "reports") == sorted(written)
    stamps = {NAME.fullmatch(path.name)[1] for path in written}
    assert len(stamps) == 4


def test_a_name_taken_in_one_format_is_taken_in_all(full: Path, tmp_path: Path):
    target = tmp_path / "elsewhere.txt"
    target.write_text("mine")
    now = datetime.now(UTC)
    taken = [
        tmp_path / f"connection_analytics_{now + timedelta(seconds=n):%Y-%m-%dT%H%M%S}.json" for n in range(5)
    ]
    for path in taken:
        path.symlink_to(target)
    markdown, document, page = write_reports(full, tmp_path, list(FORMATS))
    assert markdown.stem == document.stem == page.stem
    assert document not in taken
    assert target.read_text() == "mine"
    assert all(path.is_symlink() for path in taken)


def _write(database: Path, folder: Path, queue: multiprocessing.Queue) -> None:
    # Not the page: its JavaScript engine may be running in this process, and doesn't outlive a fork.
    queue.put([str(path) for path in write_reports(database, folder, ["markdown", "json"])])


def test_runs_at_the_same_time_get_names_of_their_own(full: Path, tmp_path: Path):
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    runs = [context.Process(target=_write, args=(full, tmp_path / "reports", queue)) for _ in range(6)]
    for run in runs:
        run.start()
    written = [path for _ in runs for path in queue.get(timeout=20)]
    for run in runs:
        run.join()
    assert len(set(written)) == 12
    assert list(map(str, stamped(tmp_path / "reports"))) == sorted(written)


@pytest.mark.parametrize(
    "name",
    ["file", "file/below", "x" * 300, "nul\0byte", "folder_not_writable/reports"],
    ids=["a_file", "below_a_file", "too_long", "nul", "not_writable"],
)
def test_a_folder_that_cannot_be_written_to_is_named(name: str, full: Path, tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder_not_writable").mkdir(mode=0o500)
    if name.startswith("folder") and os.access(tmp_path / "folder_not_writable", os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(ConfigurationError, match="Reports can't be written to") as caught:
        write_reports(full, tmp_path / name, list(FORMATS))
    assert repr(str(tmp_path / name)) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_warehouse_without_reporting_models_is_named(tmp_path: Path):
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts")
    with pytest.raises(ConfigurationError, match=r"holds no report.*rpt_summary.*make build"):
        write_reports(database, tmp_path / "reports", list(FORMATS))
    assert not (tmp_path / "reports").exists()


def test_an_empty_workspace_has_a_report(tmp_path: Path):
    database = publish(tmp_path / "warehouse.duckdb", EMPTY)
    markdown, document, page = write_reports(database, tmp_path / "reports", list(FORMATS))
    assert "No requests in this period" in markdown.read_text(encoding="utf-8")
    assert json.loads(document.read_text(encoding="utf-8"))["totals"]["accept_rate"] is None
    assert "No requests in this period" in page.read_text(encoding="utf-8")


def test_the_same_warehouse_gives_the_same_report(full: Path, tmp_path: Path):
    first, second = (write_reports(full, tmp_path / "reports", list(FORMATS)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
