"""What a landing folder says of itself, and whether it is true.

The last file that a session writes into its folder names the others, with rows and sha256 of each. A folder
of an earlier release has none, and is believed as it is.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from extract.workspace.whole_files import write_whole

FILE = "files.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Contents:
    """Rows (lines) and sha256 of a file."""

    rows: int
    sha256: str


def write(folder: Path, files: dict[str, Contents]) -> None:
    """Write what a folder holds, by the name of each file; on disk when this returns."""
    _write(folder, {name: asdict(contents) for name, contents in files.items()})


def faults(folder: Path) -> dict[str, str]:
    """Name of a file -> what is wrong with it; empty where everything is as it was landed."""
    if not (folder / FILE).exists():
        return {}
    told = _told(folder)
    return {FILE: "can't be read"} if told is None else dict(_compared(folder, told))


def contents_of(path: Path) -> Contents:
    """What a file holds, as `write` is told it."""
    rows, sha256 = 0, hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            rows += chunk.count(b"\n")
            sha256.update(chunk)
    return Contents(rows, sha256.hexdigest())


def announce(path: Path, replacement: Path) -> None:
    """Write that a file is about to be replaced by another, so that a kill in between makes no fault."""
    told = _told(path.parent) or {}
    if path.name in told:
        told[path.name]["becomes"] = asdict(contents_of(replacement))
        _write(path.parent, told)


def settle(folder: Path) -> None:
    """After a replacement, done or cut off: let the folder name only the file that is there."""
    told = _told(folder) or {}
    open_ones = {name: entry for name, entry in told.items() if "becomes" in entry}
    for name, entry in open_ones.items():
        new = entry.pop("becomes")
        if (folder / name).exists() and contents_of(folder / name).sha256 == new["sha256"]:
            told[name] = new
    if open_ones:
        _write(folder, told)


def _compared(folder: Path, told: dict[str, dict]) -> Iterator[tuple[str, str]]:
    there = {path.name for path in folder.glob("*.jsonl")}
    for name in sorted(there - told.keys()):
        yield name, "was not landed"
    for name, entry in told.items():
        if name not in there:
            yield name, f"is gone ({entry['rows']:,} rows)"
            continue
        found = contents_of(folder / name)
        # Of a file that an erasure was replacing when it was killed, either one is right.
        if found.sha256 not in (entry["sha256"], entry.get("becomes", entry)["sha256"]):
            yield name, f"was changed ({found.rows:,} rows, landed with {entry['rows']:,})"


def _told(folder: Path) -> dict[str, dict] | None:
    """Name -> what is said of it; None where nothing is, or it can't be read."""
    try:
        told = orjson.loads((folder / FILE).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return told if isinstance(told, dict) else None


def _write(folder: Path, told: dict[str, dict]) -> None:
    write_whole(folder / FILE, orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
