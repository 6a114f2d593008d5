"""Places for builds: so many at once on one machine, whichever processes they are of.

A pull waits for HeyReach and may have others beside it; a build takes a processor and its memory. The kernel
holds a place for as long as a process lives, so one that was killed keeps nobody waiting.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from extract.workspace.lock import one_of

# Told to the processes of an agency: the folder of the places, one file each.
VARIABLE = "OUTBOUND_BUILD_PLACES"


def make_places(folder: Path, number: int) -> None:
    """Make so many places, and no more; one that somebody still holds goes when they are done."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"place-{each}" for each in range(number)}
    for path in _places(folder):
        if path.name not in wanted:
            path.unlink()
    for name in wanted:
        (folder / name).touch()


def build_place(environ: Mapping[str, str]) -> contextlib.AbstractContextManager[None]:
    """Hold a place for the length of the block; at once where nobody told of places."""
    folder = environ.get(VARIABLE)
    return one_of(lambda: _places(Path(folder))) if folder else contextlib.nullcontext()


def _places(folder: Path) -> list[Path]:
    return sorted(folder.glob("place-*"))
