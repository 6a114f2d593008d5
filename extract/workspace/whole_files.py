"""Files that appear under their name only when they are whole, for their owner's eyes only."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step; a crash leaves the old one or the new one. The folder must exist."""
    partial = _partial(path)
    with open(_opened(partial), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A text file to write into bit by bit, in a folder that is made if need be; an error leaves none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(path)
    try:
        with open(_opened(partial), "w", newline="", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    os.replace(partial, path)


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _opened(partial: Path) -> int:
    partial.unlink(missing_ok=True)
    return os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
