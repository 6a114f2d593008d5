"""`make serve`: pages and API on a port of this machine, and the door for webhooks, until it is stopped."""

import contextlib
import gc
import os
import socket
from collections.abc import Iterator

import httpx
import uvicorn

from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import BusyError, opened_once
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.door.connections import DoorProtocol, listening
from reports.door.opening import open_door
from reports.jobs.frame import Say, demo_mark, require_places
from reports.server.access import read_token
from reports.server.app import create_app
from reports.server.site import Site, new_site

# Requests that are under way when it is stopped have so long.
LAST_SECONDS = 5


def serve(workspace: Workspace, *, say: Say, show: Say) -> None:
    """Serve the workspace until a signal, with the door unless another process has it open.

    Raises BusyError where another process serves this workspace, ConfigurationError where a port is taken, or
    others can read the token.
    """
    require_places(workspace)
    # Makes one where there is none, and says now what is wrong with it.
    read_token(workspace.paths.server_token)
    site = new_site(workspace)
    with (
        opened_once(workspace.folder, "pages"),
        _listening(workspace) as listener,
        contextlib.ExitStack() as opened,
    ):
        for line in _greeting(site):
            show(line + demo_mark(workspace.is_demo))
        try:
            url = opened.enter_context(open_door(workspace))
            say(f"webhooks come in at {url} (make webhooks)")
            if workspace.is_demo:
                from reports.door.demo import arriving  # noqa: PLC0415 - brings the sandbox along

                opened.enter_context(arriving(workspace, url))
        except BusyError as held:
            say(str(held))
        _settle()
        try:
            uvicorn.Server(configured(create_app(site))).run(sockets=[listener])
        except KeyboardInterrupt:  # asked to end by the system, too
            say("closed")


def print_link(workspace: Workspace, *, show: Say) -> None:
    """Show a new link of the server that runs; raises ConfigurationError where none does."""
    token = read_token(workspace.paths.server_token)
    try:
        with httpx.Client(trust_env=False, timeout=10) as client:
            headers = {"authorization": f"Bearer {token}"}
            answer = client.post(f"{base_url(workspace)}/api/links", headers=headers)
    except httpx.HTTPError:
        answer = None
    if answer is None or answer.status_code != httpx.codes.OK:
        raise ConfigurationError(
            f"No server of this workspace answers at {base_url(workspace)}: make serve starts one, and "
            "prints a link"
        )
    show(f"open {answer.json()['url']} within five minutes; it is good once")


def base_url(workspace: Workspace) -> str:
    """Where a server is reached from this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what it is, not where we listen
    host = everywhere.get(workspace.serve.host, workspace.serve.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{workspace.serve.port}"


@contextlib.contextmanager
def _listening(workspace: Workspace) -> Iterator[socket.socket]:
    host, port = workspace.serve.host, workspace.serve.port
    try:
        listener = listening(host, port)
    except OSError as error:
        raise ConfigurationError(
            f"Nothing can listen at {host}, port {port} ({os.strerror(error.errno)}): end what does, or set "
            "SERVE_PORT to another port"
        ) from None
    with listener:
        yield listener


def configured(app: object) -> uvicorn.Config:
    """How it is served: nothing of a request is logged, since addresses name people."""
    return uvicorn.Config(
        app,
        http=DoorProtocol,
        ws="none",
        lifespan="on",
        loop="asyncio",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=LAST_SECONDS,
    )


def _settle() -> None:
    """Look for garbage seldom, and not among what stays to the end: it takes longer than most answers."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _greeting(site: Site) -> list[str]:
    base = base_url(site.workspace)
    return [
        f"open {base}/enter/{site.keys.link()} within five minutes; it is good once",
        f"the API: {base}/docs, with the token in {shown(site.workspace.paths.server_token)}",
    ]
