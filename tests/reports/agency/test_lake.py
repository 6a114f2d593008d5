"""The lake holds one whole generation of each workspace, whatever is killed, and no id of anybody's."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import orjson
import pytest

from extract.raw import Origin
from extract.workspace.errors import ConfigurationError
from reports.agency import lake


def publish(path: Path, sent: int, *, column: str = "sent") -> Path:
    """A published warehouse as far as the lake needs one; as a build does it, whole and in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name("build.duckdb")
    beside.unlink(missing_ok=True)
    with duckdb.connect(str(beside)) as connection:
        connection.execute(
            "create schema staging; create schema lake;"
            "create table staging.stg_operations__run_parameters as select 'run' as run_id, "
            "timestamptz '2026-02-09 06:00:00+00' as as_of, false as is_demo, "
            "'https://a.example.com' as base_url;"
            f"create table lake.lake_workspaces as select {sent} as {column};"
            "create table lake.lake_segments as "
            f"select 'source' as dimension, 'clay' as segment, {sent} as sent;"
            f"create table lake.lake_senders as select '50104' as sender_key, {sent} as sent;"
            "create table lake.lake_bottlenecks as select 1 as rank, '40101' as subject_key where false"
        )
    os.replace(beside, path)
    return path


@pytest.fixture
def exported(tmp_path):
    def export(name: str, published: Path, workspace: str | None = "7001") -> lake.Manifest:
        origin = Origin("https://a.example.com", workspace)
        return lake.export(name, published, tmp_path / "lake", tmp_path / "keys", origin)

    return export


def read(tmp_path: Path, *names: str) -> dict[str, list[tuple]]:
    """All tables as the models over all see them."""
    database = tmp_path / "views.duckdb"
    lake.attach_views(database, tmp_path / "lake", lake.manifests(tmp_path / "lake", names))
    with duckdb.connect(str(database), read_only=True) as connection:
        return {table: connection.execute(f"from lake.{table}").fetchall() for table in lake.TABLES}


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "lake").rglob("*") if path.is_file())


def test_what_is_published_is_there_once_under_the_name_of_its_workspace(tmp_path, exported):
    north, south = (
        publish(tmp_path / "n" / "w.duckdb", 10),
        publish(tmp_path / "2024" / "w.duckdb", 20),
    )
    exported("north", north)
    exported("2024", south)
    seen = read(tmp_path, "north", "2024")
    assert seen["workspaces"] == [(10, "north"), (20, "2024")]
    assert seen["segments"] == [("source", "clay", 10, "north"), ("source", "clay", 20, "2024")]
    assert seen["bottlenecks"] == []


def test_the_same_file_is_exported_once_and_another_one_takes_its_place_whole(tmp_path, exported):
    published = publish(tmp_path / "w.duckdb", 10)
    first = exported("north", published)
    assert exported("north", published) == first
    publish(published, 11)
    second = exported("north", published)
    assert (first.generation, second.generation) == (1, 2)
    assert read(tmp_path, "north")["workspaces"] == [(11, "north")]
    assert files(tmp_path) == ["00000002.parquet"] * 4 + ["north.json"]


def test_killed_anywhere_it_is_the_old_generation_or_the_new_one(tmp_path, exported, monkeypatch):
    """Each thing that is done on disk in turn is the last one; whoever reads then sees one generation."""
    published = publish(tmp_path / "w.duckdb", 10)
    exported("north", published)
    shutil.copytree(tmp_path / "lake", tmp_path / "before")
    publish(published, 11)
    done = {"replace": os.replace, "unlink": Path.unlink}
    seen = set()
    for last in range(20):
        shutil.rmtree(tmp_path / "lake")
        shutil.copytree(tmp_path / "before", tmp_path / "lake")
        left = iter(range(last))

        def until(name, left=left):
            def call(*arguments, **options):
                if next(left, None) is None:
                    raise KeyboardInterrupt
                return done[name](*arguments, **options)

            return call

        monkeypatch.setattr(os, "replace", until("replace"))
        monkeypatch.setattr(Path, "unlink", until("unlink"))
        try:
            exported("north", published)
            is_whole = True
        except KeyboardInterrupt:
            is_whole = False
        monkeypatch.undo()
        rows = read(tmp_path, "north")
        sents = {rows["workspaces"][0][0], rows["segments"][0][2], rows["senders"][0][1]}
        assert len(sents) == 1
        seen |= sents
        exported("north", published)
        assert read(tmp_path, "north")["workspaces"] == [(11, "north")]
        assert len(files(tmp_path)) == 5
        if is_whole:
            break
    assert is_whole
    assert seen == {10, 11}


