"""Landing folders and their way into raw: whole or invisible, repeatable, never half believed."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from extract import raw
from extract.raw.catch_up import load_landed
from extract.raw.landing import Landing, content_hash, finished_folders
from extract.raw.load import load
from extract.workspace.workspace import load_workspace

NOW = datetime(2026, 1, 1, 2, tzinfo=UTC)


def observation(account_id: str, name: str = "Ada") -> dict:
    row = {"id": int(account_id), "firstName": name}
    return {
        "account_id": account_id,
        "observed_at": NOW,
        "pull_id": "p1",
        "content_hash": content_hash(row),
        "payload": row,
    }


def pull(landing: Landing) -> dict:
    return {
        **dict.fromkeys(raw.TABLES["pulls"]),
        "pull_id": "p1",
        "landing_id": landing.landing_id,
        "kind": "full",
        "resource": "pull",
        "scope_id": "",
        "started_at": NOW,
        "finished_at": NOW,
        "is_complete": True,
        "base_url": "https://heyreach.example",
        "workspace_id": "1",
    }


@pytest.fixture
def raw_path(tmp_path):
    path = tmp_path / "raw.duckdb"
    raw.initialize(path)
    return path


def count(raw_path, table: str) -> int:
    with raw.connect(raw_path, read_only=True) as connection:
        return connection.execute(f"select count(*) from heyreach.{table}").fetchone()[0]


def land(tmp_path, *account_ids: str):
    with Landing(tmp_path / "landing") as landing:
        for account_id in account_ids:
            landing.write("sender_accounts", observation(account_id))
        landing.write("pulls", pull(landing))
    return finished_folders(tmp_path / "landing")


def test_a_landing_is_invisible_until_it_is_whole(tmp_path):
    with Landing(tmp_path / "landing") as landing:
        landing.write("sender_accounts", observation("1"))
        assert finished_folders(tmp_path / "landing") == []
    assert [folder.name for folder in finished_folders(tmp_path / "landing")] == [landing.landing_id]


def test_a_landing_becomes_visible_in_one_step(tmp_path):
    """It is the very folder that was written into: nothing of it is copied while it can be seen."""
    with Landing(tmp_path / "landing") as landing:
        landing.write("sender_accounts", observation("1"))
        hidden = {path.name: path.stat().st_ino for path in (tmp_path / "landing").rglob("*")}
    (folder,) = finished_folders(tmp_path / "landing")
    file = folder / "sender_accounts.jsonl"
    assert folder.stat().st_ino == hidden[f".{landing.landing_id}.partial"]
    assert file.stat().st_ino == hidden[file.name]


def test_a_landing_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), Landing(tmp_path / "landing") as landing:
        landing.write("sender_accounts", observation("1"))
        raise RuntimeError
    assert [path.name for path in (tmp_path / "landing").iterdir()] == ["version"]


def test_what_a_killed_session_left_is_swept_by_the_next(tmp_path):
    abandoned = tmp_path / "landing" / ".20260101T000000-dead.partial"
    abandoned.mkdir(parents=True)
    land(tmp_path, "1")
    assert not abandoned.exists()


def test_loading_keeps_the_payload_as_sent_and_lists_the_landing(tmp_path, raw_path):
    folders = land(tmp_path, "1", "2")
    load(folders, raw_path)
    with raw.connect(raw_path, read_only=True) as connection:
        rows = connection.execute(
            "select account_id, payload ->> '$.firstName', observed_at from heyreach.sender_accounts"
        ).fetchall()
        assert sorted(rows) == [("1", "Ada", NOW), ("2", "Ada", NOW)]
        assert raw.loaded_landings(connection) == {folders[0].name}
        assert raw.pull_times(connection) == raw.PullTimes(NOW, NOW, NOW, NOW)
        assert raw.origin(connection) == raw.Origin("https://heyreach.example", "1")
        assert raw.newest_hashes(connection, "sender_accounts")[()] == {
            "1": content_hash({"id": 1, "firstName": "Ada"}),
            "2": content_hash({"id": 2, "firstName": "Ada"}),
        }


def test_a_load_leaves_no_working_files(tmp_path, raw_path):
    load(land(tmp_path, "1"), raw_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["landing", "raw.duckdb"]


def test_what_a_killed_run_landed_is_loaded_by_the_next_once(tmp_path):
    workspace = load_workspace(Path(__file__).parents[3], {"OUTBOUND_DATA_DIR": str(tmp_path)})
    raw_path = workspace.paths.raw
    land(raw_path.parent, "1", "2")
    for _ in range(2):
        load_landed(workspace.paths)
        assert (count(raw_path, "sender_accounts"), count(raw_path, "pulls")) == (2, 1)


def test_a_load_that_is_cut_short_lists_no_pull(tmp_path, raw_path):
    (folder,) = land(tmp_path, "1")
    (folder / "sender_accounts.jsonl").write_text("rubbish")
    with pytest.raises(Exception, match="sender_accounts"):
        load([folder], raw_path)
    assert count(raw_path, "pulls") == 0


def test_a_second_load_of_the_same_landing_only_repeats_rows(tmp_path, raw_path):
    """At-least-once: staging takes the repeats out, see test_replayed_landings_change_no_number."""
    folders = land(tmp_path, "1")
    load(folders, raw_path)
    load(folders, raw_path)
    assert count(raw_path, "sender_accounts") == 2


def test_a_session_that_brought_no_change_still_records_its_pull(tmp_path, raw_path):
    load(land(tmp_path), raw_path)
    assert (count(raw_path, "sender_accounts"), count(raw_path, "pulls")) == (0, 1)


def test_cosmetics_do_not_make_a_row_new():
    row = {"id": 1, "firstName": "Ada", "linkedInUserProfile": {"headline": "SRE", "followers": 1}}
    same = {
        "linkedInUserProfile": {"followers": 99, "imageUrl": "x", "headline": "SRE"},
        "firstName": "Ada",
        "id": 1,
    }
    other = {**row, "linkedInUserProfile": {"headline": "SRE lead"}}
    assert content_hash(row) == content_hash(same)
    assert content_hash(row) != content_hash(other)


def test_a_raw_database_of_an_earlier_release_is_brought_up_to_date(tmp_path, raw_path):
    load(land(tmp_path, "1"), raw_path)
    with raw.connect(raw_path, read_only=False) as connection:
        connection.execute("drop table heyreach.pipeline_run_events")
        connection.execute("alter table heyreach.pulls drop column note")
    raw.initialize(raw_path)
    assert count(raw_path, "sender_accounts") == 1
    with raw.connect(raw_path, read_only=True) as connection:
        columns = connection.execute("select column_name from duckdb_columns() where table_name = 'pulls'")
        assert {name for (name,) in columns.fetchall()} >= set(raw.TABLES["pulls"])
        assert connection.execute("select note from heyreach.pulls").fetchall() == [(None,)]
    assert count(raw_path, "pipeline_run_events") == 0


def test_a_payload_stays_as_it_came(tmp_path, raw_path):
    """Not as DuckDB guesses from the first 20,480 lines: a record of their fields, its times written anew."""
    late = {"id": 1, "creationTime": "2026-01-05T09:30:00.1234567Z", "addedByHeyReach": [1.50, None]}
    early = {"id": 2, "creationTime": "2026-01-05T09:30:00Z"}
    with Landing(tmp_path / "landing") as landing:
        for _ in range(20_500):
            landing.write("sender_accounts", {**observation("2"), "payload": early})
        landing.write("sender_accounts", {**observation("1"), "payload": late})
        landing.write("sender_accounts", {**observation("3"), "payload": None})
        landing.write("pulls", pull(landing))
    load(finished_folders(tmp_path / "landing"), raw_path)
    with raw.connect(raw_path, read_only=True) as connection:
        found = connection.execute(
            "select distinct account_id, payload from heyreach.sender_accounts order by account_id"
        ).fetchall()
    as_sent = [("1", orjson.dumps(late).decode()), ("2", orjson.dumps(early).decode()), ("3", None)]
    assert found == as_sent


def test_a_load_that_fails_prints_nothing_of_its_own_and_tells_nobody(tmp_path, raw_path):
    """A limit on file sizes stands for a full disk, on which dlt can't keep its notes of a failure either."""
    land(tmp_path, "1")
    script = """
import resource, socket, sys
from pathlib import Path
asked = []
socket.getaddrinfo = lambda host, *_, **__: asked.append(host) or []
from extract.raw.load import load
from extract.raw.landing import finished_folders
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
try:
    load(finished_folders(Path(sys.argv[1])), Path(sys.argv[2]))
except Exception as error:
    print(error)
import dlt.common.runtime.telemetry as telemetry
telemetry.stop_telemetry()  # waits for what is still to be told
print(f"asked {asked}")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "landing"), str(raw_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert "File too large" in done.stdout
    assert done.stdout.endswith("asked []\n")
    assert done.stderr == ""
