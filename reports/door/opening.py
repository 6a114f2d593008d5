"""The door of a workspace, opened in a thread of its own and closed without losing what has come."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import uvicorn

from extract.people.line_files import changed_files
from extract.workspace.errors import ConfigurationError
from extract.workspace.folders import require_writable
from extract.workspace.lock import opened_once
from extract.workspace.paths import Paths
from extract.workspace.workspace import Workspace
from reports.door.answering import Addresses, Door
from reports.door.connections import IDLE_SECONDS, DoorProtocol, listening
from reports.door.payload_lines import PayloadLines

# To answer what is being received; a stop may take eight seconds (extract/workspace/stop.py).
CLOSING_SECONDS = 4
LONGEST_HEADER = 16 * 1024


@contextlib.contextmanager
def open_door(workspace: Workspace) -> Iterator[str]:
    """Take webhooks for the length of the block; yields where on this machine.

    At its end what was received is acknowledged or refused. Raises BusyError where another process has the
    door of this workspace open, ConfigurationError where the port is taken, or nothing can be written.
    """
    require_writable(workspace.folder, "The data folder")
    with (
        opened_once(workspace.folder, "door"),
        _listening(workspace) as listener,
        PayloadLines(workspace.paths.webhooks, workspace.folder) as lines,
    ):
        host, port = listener.getsockname()[:2]
        addresses = Addresses(workspace.paths.door)
        addresses.open_now()  # one that can't be read is told now
        with _served(Door(addresses, lines, port), listener):
            yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def last_event(paths: Paths) -> datetime | None:
    """When the newest webhook came in, to the moment of its file's last change; None where none did."""
    changed = changed_files(paths.webhooks)
    return datetime.fromtimestamp(max(changed), UTC) if changed else None


@contextlib.contextmanager
def _listening(workspace: Workspace) -> Iterator[socket.socket]:
    host, port = workspace.serve.host, workspace.serve.hooks_port
    try:
        listener = listening(host, port)
    except OSError as error:
        raise ConfigurationError(
            f"Webhooks can't come in at {host}, port {port} ({os.strerror(error.errno)}): end what listens "
            "there, or set HOOKS_PORT to another port, and lead the public address to that one"
        ) from None
    with listener:
        yield listener


@contextlib.contextmanager
def _served(door: Door, listener: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(
        door,
        http=DoorProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        interface="asgi3",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=LONGEST_HEADER,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="door-connections", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the door did not open")
        time.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
