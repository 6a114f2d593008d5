"""Connections to the door: a request in time or none, and nobody who waits keeps others out."""

import asyncio
import contextlib
import logging
import socket

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 10.0
# Proxies keep a connection for the next request, and lose that where it is closed in the moment they send it.
IDLE_SECONDS = 75
MOST = 200

# Nothing of a request may be logged: the secret stands in its path.
_SILENT = logging.Logger("door", logging.CRITICAL + 1)


def listening(host: str, port: int) -> socket.socket:
    """A socket that connections come in at; raises OSError where none can.

    Without TCP_NODELAY, which connections take over from it, an answer's second part waits until whoever
    asked has acknowledged the first: 40 milliseconds.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=256)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class DoorProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with an end.

    A request that isn't whole after SECONDS, be it in the middle of a header, ends its connection. Of more
    than MOST connections the one goes that has waited longest for its request, or to be read further.
    """

    def __init__(self, *arguments: object, **keywords: object):
        super().__init__(*arguments, **keywords)
        self.logger = _SILENT
        self.access_log = False
        self._waits_since: float | None = None
        self._unread_since: float | None = None
        self._too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > MOST:
            waiting = [each for each in self.connections if each._idle_since is not None]
            min(waiting, key=lambda each: each._idle_since).hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Whoever asked doesn't read what they are answered, or not as fast."""
        super().pause_writing()
        self._unread_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread_since = None

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except h11.ProtocolError:
            self.hang_up()

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop_waiting()
        elif self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is not None:
            # Between two requests of a proxy, say: uvicorn ends it when nothing comes for IDLE_SECONDS.
            self._stop_waiting()
            self._waits_since = self.loop.time()
        else:
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is told as little as every stranger."""
        answer = h11.Response(status_code=404, headers=[("content-length", "0"), ("connection", "close")])
        with contextlib.suppress(h11.ProtocolError):  # something was answered already
            self.transport.write(self.conn.send(answer) + self.conn.send(h11.EndOfMessage()))
        self.transport.close()

    def hang_up(self) -> None:
        """End the connection now."""
        self._stop_waiting()
        self.connections.discard(self)
        self.transport.abort()

    @property
    def _idle_since(self) -> float | None:
        """Since when nothing goes on because of the other side; None while something does."""
        return self._waits_since if self._unread_since is None else self._unread_since

    def _wait(self) -> None:
        if self._too_late is None:
            self._waits_since = self.loop.time()
            self._too_late = self.loop.call_later(SECONDS, self.hang_up)

    def _stop_waiting(self) -> None:
        self._waits_since = None
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None
