"""Landing folders: what a session of pulls brought, as NDJSON files, before it enters the raw database.

A session writes into a hidden folder and renames it when everything asked for is on disk, so a landing
folder is always whole, and says in its last file what that is (landing_contents.py). The files are kept: raw
can be rebuilt from them.
"""

import hashlib
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

import orjson

from extract.raw import landing_contents
from extract.workspace import versions

KIND = "landing folders"

# Left out of the comparison (not of the payload): they change without anything having happened.
VOLATILE = frozenset({"imageUrl", "connections", "followers"})

ABSENT = "absent"

_STAMP = "%Y%m%dT%H%M%S%f"


def content_hash(row: dict) -> str:
    """Hash of a row's canonical JSON without the volatile fields, 32 hexadecimal digits."""
    canonical = orjson.dumps(_without_volatile(row), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()[:32]


def _without_volatile(row: dict) -> dict:
    kept = {key: value for key, value in row.items() if key not in VOLATILE}
    for key, value in kept.items():
        if isinstance(value, dict):
            kept[key] = {k: v for k, v in value.items() if k not in VOLATILE}
    return kept


class Landing:
    """A folder under construction: `write` rows into it; leaving the `with` block makes it visible.

    An exception inside the block removes it: half a session is worth nothing.
    """

    def __init__(self, landing_dir: Path):
        self.landing_id = f"{datetime.now(UTC).strftime(_STAMP)}-{secrets.token_hex(4)}"
        self._final = landing_dir / self.landing_id
        self._partial = landing_dir / f".{self.landing_id}.partial"
        self._files = {}
        self._rows: Counter[str] = Counter()
        self._sha256 = {}

    def __enter__(self) -> "Landing":
        for abandoned in self._partial.parent.glob(".*.partial"):  # of a session that was killed
            shutil.rmtree(abandoned)
        self._partial.parent.mkdir(parents=True, exist_ok=True)
        versions.stamp_folder(KIND, self._partial.parent)
        self._partial.mkdir()
        return self

    def __exit__(self, error_type: type | None, *_: object) -> None:
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
            file.close()
        if error_type:
            shutil.rmtree(self._partial)
            return
        landing_contents.write(
            self._partial,
            {
                f"{table}.jsonl": landing_contents.Contents(self._rows[table], sha256.hexdigest())
                for table, sha256 in self._sha256.items()
            },
        )
        self._partial.rename(self._final)
        directory = os.open(self._final.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def write(self, table: str, row: dict) -> None:
        """Append one row; raises orjson.JSONEncodeError for a row that is no valid JSON text."""
        line = orjson.dumps(row, option=orjson.OPT_UTC_Z) + b"\n"
        if table not in self._files:
            self._files[table] = (self._partial / f"{table}.jsonl").open("wb")
            self._sha256[table] = hashlib.sha256()
        self._files[table].write(line)
        self._sha256[table].update(line)
        self._rows[table] += 1


def landed_files(folders: Iterable[Path], table: str, without: Collection[Path] = ()) -> list[Path]:
    """The files of one table over several landing folders, oldest first, without the empty ones."""
    files = [folder / f"{table}.jsonl" for folder in sorted(folders)]
    return [file for file in files if file not in without and file.is_file() and file.stat().st_size > 0]


def landed_at(folder: Path) -> datetime:
    """When a folder was landed: by its name or its time of change, whichever is earlier.

    An erasure changes it later.
    """
    changed = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    try:
        named = datetime.strptime(folder.name.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return changed
    return min(named, changed)


def finished_folders(landing_dir: Path) -> list[Path]:
    """All whole landing folders, oldest first; raises NewerError where a newer release wrote there."""
    if not landing_dir.is_dir():
        return []
    versions.require_known_folder(KIND, landing_dir)
    return sorted(path for path in landing_dir.iterdir() if path.is_dir() and not path.name.startswith("."))
