"""A backup is believed only whole: cut, changed or strange ones are refused by name."""

import gzip
import io
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from extract.backup import archive
from extract.backup.archive import About, DamagedError
from extract.workspace.errors import ConfigurationError
from extract.workspace.versions import NewerError

ABOUT = About(1, datetime(2026, 2, 1, 3, tzinfo=UTC), "0.1.0", False, "https://api.example", "7", False)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A backup of three files, one of them large."""
    folder = tmp_path / "source"
    folder.mkdir()
    contents = {"a.jsonl": b'{"a": 1}\n', "empty": b"", "raw.duckdb": os.urandom(3_000_000)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
    path = tmp_path / "backups" / "b.tar.gz"
    archive.write(path, ABOUT, [(f"data/x/{path.name}", path) for path in sorted(folder.iterdir())])
    return path


def test_files_come_back_as_they_were_with_their_times_for_their_owner_only(saved, tmp_path):
    assert saved.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in saved.parent.iterdir()] == ["b.tar.gz"]
    assert archive.about(saved) == archive.read(saved, tmp_path / "into") == ABOUT
    for source in (tmp_path / "source").iterdir():
        copy = tmp_path / "into" / "data" / "x" / source.name
        assert copy.read_bytes() == source.read_bytes()
        assert copy.stat().st_mode & 0o777 == 0o600
        assert copy.stat().st_mtime_ns == 1_700_000_000_123_456_789
    assert (tmp_path / "into" / "data" / "x").stat().st_mtime_ns == 1_700_000_000_123_456_789


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.9999])
def test_one_that_was_cut_is_refused_by_name(saved, tmp_path, share):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DamagedError, match=r"b\.tar\.gz"):
        archive.read(saved, tmp_path / "into")


@pytest.mark.parametrize("place", [30, 1000, 1_500_000, -6])
def test_one_of_which_a_byte_was_changed_is_refused_by_name(saved, tmp_path, place):
    content = bytearray(saved.read_bytes())
    content[place] ^= 0x10
    saved.write_bytes(bytes(content))
    with pytest.raises(DamagedError, match=r"b\.tar\.gz"):
        archive.read(saved, tmp_path / "into")


def members(path: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]


def rewritten(path: Path, contents: list[tuple[str, bytes]], kind: bytes = tarfile.REGTYPE) -> None:
    """The archive with other members, each with right checksums of tar and gzip."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in contents:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind if name.startswith("data/new") else tarfile.REGTYPE
            info.linkname = "/etc/passwd"
            tar.addfile(info, io.BytesIO(content))


def test_one_with_another_file_in_it_names_that_file(saved, tmp_path):
    contents = members(saved)
    changed = [(name, b"{}\n" if name.endswith("a.jsonl") else content) for name, content in contents]
    rewritten(saved, changed)
    with pytest.raises(DamagedError, match=r"data/x/a\.jsonl in it is not what was saved"):
        archive.read(saved)
    rewritten(saved, [each for each in contents if not each[0].endswith("empty")])
    with pytest.raises(DamagedError, match=r"data/x/empty in it is not what was saved"):
        archive.read(saved)
    rewritten(saved, contents[:-1])
    with pytest.raises(DamagedError, match="is cut off"):
        archive.read(saved)


@pytest.mark.parametrize("name", ["data/../../evil", "/etc/evil", "elsewhere/evil", "data/new"])
def test_nothing_leaves_the_folder_it_is_unpacked_into(saved, tmp_path, name):
    rewritten(saved, [*members(saved), (name, b"x")], kind=tarfile.SYMTYPE)
    with pytest.raises(DamagedError):
        archive.read(saved, tmp_path / "into" / "deep")
    assert not any(path.name.startswith(("evil", "new")) for path in tmp_path.rglob("*"))


def test_one_of_a_newer_release_is_refused_before_anything_is_unpacked(saved, tmp_path):
    (_, told), *others = members(saved)
    rewritten(saved, [(archive.ABOUT, orjson.dumps(orjson.loads(told) | {"version": 2, "new": 1})), *others])
    for act in (lambda: archive.about(saved), lambda: archive.read(saved, tmp_path / "into")):
        with pytest.raises(NewerError, match=r"b\.tar\.gz has version 2 of the backup"):
            act()
    assert not (tmp_path / "into").exists()


def test_what_is_no_backup_is_said(tmp_path):
    with pytest.raises(ConfigurationError, match="can't be read"):
        archive.about(tmp_path / "missing")
    (tmp_path / "text").write_text("text")
    with pytest.raises(DamagedError, match="damaged or no backup"):
        archive.about(tmp_path / "text")
    (tmp_path / "gzip").write_bytes(gzip.compress(b""))
    with pytest.raises(DamagedError):
        archive.about(tmp_path / "gzip")


def test_one_that_can_not_be_written_whole_leaves_the_old_one(saved, tmp_path):
    before = saved.read_bytes()

    def failing():
        yield "data/x/a.jsonl", tmp_path / "source" / "a.jsonl"
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        archive.write(saved, ABOUT, failing())
    assert saved.read_bytes() == before
    assert len(list(saved.parent.iterdir())) == 1
