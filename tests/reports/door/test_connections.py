"""Connections to the door and to the server."""

import asyncio
import contextlib
import socket
import threading

import httpx
import uvicorn

from reports.door import connections
from reports.door.connections import DoorProtocol, listening


@contextlib.contextmanager
def answering(body: bytes):
    """A server whose every answer has this body; yields its address."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, http=DoorProtocol, ws="none", lifespan="off", log_config=None)
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    with listening("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=asyncio.run, args=[server.serve([listener])])
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join()


def test_whoever_reads_no_answer_keeps_nobody_out(monkeypatch):
    monkeypatch.setattr(connections, "MOST", 4)
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    # More than lies in the buffers of a connection.
    with answering(b"x" * 16_000_000) as (host, port), contextlib.ExitStack() as opened:
        for _ in range(6):
            sock = opened.enter_context(socket.create_connection((host, port), timeout=5))
            sock.sendall(2 * request)  # the second is begun, and its answer waits for the first
            assert sock.recv(1)
        assert len(httpx.get(f"http://{host}:{port}/", timeout=5).content) == 16_000_000


def test_an_answer_waits_for_no_acknowledgement_of_its_first_part():
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
