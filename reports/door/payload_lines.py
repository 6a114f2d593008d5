"""Payloads onto disk: whatever waits is written in one go and forced there, and only then acknowledged."""

import contextlib
import os
import queue
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

from extract.workspace.lock import exclusive

# A waiting line more than this is written with the next ones.
MOST_AT_ONCE = 4_000_000


class PayloadLines:
    """The day's file of payloads in `folder`, for one process; a context manager.

    Each write is under the lock of the door, so that nothing is written into a folder that is being restored,
    and by the file's name, so that nothing is written into one that was moved away.
    """

    def __init__(self, folder: Path, workspace_dir: Path):
        self._folder = folder
        self._workspace_dir = workspace_dir
        self._waiting: queue.SimpleQueue[tuple[bytes, Future] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_what_waits, name="door", daemon=True)

    def __enter__(self) -> "PayloadLines":
        self._writer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.put(None)
        self._writer.join()

    def append(self, payload: bytes) -> "Future[None]":
        """Keep a payload, which is JSON, as a line; done once it is on disk, failed where it may not be.

        An empty one tries whether one could be kept.
        """
        kept: Future[None] = Future()
        kept.set_running_or_notify_cancel()  # whoever hung up meanwhile may not stop the writer
        # Between the tokens of JSON a line break is as good as a space, and elsewhere there is none.
        line = payload.replace(b"\r", b" ").replace(b"\n", b" ").strip()
        self._waiting.put((line + b"\n" if line else b"", kept))
        return kept

    def _write_what_waits(self) -> None:
        while batch := self._batch():
            try:
                self._write(b"".join(line for line, _ in batch))
            except Exception as error:
                for _, kept in batch:
                    kept.set_exception(error)
            else:
                for _, kept in batch:
                    kept.set_result(None)

    def _batch(self) -> list[tuple[bytes, Future]]:
        """Whatever waits, at least one; nothing at the end."""
        first = self._waiting.get()
        batch = [first] if first else []
        size = len(first[0]) if first else 0
        while batch and size < MOST_AT_ONCE:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                break
            if following is None:
                self._waiting.put(None)  # the end, met again after this batch
                break
            batch.append(following)
            size += len(following[0])
        return batch

    def _write(self, lines: bytes) -> None:
        with exclusive(self._workspace_dir, "door"):
            is_new_folder = not self._folder.is_dir()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not lines:  # the day's file tells by its time when the newest event came
                with tempfile.TemporaryFile(dir=self._folder) as tried:
                    append_whole(tried.fileno(), b"{}")
                return
            path = self._folder / f"received-{datetime.now(UTC):%Y-%m-%d}.jsonl"
            is_new = not path.exists()
            with _opened(path) as descriptor:
                append_whole(descriptor, lines)
            if is_new:
                _sync(self._folder)
            if is_new_folder:
                _sync(self._folder.parent)


def append_whole(descriptor: int, lines: bytes) -> None:
    """Write lines to the end of a file and force them to disk, or leave it as it was and raise OSError."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        lines = b"\n" + lines  # of one that was killed
    try:
        while lines:  # a full disk may take a part
            lines = lines[os.write(descriptor, lines) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
