"""A door that is open on a free port, and the one address at which it takes webhooks."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from extract.heyreach.door_addresses import Address, new_address, write_addresses
from extract.workspace.workspace import Workspace, load_workspace
from reports.door.opening import open_door

PUBLIC = "https://hooks.example.com"


@dataclass
class Opened:
    """An open door; what is sent to it is bytes, as a stranger may send them."""

    workspace: Workspace
    address: Address
    port: int

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=8)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, request: bytes) -> bytes:
        """Everything that is answered to these bytes, to the end of the connection."""
        with self.connect() as connection:
            connection.sendall(request)
            return everything(connection)

    def post(self, body: bytes, *headers: str, path: str | None = None, host: str | None = None) -> bytes:
        return self.ask(self.request(body, *headers, path=path, host=host))

    def request(
        self,
        body: bytes,
        *headers: str,
        path: str | None = None,
        host: str | None = None,
        closes: bool = True,
    ) -> bytes:
        lines = [f"POST {self.address.path if path is None else path} HTTP/1.1"]
        lines += [f"Host: {host or f'127.0.0.1:{self.port}'}", f"Content-Length: {len(body)}"]
        lines += [*headers, *(["Connection: close"] if closes else [])]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    @property
    def lines(self) -> list[bytes]:
        """The lines that are on disk."""
        files = sorted(self.workspace.paths.webhooks.glob("*.jsonl"))
        return [line for path in files for line in path.read_bytes().splitlines()]


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side hangs up."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except TimeoutError:
            pytest.fail("the connection stays open")
    return b"".join(parts)


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), "no answer"
    return int(answer.split(b" ", 2)[1])


def at(folder: Path, **environment: str) -> Workspace:
    """The workspace of a folder, its door on a free port."""
    workspace = load_workspace(
        folder, {"OUTBOUND_DATA_DIR": str(folder), "HEYREACH_API_KEY": "test-key", **environment}
    )
    return replace(workspace, serve=replace(workspace.serve, hooks_port=0))


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    workspace, address = at(folder), new_address(PUBLIC)
    write_addresses(workspace.paths.door, (address,))
    with open_door(workspace) as url:
        yield Opened(workspace, address, int(url.rpartition(":")[2]))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Opened]:
    with opened(tmp_path) as door:
        yield door


@pytest.fixture(scope="module")
def shared_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One that several tests send to."""
    with opened(tmp_path_factory.mktemp("shared")) as door:
        yield door
