"""`make serve`: pages and API on a port of this machine, until it is stopped."""

import contextlib
import socket

import uvicorn

from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark
from reports.server.access import read_token
from reports.server.app import create_app
from reports.server.site import Site, new_site

# Requests that are under way when it is stopped have so long.
LAST_SECONDS = 5


def serve(workspace: Workspace, *, show: Say) -> None:
    """Serve the workspace until a signal; raises ConfigurationError where the port is taken."""
    site = new_site(workspace, read_token(workspace.paths.server_token))
    with contextlib.closing(listening(workspace.serve.host, workspace.serve.port, "SERVE_PORT")) as sock:
        for line in _greeting(site):
            show(line + demo_mark(workspace.is_demo))
        uvicorn.Server(configured(create_app(site))).run(sockets=[sock])


def listening(host: str, port: int, setting: str) -> socket.socket:
    """A socket that is bound; raises ConfigurationError, naming the setting, where it can't be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise ConfigurationError(
            f"Nothing can listen on {host}, port {port} ({error.strerror}): stop what does, or set {setting}"
        ) from None
    return sock


def configured(app: object) -> uvicorn.Config:
    """How it is served: nothing of a request is logged, since addresses name people."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=LAST_SECONDS,
        limit_concurrency=200,
        lifespan="on",
        ws="none",
        http="h11",
    )


def _greeting(site: Site) -> list[str]:
    workspace = site.workspace
    name = "127.0.0.1" if workspace.serve.host in ("0.0.0.0", "::") else workspace.serve.host  # noqa: S104
    base = f"http://{f'[{name}]' if ':' in name else name}:{workspace.serve.port}"
    return [
        f"open {base}/enter/{site.keys.link()} within five minutes; it is good once",
        f"the API: {base}/docs, with the token in {shown(workspace.paths.server_token)}",
    ]
