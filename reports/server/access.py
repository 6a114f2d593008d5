"""Who may come in: a token for programs, a session for whoever opened a printed link, and from where.

Sessions and links are signed with the token and hold nothing but until when they are good: whoever deletes or
replaces the token's file ends all of them, at once. A link is good once, for five minutes, and only at the
server that made it.
"""

import hashlib
import hmac
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.whole_files import write_whole

_log = logging.getLogger("reports.server")
LINK_SECONDS = 300
SESSION_SECONDS = 30 * 24 * 3600
_SHORTEST = 32


def read_token(path: Path) -> str:
    """The token of a workspace, made where there is none.

    Raises ConfigurationError where others may read it, or it is none.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, f"{secrets.token_urlsafe(32)}\n".encode())
        os.chmod(path, 0o600)
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(
            f"{shown(path)} lets whoever holds it read and change everything, and others can read it: delete "
            "it, so that a new one is made"
        )
    token = path.read_text().strip()
    if len(token) < _SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(f"{shown(path)} holds no token: delete it, so that a new one is made")
    return token


class TokenFile:
    """The token as its file says now: read again when that has changed, and never made."""

    def __init__(self, path: Path):
        self._path = path
        self._kept: tuple[tuple[int, ...] | None, str] = (None, "")

    def __call__(self) -> str:
        """The token; without a file that can be used, one that nobody has."""
        state = _state(self._path)
        if state is None or state != self._kept[0]:
            token = secrets.token_urlsafe(32)
            if state:
                try:
                    token = read_token(self._path)
                except (ConfigurationError, OSError) as error:
                    _log.error("nobody is let in: %s", error)
            self._kept = (state, token)
        return self._kept[1]


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns, found.st_size


class Keys:
    """What opens the server: the token that holds now, sessions, and links that are good once."""

    def __init__(self, token: Callable[[], str]):
        self._token = token
        self._own = secrets.token_bytes(32)
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()

    def is_token(self, given: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(given.encode(errors="replace"), self._token().encode())

    def link(self) -> str:
        """The end of a new link's address."""
        return self._signed("link", time.time() + LINK_SECONDS, self._own)

    def takes_link(self, given: str) -> bool:
        """Whether a link is good; it is not a second time."""
        if not self._is_signed("link", given, self._own):
            return False
        now = time.time()
        with self._lock:
            self._used = {key: end for key, end in self._used.items() if end > now}
            if given in self._used:
                return False
            self._used[given] = now + LINK_SECONDS
        return True

    def session(self) -> str:
        """The value of a new session's cookie."""
        return self._signed("session", time.time() + SESSION_SECONDS)

    def is_session(self, given: str) -> bool:
        """Whether a cookie's value is of a session that lasts."""
        return self._is_signed("session", given)

    def _signed(self, kind: str, until: float, own: bytes = b"") -> str:
        text = f"{until:.0f}.{secrets.token_urlsafe(12)}"
        return f"{text}.{self._signature(kind, text, own)}"

    def _is_signed(self, kind: str, given: str, own: bytes = b"") -> bool:
        text, _, signature = given.rpartition(".")
        is_ours = hmac.compare_digest(
            signature.encode(errors="replace"), self._signature(kind, text, own).encode()
        )
        until = text.partition(".")[0]
        return is_ours and until.isdigit() and int(until) > time.time()

    def _signature(self, kind: str, text: str, own: bytes) -> str:
        return hmac.new(
            self._token().encode() + own, f"{kind}:{text}".encode(errors="replace"), hashlib.sha256
        ).hexdigest()


class Buckets:
    """How often each may ask: `rate` a second, and `burst` at once."""

    MOST = 10_000

    def __init__(self, rate: float, burst: float):
        self._rate, self._burst = rate, burst
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, who: str) -> float:
        """Take one; 0, or in how many seconds there is one."""
        now = time.monotonic()
        left, at = self._left.get(who, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if len(self._left) >= self.MOST and who not in self._left:
            self._left.clear()
        if left < 1:
            self._left[who] = (left, now)
            return (1 - left) / self._rate
        self._left[who] = (left - 1, now)
        return 0.0
