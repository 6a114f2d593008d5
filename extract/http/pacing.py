"""Pacing: requests of one API key leave evenly spaced, whichever process sends them.

The whole state is one number, the next moment at which a request may leave (GCRA with a burst of one). A
bucket of saved-up tokens would let a burst out, and a burst is what runs into a limit.
"""

import fcntl
import hashlib
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from extract.workspace.errors import ConfigurationError

# Requests leave evenly but arrive unevenly; this much of the permitted rate is kept in hand.
USED_SHARE = 55 / 60
# HeyReach also refuses the 16th request within 2 s.
SHORTEST_INTERVAL = 2 / 14
# No pause is ever longer, so a stored moment further ahead than this is damage, or the clock was set back.
LONGEST_PAUSE = 400.0


class Ended(BaseException):
    """Whoever asked was told to stop; like an interrupt it is no error of the request."""


class Pacer:
    """Spaces the requests of one API key over all processes that pass the same folder.

    `requests_per_minute` is what the provider permits; 0 spaces nothing and shares nothing, and only `pause`
    makes it wait. Raises ConfigurationError where the folder can't be written.
    """

    def __init__(
        self,
        requests_per_minute: int,
        api_key: str,
        folder: Path,
        *,
        shortest_interval: float = SHORTEST_INTERVAL,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] | None = None,
    ):
        self.is_paced = requests_per_minute > 0
        self.interval = 0.0  # seconds between two requests
        if self.is_paced:
            self.interval = max(60 / (requests_per_minute * USED_SHARE), shortest_interval)
        self._clock = clock
        self._ended = threading.Event()
        self._sleep = sleep or self._ended.wait
        self._own_moment = _Moment(0.0)
        self._path = folder / f"{hashlib.sha256(api_key.encode()).hexdigest()[:16]}.next"

    def wait(self) -> None:
        """Return when a request may leave, and count it as sent; raises Ended once `end` was called."""
        self.rest(0)
        while (delay := self._take_turn()) > 0:
            self.rest(delay)

    def rest(self, seconds: float) -> None:
        """Wait, alone: the others' requests go on. Raises Ended once `end` was called."""
        if seconds:
            self._sleep(seconds)
        if self._ended.is_set():
            raise Ended

    def end(self) -> None:
        """Let nothing leave any more, from another thread; who waits stops waiting."""
        self._ended.set()

    def pause(self, seconds: float) -> None:
        """Let nothing leave for the next `seconds` (at most LONGEST_PAUSE), in any process."""
        with self._next_moment() as moment:
            moment.value = max(moment.value, self._clock() + min(seconds, LONGEST_PAUSE))

    def _take_turn(self) -> float:
        """0 if a request may leave now, which it then does; else the seconds until one may.

        Nobody reserves a later moment: a pause that begins while others wait holds them back too.
        """
        with self._next_moment() as moment:
            now = self._clock()
            if moment.value > now:
                return moment.value - now
            moment.value = now + self.interval
            return 0.0

    @contextmanager
    def _next_moment(self) -> Iterator["_Moment"]:
        with _shared_moment(self._path) if self.is_paced else nullcontext(self._own_moment) as moment:
            if moment.value > self._clock() + LONGEST_PAUSE + 1:
                moment.value = 0.0
            yield moment


class _Moment:
    """The next moment at which a request may leave, in seconds since 1970, open for change."""

    def __init__(self, value: float):
        self.value = value


@contextmanager
def _shared_moment(path: Path) -> Iterator[_Moment]:
    """The moment in the file, locked; what becomes of it is written back. A damaged file counts as 0."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{path} can't be written ({error.strerror}): the pace of requests is kept there; "
            "make the folder writable or set OUTBOUND_DATA_DIR to another one"
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        moment = _Moment(_number(os.pread(descriptor, 64, 0)))
        before = moment.value
        yield moment
        if moment.value != before:
            text = f"{moment.value:.6f}\n".encode()
            os.ftruncate(descriptor, len(text))
            os.pwrite(descriptor, text, 0)
    finally:
        os.close(descriptor)  # and with it the lock


def _number(text: bytes) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0
