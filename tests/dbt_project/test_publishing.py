"""A build becomes the published warehouse in one step: readers see the old file or the new one, whole."""

import os
from pathlib import Path

import pytest

from dbt_project import warehouse

OLD, NEW = b"old" * 1000, b"new" * 2000


@pytest.fixture
def paths(tmp_path: Path) -> warehouse.Files:
    """A published file, and a build that is to replace it."""
    paths = warehouse.files(tmp_path)
    paths.published.write_bytes(OLD)
    paths.build.write_bytes(NEW)
    return paths


def test_who_has_the_published_file_open_keeps_what_it_opened(paths):
    with paths.published.open("rb") as reader:
        warehouse._publish(paths)
        assert reader.read() == OLD
    assert paths.published.read_bytes() == NEW
    assert not paths.build.exists()


def test_the_new_file_is_forced_to_disk_before_it_has_the_name_and_the_name_after_it(paths, monkeypatch):
    """A power cut leaves the old state or the new one."""
    build, folder = os.stat(paths.build).st_ino, os.stat(paths.published.parent).st_ino
    steps = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (steps.append(os.fstat(file).st_ino), sync(file)))
    monkeypatch.setattr(os, "replace", lambda *names: (steps.append("replace"), replace(*names)))
    warehouse._publish(paths)
    assert steps == [build, "replace", folder]


def test_what_a_crashed_writer_left_beside_the_old_file_does_not_meet_the_new_one(paths):
    log = paths.published.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"of the old file")
    warehouse._publish(paths)
    assert not log.exists()
