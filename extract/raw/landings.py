"""The record of landing folders: which there were, so that it is noticed when one is gone.

A folder is needed until raw holds it, and again when raw is made anew. The record is a journal: it outlives
both. What somebody decided to go on without stands in it, too.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

from extract.raw import landing_contents
from extract.workspace import journal
from extract.workspace.errors import OutboundError

# How many of the things that are missing are named.
NAMED = 3

WHOLE, GONE = ".", "is gone (deleted, or purged)"

Faults = dict[str, dict[str, str]]


class MissingError(OutboundError):
    """Something that was landed is neither in its folder nor in raw."""


class Landings:
    """The record in one file, and what it says of the folders that are there."""

    def __init__(self, path: Path):
        self._path = path
        self._landed: set[str] = set()
        self._given_up: dict[str, set[str]] = {}
        for row in journal.rows(path):
            if row["event"] == "landed":
                self._landed.update(row["landing_ids"])
            else:
                self._given_up.setdefault(row["landing_id"], set()).update(row["files"])

    def missing(self, folders: Iterable[Path], loaded: Collection[str]) -> Faults:
        """Landing -> file (WHOLE: all of it) -> what is wrong, of everything that raw doesn't hold."""
        there = {folder.name: folder for folder in folders}
        found: Faults = {name: {WHOLE: GONE} for name in sorted(self._landed - there.keys() - set(loaded))}
        for name, folder in there.items():
            if name not in loaded and (faults := landing_contents.faults(folder)):
                found[name] = faults
        return found

    def unaccepted(self, missing: Faults) -> Faults:
        """Those that nobody decided to go on without."""
        return {
            name: faults
            for name, faults in missing.items()
            if name not in self._given_up or not faults.keys() <= self._given_up[name]
        }

    def give_up(self, missing: Faults) -> None:
        """Write down that it is gone on without these."""
        for name, faults in missing.items():
            row = {"landing_id": name, "files": sorted(faults)}
            journal.append(self._path, {"event": "given_up", "happened_at": datetime.now(UTC), **row})
            self._given_up.setdefault(name, set()).update(faults)

    def note(self, folders: Iterable[Path]) -> None:
        """Write down which folders there are."""
        new = sorted({folder.name for folder in folders} - self._landed)
        if new:
            row = {"event": "landed", "happened_at": datetime.now(UTC), "landing_ids": new}
            journal.append(self._path, row)
            self._landed.update(new)


def described(missing: Faults) -> str:
    """What is missing, in words: the first few by name."""
    gone = [name for name, faults in missing.items() if WHOLE in faults]
    parts = [
        f"{name}/{file} {fault}"
        for name, faults in missing.items()
        for file, fault in faults.items()
        if file != WHOLE
    ]
    if len(gone) == 1:
        parts.insert(0, f"the landing folder {gone[0]} {GONE}")
    elif gone:
        parts.insert(0, f"{len(gone):,} landing folders, each {GONE}, from {gone[0]} to {gone[-1]}")
    more = f"; and {len(parts) - NAMED:,} more" if len(parts) > NAMED else ""
    return "; ".join(parts[:NAMED]) + more