def test_no_id_can_be_found_again_in_another_workspace(tmp_path, exported):
    published = publish(tmp_path / "w.duckdb", 10)
    for name in ("north", "south"):
        exported(name, published)
    north, south = (row[0] for row in read(tmp_path, "north", "south")["senders"])
    assert north != south
    assert len(north) == len(south) == 32
    assert "50104" not in "".join(
        path.read_bytes().decode("latin1") for path in (tmp_path / "lake").rglob("*.parquet")
    )
    publish(published, 12)
    exported("north", published)
    assert read(tmp_path, "north")["senders"][0][0] == north
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_releases_of_a_fleet_may_be_one_apart_and_a_newer_one_is_named(tmp_path, exported, monkeypatch):
    exported("north", publish(tmp_path / "n.duckdb", 10))
    monkeypatch.setattr(lake, "SCHEMA_VERSION", 2)
    exported("south", publish(tmp_path / "s.duckdb", 20, column="asked"))
    assert read(tmp_path, "north", "south")["workspaces"] == [(10, None, "north"), (None, 20, "south")]
    monkeypatch.undo()
    with pytest.raises(
        ConfigurationError, match=r"south\.json has version 2 of the lake.*bring this program up"
    ):
        lake.read_manifest(tmp_path / "lake", "south")
    monkeypatch.setattr(lake, "OLDEST_READ", 2)
    monkeypatch.setattr(lake, "SCHEMA_VERSION", 2)
    assert [each.workspace_id for each in lake.manifests(tmp_path / "lake", ["north", "south"])] == ["south"]


def test_a_warehouse_of_an_earlier_release_is_named(tmp_path, exported):
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("create schema staging")
    with pytest.raises(ConfigurationError, match="earlier release"):
        exported("north", tmp_path / "old.duckdb")


def test_a_damaged_manifest_is_named(tmp_path, exported):
    exported("north", publish(tmp_path / "w.duckdb", 10))
    (tmp_path / "lake" / "manifests" / "north.json").write_text("{")
    with pytest.raises(ConfigurationError, match="is damaged: delete it"):
        exported("north", tmp_path / "w.duckdb")


def test_two_names_for_one_workspace_of_heyreach_have_one_origin(tmp_path, exported):
    published = publish(tmp_path / "w.duckdb", 1)
    ids = {"north": "7001", "again": "7001", "south": "7002"}
    one, again, other = (exported(name, published, each).origin for name, each in ids.items())
    assert one == again != other
    assert exported("new", published, None).origin == ""


def test_taken_out_nothing_of_a_workspace_is_left(tmp_path, exported):
    exported("north", publish(tmp_path / "w.duckdb", 10))
    lake.remove(tmp_path / "lake", "north")
    assert files(tmp_path) == []
    assert lake.manifests(tmp_path / "lake", ["north"]) == []


def test_a_manifest_is_plain_json(tmp_path, exported):
    manifest = exported("north", publish(tmp_path / "w.duckdb", 10))
    found = orjson.loads((tmp_path / "lake" / "manifests" / "north.json").read_bytes())
    assert found["rows"] == {"workspaces": 1, "segments": 1, "senders": 1, "bottlenecks": 0}
    assert found["as_of"] == "2026-02-09T06:00:00+00:00"
    assert replace(manifest, **found) == manifest
