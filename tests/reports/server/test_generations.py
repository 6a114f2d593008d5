"""The published file is replaced while it is read: an answer is of one file, and never of an old one."""

import contextlib
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import httpx
import pytest

from extract.people.profile_urls import parse_profile_urls
from extract.people.suppression import suppressions
from extract.privacy import files
from extract.workspace.lock import exclusive
from reports.server import generations
from reports.server.generations import Generations, NotPublishedError, TooSlowError
from reports.server.tables import tables
from tests.looking import look_at
from tests.serving import copied, serving, workspace_of


def replaced(workspace, change: str) -> None:
    """Publish a changed copy as a build does: whole, in one step."""
    beside = workspace.folder / "build.duckdb"
    shutil.copy(workspace.paths.published, beside)
    with duckdb.connect(str(beside)) as connection:
        connection.execute(change)
        connection.execute("force checkpoint")
    os.replace(beside, workspace.paths.published)


def held(path: Path) -> int:
    """How many open files of this process were a published warehouse that is gone by now."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            is_ours = str(path.parent) in os.readlink(each)
            found += is_ours and path.name in os.readlink(each) and each.stat().st_nlink == 0
    return found


def until(condition, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def test_a_new_file_is_answered_from_at_once(own):
    before = own.get("/api/campaigns")
    etag = before.headers["etag"]
    assert own.get("/api/campaigns", headers={"if-none-match": etag}).status_code == 304
    assert own.get("/api/campaigns", headers={"if-none-match": f'W/{etag}, "x"'}).status_code == 304
    replaced(own.workspace, "update marts.rpt_campaign_performance set sent = 4711")
    after = own.get("/api/campaigns", headers={"if-none-match": etag})
    assert after.status_code == 200
    assert after.headers["etag"] != etag
    assert {row["sent"] for row in after.json()["rows"]} == {4711}
    assert after.json()["generation"] != before.json()["generation"]


def test_a_replaced_file_is_let_go_though_nobody_asks(own):
    """It holds whoever was erased since."""
    own.get("/api/campaigns")
    replaced(own.workspace, "update marts.rpt_campaign_performance set sent = 1")
    assert until(lambda: held(own.workspace.paths.published) == 0)


def test_whoever_reads_keeps_the_file_that_they_began_with(demo, tmp_path):
    workspace = copied(demo[0].warehouse, tmp_path / "data")
    query = "select distinct sent from marts.rpt_campaign_performance"
    with Generations(workspace.paths.published, "500MB") as found, found.reading() as old:
        before = old.rows(query)
        replaced(workspace, "update marts.rpt_campaign_performance set sent = 4711")
        with found.reading() as new:
            assert new.rows(query) == [{"sent": 4711}]
            assert new.version != old.version
        assert old.rows(query) == before
        assert held(workspace.paths.published) >= 1
    assert until(lambda: held(workspace.paths.published) == 0)


def test_a_file_that_is_replaced_just_while_it_is_opened_is_opened_again(demo, tmp_path, monkeypatch):
    """Else what one file says goes by the version of another, and whoever has that is told that it holds."""
    workspace = copied(demo[0].warehouse, tmp_path / "data")
    opened, open_file = [], generations.open_published

    def open_late(*arguments):
        if not opened:
            replaced(workspace, "update marts.rpt_campaign_performance set sent = 4711")
        opened.append(open_file(*arguments))
        return opened[-1]

    monkeypatch.setattr(generations, "open_published", open_late)
    with Generations(workspace.paths.published, "500MB") as found, found.reading() as generation:
        assert generation.version == generations._version(workspace.paths.published)[0]
        assert generation.rows("select distinct sent from marts.rpt_campaign_performance") == [{"sent": 4711}]
    assert len(opened) == 2


def test_a_slow_query_is_stopped_and_others_go_on(demo, tmp_path, monkeypatch):
    monkeypatch.setattr(generations, "LONGEST_SECONDS", 0.5)
    workspace = copied(demo[0].warehouse, tmp_path / "data")
    with Generations(workspace.paths.published, "500MB") as found, found.reading() as generation:
        began = time.monotonic()
        with pytest.raises(TooSlowError):
            generation.rows(
                "select count(*) from range(10000000) a, range(1000000) b where a.range + b.range = 3"
            )
        assert time.monotonic() - began < 3
        assert generation.one("select 1 as one") == {"one": 1}


def test_without_a_warehouse_everything_says_what_to_do(tmp_path):
    workspace = workspace_of(tmp_path / "data")
    workspace.folder.mkdir(parents=True)
    with serving(workspace) as served:
        for path in ("/api/leads", "/api/ready", "/api/report", "/api/tables", "/api/leads/x"):
            answer = served.get(path)
            assert answer.status_code == 503, path
            assert "make run" in answer.json()["detail"]
            assert int(answer.headers["retry-after"]) > 0
        page = served.get("/")
        assert page.status_code == 503
        assert "<code>make run</code>" in page.text
        assert served.get("/api/health").status_code == 200
        assert served.get("/openapi.json").status_code == 200
        workspace.paths.published.write_bytes(b"no database")
        assert served.get("/api/leads").status_code == 503
        assert "make build" in served.get("/api/leads").json()["detail"]


def test_a_warehouse_of_an_earlier_release_says_what_makes_one_of_this(own):
    """It lacks a mart, or a column of one."""
    lead = own.json("/api/leads?limit=1")["rows"][0]["lead_id"]
    replaced(
        own.workspace,
        "drop view marts.prospect_priorities; drop table marts.rpt_bottleneck_leads; "
        "create or replace table marts.lead_names as select * exclude (first_name) from marts.lead_names; "
        "create or replace table marts.rpt_summary as select * exclude (is_demo) from marts.rpt_summary",
    )
    for path in (
        f"/api/leads/{lead}",
        f"/leads/{lead}",
        "/api/bottlenecks/1/leads",
        "/api/people",
        "/api/ready",
    ):
        answer = own.get(path)
        assert answer.status_code == 503, path
        assert "make build" in answer.text
        assert int(answer.headers["retry-after"]) > 0
    assert own.get("/api/campaigns").status_code == 200


def test_a_warehouse_that_goes_away_is_said(own):
    assert own.get("/api/leads").status_code == 200
    own.workspace.paths.published.unlink()
    assert own.get("/api/leads").status_code == 503
    with pytest.raises(NotPublishedError), own.site.generations.reading():
        pass


def test_a_damaged_warehouse_is_said_also_to_whoever_asks_for_something(own):
    lead_id = own.json("/api/people?limit=1")["rows"][0]["lead_id"]
    own.workspace.paths.published.write_bytes(b"x" * 5000)
    for answer in (own.get("/api/leads"), own.post(f"/api/leads/{lead_id}/watch")):
        assert (answer.status_code, "`make build` makes" in answer.json()["detail"]) == (503, True)


def test_whoever_was_erased_a_second_ago_is_nowhere(own):
    """The warehouse is built without them only later; until then nothing shows them."""
    row = own.json("/api/leads?limit=1")["rows"][0]
    etag = own.get("/api/leads").headers["etag"]
    [parsed] = parse_profile_urls([row["profile_url"]])
    suppressions(own.workspace).add([parsed.key], on=datetime.now(UTC).date())
    assert own.get(f"/api/leads/{row['lead_id']}").status_code == 404
    assert own.get(f"/leads/{row['lead_id']}").status_code == 404
    again = own.get("/api/leads?limit=500", headers={"if-none-match": etag})
    assert again.status_code == 200
    for path in ("/api/leads?limit=500", "/leads", "/api/people.csv?limit=100000", "/api/leads.csv"):
        text = own.get(path).text
        assert row["lead_id"] not in text
        assert row["profile_url"] not in text


def test_nobody_who_was_erased_is_in_any_list(own):
    """Everybody is, so that nobody is on the next page, either."""
    with look_at(own.workspace.paths.published) as connection:
        people = dict(
            connection.execute(
                "select lead_id, normalized_profile_url from marts.heyreach_leads "
                "where normalized_profile_url is not null"
            ).fetchall()
        )
    with own.site.generations.reading() as generation:
        names = [
            name
            for name, listing in tables().items()
            if {"lead_id", "profile_url"} & generation.columns[name].keys() or listing.names_people
        ]

    def about_people(name: str) -> list[dict]:
        rows = own.json(f"/api/tables/{name}?limit=500")["rows"]
        return [
            row for row in rows if row.get("lead_id") in people or "/in/" in (row.get("profile_url") or "")
        ]

    assert len([name for name in names if about_people(name)]) >= 8
    suppressions(own.workspace).add(people.values(), on=datetime.now(UTC).date())
    assert [name for name in names if about_people(name)] == []


def test_whoever_is_erased_while_a_job_about_them_waits_is_gone(own):
    row = own.json("/api/leads?limit=1")["rows"][0]
    [parsed] = parse_profile_urls([row["profile_url"]])
    path = own.workspace.paths.job_ledger
    # Somebody else's job, so that theirs waits.
    with exclusive(own.workspace.folder, "job", job="a test"), ThreadPoolExecutor(1) as asking:
        asked = asking.submit(own.post, f"/api/leads/{row['lead_id']}/enrich?wait=30")
        assert until(lambda: path.exists() and own.json("/api/jobs")["rows"])
        people = suppressions(own.workspace)
        people.add([parsed.key], on=datetime.now(UTC).date())
        files.sweep_sqlite(files.Sweep(people, set(), set()), path)
        answer = asked.result(20)
    assert answer.status_code == 404
    assert "erased" in answer.json()["detail"]
    assert own.json("/api/jobs")["rows"] == []


def test_many_readers_over_many_files_see_each_whole(demo, tmp_path):
    """Every answer is of one file: its figures agree with each other, and none is older than the newest file
    that stood there two seconds before."""
    workspace = copied(demo[0].warehouse, tmp_path / "data")
    files = []
    for number in range(4):
        replaced(workspace, f"update marts.rpt_campaign_performance set sent = {number}, accepted = {number}")
        files.append(shutil.copy(workspace.paths.published, tmp_path / f"{number}.duckdb"))
    swaps: list[tuple[float, int]] = [(0.0, 3)]
    wrong: list[str] = []
    is_over = threading.Event()

    def ask(served) -> None:
        with httpx.Client(base_url=served.base, headers=served.client.headers) as client:
            while not is_over.is_set():
                began = time.monotonic()
                found = {
                    (row["sent"], row["accepted"]) for row in client.get("/api/campaigns").json()["rows"]
                }
                ended = time.monotonic()
                newest = [number for at, number in swaps if at < began - 2][-1]
                since = [number for at, number in swaps if began - 2 <= at <= ended]
                if len(found) != 1 or len(set(*found)) != 1:
                    wrong.append(f"torn: {found}")
                elif next(iter(found))[0] not in (newest, *since):
                    wrong.append(f"stale: {found} and not {newest} or {since}")

    with serving(workspace) as served:
        threads = [threading.Thread(target=ask, args=(served,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for round_number in range(12):
            number = round_number % 4
            beside = shutil.copy(files[number], workspace.folder / "build.duckdb")
            os.replace(beside, workspace.paths.published)
            swaps.append((time.monotonic(), number))
            time.sleep(0.15)
        is_over.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_the_first_page_of_an_earlier_releases_file_is_made_for_all_who_ask_at_once(own):
    expected = own.get("/").text
    replaced(own.workspace, "drop schema served cascade")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: own.get("/"), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.text for answer in answers} == {expected}
