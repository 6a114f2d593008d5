"""What the door answers: 202 for a payload that is on disk, and to strangers always the same nothing.

Whoever asks for another path, by another method, under another name or without the secret learns nothing, not
even which of them was wrong. What a payload says is left to those who read the files.
"""

import asyncio
import hmac
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extract.heyreach.door_addresses import PROBE, Address, proof, read_addresses
from extract.heyreach.webhook_lines import event_key
from extract.people.line_files import BYTE_ORDER_MARK
from extract.workspace.errors import OutboundError
from reports.door.payload_lines import PayloadLines

LONGEST_BODY = 64 * 1024
RETRY_SECONDS = 30
TOLD_EVERY_SECONDS = 60.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Addresses:
    """The addresses of a workspace as its file says now; it is read again when it has changed."""

    def __init__(self, path: Path):
        self._path = path
        self._state: tuple[int, int, int] | None = None
        self._addresses: tuple[Address, ...] = ()

    def open_now(self) -> list[Address]:
        """Those whose deliveries are taken; raises ConfigurationError where the file can't be read."""
        try:
            found = self._path.stat()
            state = found.st_ino, found.st_mtime_ns, found.st_size
        except FileNotFoundError:
            state = None
        if state != self._state or state is None:
            self._addresses = read_addresses(self._path)
            self._state = state
        now = datetime.now(UTC)
        return [address for address in self._addresses if address.is_open(now)]


class Door:
    """The ASGI application. `port` is where it listens, by which it may be called on this machine."""

    def __init__(self, addresses: Addresses, lines: PayloadLines, port: int):
        self._addresses = addresses
        self._lines = lines
        self._silent_until = 0.0
        self._own = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]")}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            status, body = await self._answer(scope, receive)
        except _Gone:
            return
        except (OSError, OutboundError) as error:
            self._tell(error)
            status, body = 503, b""
        headers = [(b"content-length", str(len(body)).encode())]
        if status == 503:
            headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
        if status != 202:  # what is left of the request is not read
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _tell(self, error: Exception) -> None:
        """Say why webhooks are refused, once a minute: while a disk is full all of them are."""
        now = time.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + TOLD_EVERY_SECONDS
            print(f"webhooks can't be kept, and are refused: {error}", file=sys.stderr, flush=True)

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, bytes]:
        address = self._called(scope)
        if address is None:
            return 404, b""
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        body = await _body(receive) if int(length) <= LONGEST_BODY else None
        if body is None:
            return 413, b""
        body = body.removeprefix(BYTE_ORDER_MARK)
        if event_key(body) is None:
            return 400, b""
        nonce = headers.get(PROBE.encode())
        await asyncio.wrap_future(self._lines.append(b"" if nonce else body))
        return 202, proof(address.secret, nonce) if nonce else b""

    def _called(self, scope: Message) -> Address | None:
        """The address that a request is for, in the same time whichever it is."""
        path = scope["raw_path"] + (b"?" if scope["query_string"] else b"")
        [host] = [value.lower() for name, value in scope["headers"] if name == b"host"] or [b""]
        found = None
        for address in self._addresses.open_now():
            is_path = hmac.compare_digest(path, address.path.encode())
            is_named = host in self._own or host in {name.encode() for name in address.hosts}
            if is_path and is_named and scope["method"] == "POST":
                found = address
        return found


class _Gone(Exception):
    """The other side hung up."""


async def _body(receive: Receive) -> bytes | None:
    """The body; None as soon as it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        body += message["body"]
        if len(body) > LONGEST_BODY:
            return None
        if not message["more_body"]:
            return bytes(body)
