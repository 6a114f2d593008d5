"""Places for builds: so many at once on one machine, whichever processes they are of.

A pull waits for HeyReach and may have others beside it; a build takes a processor and its memory. The kernel
holds a place for as long as a process lives, so one that was killed keeps nobody waiting.
"""

import contextlib
import fcntl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

# Told to the processes of an agency: the folder of the places, one file each.
VARIABLE = "OUTBOUND_BUILD_PLACES"
POLL_SECONDS = 0.2


def make_places(folder: Path, number: int) -> None:
    """Make so many places, and no more; one that somebody still holds goes when they are done."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"place-{each}" for each in range(number)}
    for path in folder.glob("place-*"):
        if path.name not in wanted:
            path.unlink()
    for name in wanted:
        (folder / name).touch()


@contextlib.contextmanager
def build_place(environ: Mapping[str, str]) -> Iterator[None]:
    """Hold a place for the length of the block; at once where nobody told of places."""
    if not (folder := environ.get(VARIABLE)):
        yield
        return
    with contextlib.ExitStack() as held:
        while not _took_one(Path(folder), held):
            time.sleep(POLL_SECONDS)
        yield


def _took_one(folder: Path, held: contextlib.ExitStack) -> bool:
    for path in sorted(folder.glob("place-*")):
        with contextlib.ExitStack() as tried:
            place = tried.enter_context(path.open("a"))
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            held.push(tried.pop_all())
            return True
    return False
