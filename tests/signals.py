"""A signal to the process that runs the tests, a little later."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

AGAIN_AFTER = 5.0


class Sender:
    """Sends it, and again while nobody hears it: one that meets a callback of the garbage collector is lost.

    `at` is when it was last sent.
    """

    def __init__(self, number: signal.Signals, after: float):
        self._number = number
        self._after = after
        self._heard = threading.Event()
        self._lock = threading.Lock()
        self.at: float | None = None

    def begin(self) -> None:
        """Send it soon; only the first call does so."""
        with self._lock:
            if self.at is None:
                self.at = time.monotonic() + self._after
                threading.Thread(target=self._send, daemon=True).start()

    def close(self) -> None:
        """It was heard."""
        self._heard.set()

    def _send(self) -> None:
        wait = self._after
        while not self._heard.wait(wait):
            self.at = time.monotonic()
            os.kill(os.getpid(), self._number)
            wait = AGAIN_AFTER


@contextlib.contextmanager
def sent_soon(number: signal.Signals, after: float = 0.3) -> Iterator[None]:
    """Send it while the block runs."""
    sender = Sender(number, after)
    sender.begin()
    try:
        yield
    finally:
        sender.close()
