"""The sandbox API on a loopback socket."""

from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from time import sleep
from urllib.parse import urlsplit

from extract.sandbox import clock
from extract.sandbox.api import BASE_PATH, Answer, SandboxApi
from extract.workspace.errors import ConfigurationError

# What carries a key: HeyReach's header, and that of the service that doesn't take it in the query.
KEY_HEADERS = ("X-API-KEY", "X-cb-user-key")


class SandboxServer(ThreadingHTTPServer):
    """Serves `api` on a loopback host; port 0 picks a free one.

    Raises ConfigurationError for any other host and for a port that is taken.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, api: SandboxApi, host: str = "127.0.0.1", port: int = 0):
        _require_loopback(host)
        self.api = api
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            reason = error.strerror
            raise ConfigurationError(
                f"Can't serve on {host}:{port} ({reason}). Choose another --port."
            ) from None

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host}:{port}"

    @property
    def base_url(self) -> str:
        return self.url + BASE_PATH.rstrip("/")

    def server_bind(self) -> None:
        # HTTPServer's own looks the host's name up, which can hang without a network.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urlsplit(self.path)
        api = self.server.api
        key = next((self.headers[name] for name in KEY_HEADERS if name in self.headers), None)
        answer = api.handle(self.command, target.path, target.query, key, body)
        if answer.delay_seconds:
            sleep(answer.delay_seconds)
        if answer.is_dropped:
            self.close_connection = True
            return
        # One send for head and body: two would wait for the client's delayed acknowledgement.
        self.wfile.write(
            _head(answer, api.date // clock.SECOND) + (b"" if self.command == "HEAD" else answer.body)
        )

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def log_message(self, format: str, *args) -> None:
        """Requests are counted by the API (GET /sandbox/log), not printed."""


def _head(answer: Answer, now_seconds: int) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Date: {_http_date(now_seconds)}",
        f"Content-Length: {len(answer.body)}",
    ]
    if answer.content_type:
        lines.append(f"Content-Type: {answer.content_type}")
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@lru_cache(maxsize=64)
def _http_date(seconds: int) -> str:
    return format_datetime(clock.to_datetime(seconds * clock.SECOND), usegmt=True)


def _require_loopback(host: str) -> None:
    try:
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ConfigurationError(
            f"{host} is not a loopback address; the sandbox only serves this machine. Use 127.0.0.1."
        )
