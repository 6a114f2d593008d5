"""The moment by which a request must be over, held at its socket.

The time limits of libraries begin anew with every byte, so a server that drips one a second holds them for
ever. Every wait of the sockets made here (connecting, TLS, sending, receiving) ends at the deadline, and so
does looking up a name.
"""

import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar
from weakref import WeakSet

_T = TypeVar("_T")
Address = tuple
MayConnect = Callable[[str, str], None]


class Deadline:
    """The moment by which a request must be over; one for all requests of a client, one after the other."""

    def __init__(self):
        self._at = math.inf
        self._bytes_left = math.inf
        self._has_hung_up = False
        self._open: WeakSet[socket.socket] = WeakSet()

    def begin(self, seconds: float, *, most_bytes: float = math.inf) -> None:
        """A request begins: it must be over within so many seconds, and receive no more bytes than these."""
        self._at = time.monotonic() + seconds
        self._bytes_left = most_bytes

    @property
    def is_over(self) -> bool:
        """Whether the moment has come."""
        return time.monotonic() >= self._at

    def receive(self, count: int) -> None:
        """Count bytes that came; raises OSError where they are too many."""
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise OSError("too much was sent")

    def cut(self, seconds: float | None) -> float:
        """These seconds, or what is left where that is less; raises TimeoutError where nothing is."""
        left = -1.0 if self._has_hung_up else self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request took too long")
        return left if seconds is None else min(seconds, left)

    def hang_up(self) -> None:
        """End what is under way, from another thread, and let nothing begin any more."""
        self._has_hung_up = True
        for sock in list(self._open):
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # an encrypted one's own would forget its keys

    def watch(self, sock: socket.socket) -> None:
        """Remember an open socket, to hang up on."""
        self._open.add(sock)


class _Limited:
    """Every wait of the socket is cut at the deadline; the socket's own timeout is the longest silence."""

    deadline: Deadline

    def _within(self, wait: Callable, *arguments: object) -> object:
        silence = self.gettimeout()
        self.settimeout(self.deadline.cut(silence))
        try:
            return wait(*arguments)
        finally:
            with suppress(OSError):  # closed meanwhile
                self.settimeout(silence)

    def recv(self, *arguments):
        received = self._within(super().recv, *arguments)
        self.deadline.receive(len(received))
        return received

    def recv_into(self, *arguments):
        count = self._within(super().recv_into, *arguments)
        self.deadline.receive(count)
        return count

    def send(self, *arguments):
        return self._within(super().send, *arguments)

    def sendall(self, *arguments):
        return self._within(super().sendall, *arguments)


class _LimitedSocket(_Limited, socket.socket):
    """A plain connection."""


class _LimitedSSLSocket(_Limited, ssl.SSLSocket):
    """An encrypted one; made by a context of `tls`."""

    def do_handshake(self, *arguments):
        self.deadline.watch(self)
        return self._within(super().do_handshake, *arguments)


def tls(context: ssl.SSLContext, deadline: Deadline) -> ssl.SSLContext:
    """The context, which now makes encrypted connections that keep the deadline."""
    context.sslsocket_class = type("LimitedSSLSocket", (_LimitedSSLSocket,), {"deadline": deadline})
    return context


def connect(
    host: str,
    port: int,
    deadline: Deadline,
    *,
    seconds: float,
    options: Sequence[tuple] = (),
    may_connect: MayConnect | None = None,
) -> socket.socket:
    """A connection that keeps the deadline, to the first address of a name that takes one within `seconds`.

    `may_connect` sees the name and each of its addresses first, and raises where it must not be. Raises
    OSError (TimeoutError, socket.gaierror) as the socket does.
    """
    found = _look_up(host, port, deadline.cut(None))
    for *_, address in found if may_connect else ():
        may_connect(host, address[0])
    failure: OSError | None = None
    for family, kind, protocol, _, address in found:
        sock = _LimitedSocket(family, kind, protocol)
        sock.deadline = deadline
        try:
            for option in options:
                sock.setsockopt(*option)
            sock.settimeout(deadline.cut(seconds))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            deadline.watch(sock)
            return sock
    raise failure or OSError(f"{host} has no address")


def own_name(deadline: Deadline) -> str:
    """The name of this machine, as the network knows it."""
    return _in_time(socket.getfqdn, deadline.cut(None))


def _look_up(host: str, port: int, seconds: float) -> list[Address]:
    """The addresses of a name."""
    try:
        return _in_time(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), seconds)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "no possible name") from None


def _in_time(look_up: Callable[[], _T], seconds: float) -> _T:
    """What a look-up of the system's gives. It knows no limit, so a thread of its own waits for it."""
    answer: queue.SimpleQueue = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put((look_up(), None))
        except Exception as error:
            answer.put((None, error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        found, error = answer.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("looking up a name took too long") from None
    if error:
        raise error
    return found
