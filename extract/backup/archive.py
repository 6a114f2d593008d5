"""A backup as one file: a compressed tar archive that knows what it holds.

| member | holds |
| --- | --- |
| about.json, the first | the version, what was saved, and when |
| data/..., config/..., env | the files |
| files.json, the last | name, size, sha256 and time of change of each |

An archive without its last member was cut off. Nothing in one is believed before all of it has been compared.
"""

import contextlib
import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import orjson

from extract.workspace import versions
from extract.workspace.errors import ConfigurationError, OutboundError

KIND = "backup"
ABOUT, FILES = "about.json", "files.json"
SUFFIX = ".tar.gz"
# Twice as fast as 6, for 15 % more: measured on the demo's landing files and raw database.
COMPRESSION = 3
_CHUNK = 1 << 20
_DAMAGE = (
    *(tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError),
    *(orjson.JSONDecodeError, KeyError, TypeError, AttributeError),
)


class DamagedError(OutboundError):
    """A backup is not what was written; nothing was changed by it."""


@dataclass(frozen=True)
class About:
    """What a backup is of. `workspace_id` None: no pull has told it."""

    version: int
    created_at: datetime
    program: str
    is_demo: bool
    base_url: str | None
    workspace_id: str | None
    has_secrets: bool


@dataclass(frozen=True)
class Stored:
    """A file of a backup."""

    name: str
    size: int
    sha256: str
    modified_ns: int


def write(path: Path, about: About, files: Iterable[tuple[str, Path]]) -> list[Stored]:
    """Write a backup whole, read it again, and only then give it its name; returns what it holds.

    `files` are the names in the backup, and where each stands; one that has vanished meanwhile is left out.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=COMPRESSION) as tar:
                _add_json(tar, ABOUT, asdict(about))
                stored = [entry for name, source in files if (entry := _add(tar, name, source))]
                _add_json(tar, FILES, [asdict(entry) for entry in stored])
            file.flush()
            os.fsync(file.fileno())
        read(partial)
        os.replace(partial, path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)
    return stored


def about(path: Path) -> About:
    """What a backup is of, by its first member; raises as `read`."""
    with _members(path) as members:
        for name, content in members:
            if name == ABOUT:
                return _about(path, content.read())
            break
    raise DamagedError(f"{path} is no backup of this program: nothing was changed")


def read(path: Path, into: Path | None = None) -> About:
    """Compare all of a backup with what was written, and unpack it into a new folder where one is given.

    Raises DamagedError, NewerError for one of a newer release, ConfigurationError where there is none.
    """
    found, told, listed = {}, None, None
    with _members(path) as members:
        for name, content in members:
            if name == ABOUT:
                told = _about(path, content.read())
            elif name == FILES:
                listed = [Stored(**entry) for entry in orjson.loads(content.read())]
            else:
                found[name] = _copied(content, into / name if into else None)
    if told is None or listed is None:
        raise DamagedError(f"{path} is cut off: nothing was changed. Take another backup")
    for entry in listed:
        if found.pop(entry.name, None) != (entry.size, entry.sha256):
            raise DamagedError(
                f"{path} is damaged: {entry.name} in it is not what was saved. Nothing was changed; take "
                "another backup"
            )
    if found:
        raise DamagedError(f"{path} holds {min(found)}, which was never saved: nothing was changed")
    if into:
        _set_times(into, listed)
    return told


def sync_folder(folder: Path) -> None:
    """Force to disk which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _members(path: Path) -> Iterator[Iterator[tuple[str, BinaryIO]]]:
    """Name and content of each member in turn, as far as they are plain files with plain names."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ConfigurationError(f"FROM={path} can't be read ({error.strerror}): name a backup") from None
    try:
        with file, gzip.GzipFile(fileobj=file) as content, tarfile.open(fileobj=content, mode="r|") as tar:
            yield _plain(path, tar, content)
    except _DAMAGE as error:
        raise DamagedError(
            f"{path} is damaged or no backup ({type(error).__name__}): nothing was changed. Take another one"
        ) from None


def _plain(path: Path, tar: tarfile.TarFile, compressed: gzip.GzipFile) -> Iterator[tuple[str, BinaryIO]]:
    for member in tar:
        parts = PurePosixPath(member.name).parts
        is_inside = parts and parts[0] in (ABOUT, FILES, "data", "config", "env") and ".." not in parts
        if not member.isreg() or not is_inside:
            raise DamagedError(f"{path} holds {member.name!r}, which no backup does: nothing was changed")
        yield member.name, tar.extractfile(member)
    while compressed.read(_CHUNK):  # to the end, where the checksum of the compressed whole stands
        pass


def _about(path: Path, content: bytes) -> About:
    told = orjson.loads(content)
    versions.require_known(KIND, path, told["version"])
    return About(**{**told, "created_at": datetime.fromisoformat(told["created_at"]).astimezone(UTC)})


def _add(tar: tarfile.TarFile, name: str, source: Path) -> Stored | None:
    try:
        file = source.open("rb")
    except FileNotFoundError:
        return None
    with file:
        state = os.fstat(file.fileno())
        info = tarfile.TarInfo(name)
        # What somebody appends while it is read comes with the next backup.
        info.size, info.mtime, info.mode = state.st_size, int(state.st_mtime), 0o600
        hashed = _Hashed(file)
        tar.addfile(info, hashed)
    return Stored(name, state.st_size, hashed.sha256.hexdigest(), state.st_mtime_ns)


def _add_json(tar: tarfile.TarFile, name: str, value: object) -> None:
    content = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


class _Hashed:
    """A file whose bytes are counted into a hash as they are read."""

    def __init__(self, file: BinaryIO):
        self.sha256 = hashlib.sha256()
        self._file = file

    def read(self, size: int) -> bytes:
        content = self._file.read(size)
        self.sha256.update(content)
        return content


def _copied(content: BinaryIO, target: Path | None) -> tuple[int, str]:
    """Size and sha256 of a member, which is written to `target` where there is one."""
    size, source = 0, _Hashed(content)
    with contextlib.ExitStack() as stack:
        file = None
        if target:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            file = stack.enter_context(open(descriptor, "wb"))
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if file:
                file.write(chunk)
        if file:
            file.flush()
            os.fsync(file.fileno())
    return size, source.sha256.hexdigest()


def _set_times(into: Path, listed: list[Stored]) -> None:
    """Give files back their times of change, and folders their newest file's.

    By them it is known what is old, and which webhook files were read.
    """
    newest: dict[Path, int] = {}
    for entry in listed:
        path = into / entry.name
        os.utime(path, ns=(entry.modified_ns, entry.modified_ns))
        newest[path.parent] = max(newest.get(path.parent, 0), entry.modified_ns)
    for folder, modified_ns in newest.items():
        os.utime(folder, ns=(modified_ns, modified_ns))
