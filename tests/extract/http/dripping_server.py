"""A server that comes to no end in time: a byte now and then, from some point of the conversation on."""

import contextlib
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

PAUSE = 0.02
# It gives up then, so that a client that waits for it is found out, and not waited for.
LONGEST = 6.0
# The begin of a TLS message of 16 KB, whose rest never comes whole.
TLS_HELLO = b"\x16\x03\x03\x40\x00\x02"
HTTP_HEAD = b"HTTP/1.1 200 OK\r\n"
Conversation = Callable[[socket.socket], None]


class DrippingServer(socketserver.ThreadingTCPServer):
    """`with DrippingServer(http(...)) as server` runs it on a free port of localhost."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, conversation: Conversation):
        self._conversation = conversation
        super().__init__(("127.0.0.1", 0), None)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def finish_request(self, request, client_address) -> None:
        with contextlib.suppress(OSError):
            self._conversation(request)

    def __enter__(self) -> "DrippingServer":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()


def drip(connection: socket.socket, begin: bytes, for_ever: bytes = b"x") -> None:
    """Send the beginning at once, then the rest byte by byte, again and again."""
    connection.sendall(begin)
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        for byte in for_ever:
            connection.sendall(bytes([byte]))
            time.sleep(PAUSE)


def http(begin: bytes, for_ever: bytes = b"x") -> Conversation:
    """Take a request, then drip."""

    def converse(connection: socket.socket) -> None:
        connection.recv(65536)
        drip(connection, begin, for_ever)

    return converse


def deaf(connection: socket.socket) -> None:
    """Never read what is sent."""
    time.sleep(LONGEST)


def in_tls(certificate: Path, conversation: Conversation) -> Conversation:
    """The same conversation, encrypted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def converse(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as encrypted:
            conversation(encrypted)

    return converse


def mail(*lines: bytes, begin: bytes = b"") -> Conversation:
    """Greet by the first line, answer commands by the next ones; the last, after `begin`, drips for ever."""

    def converse(connection: socket.socket) -> None:
        *whole, last = lines
        for line in whole:
            connection.sendall(line + b"\r\n")
            connection.recv(65536)
        drip(connection, begin, last)

    return converse
