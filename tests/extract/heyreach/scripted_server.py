"""A small HTTP server on loopback that answers as told, well or badly: real sockets, one script per test."""

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    """A request as it arrived; `number` counts from 1."""

    number: int
    method: str
    path: str
    headers: dict[str, str]
    body: dict | None


@dataclass(frozen=True)
class Reply:
    """An answer. `body` is JSON unless it is bytes already; `date` None leaves the header out.

    `delay`: seconds before the first byte. `drip`: seconds between any two bytes. `cut_after`: bytes of the
    body after which the connection ends (negative: so many before it), or breaks (`is_reset`).
    """

    body: object = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    date: str | None = "now"
    delay: float = 0.0
    drip: float = 0.0
    cut_after: int | None = None
    is_reset: bool = False

    def head_and_body(self) -> tuple[bytes, bytes]:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        lines = [f"HTTP/1.1 {self.status} Scripted", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.date:
            lines.append(f"Date: {formatdate(usegmt=True) if self.date == 'now' else self.date}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n", body


Script = Callable[[Request], Reply]


class ScriptedServer:
    """`base_url` to talk to, and every request that came."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None):
        self.requests: list[Request] = []
        self._script = script
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{self._http.server_port}/api/public"

    def _handler(server) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                with server._lock:
                    number = len(server.requests) + 1
                    path = self.path.removeprefix("/api/public/")
                    request = Request(number, self.command, path, dict(self.headers), body)
                    server.requests.append(request)
                with contextlib.suppress(ConnectionError):
                    self.close_connection = not send(self.connection, server._script(request))

            do_GET = do_POST = do_CONNECT = answer

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def __enter__(self) -> "ScriptedServer":
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def send(connection: socket.socket, reply: Reply) -> bool:
    """Send a reply; whether the connection is still good for another."""
    head, body = reply.head_and_body()
    message = head + body
    if reply.cut_after is not None:
        message = message[: len(head) + reply.cut_after]
    time.sleep(reply.delay)
    if reply.drip:
        for byte in message:
            connection.sendall(bytes([byte]))
            time.sleep(reply.drip)
    else:
        connection.sendall(message)
    if reply.cut_after is None:
        return True
    if reply.is_reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    return False


def in_turn(*replies: Reply) -> Script:
    """The replies one after the other; the last one for ever."""
    return lambda request: replies[min(request.number, len(replies)) - 1]


class VirtualTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self, now: float = 1_700_000_000.0):
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def windows_exceeded(moments: list[float], most: int, seconds: float) -> Iterator[float]:
    """The moments at which more than `most` fall into the `seconds` before (a sliding window)."""
    for index in range(most, len(moments)):
        if moments[index] - moments[index - most] < seconds:
            yield moments[index]
