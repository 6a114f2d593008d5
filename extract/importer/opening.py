"""What a verb opens that writes into HeyReach: a ledger, and HeyReach or the demo's sandbox."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from extract.heyreach.client import HeyReachClient, heyreach_client
from extract.http.pacing import Pacer
from extract.sandbox import DEMO_END, DEMO_ORIGIN
from extract.sandbox.process import demo_sandbox
from extract.workspace.errors import ConfigurationError
from extract.workspace.ledger import OutgoingLedger
from extract.workspace.workspace import Workspace

_Ledger = TypeVar("_Ledger", bound=OutgoingLedger)


@contextmanager
def open_ledger(
    workspace: Workspace, kind: type[_Ledger], path: Path, *, apply: bool, is_kept: bool = False
) -> Iterator[_Ledger]:
    """A ledger of the workspace; one that is forgotten for dry runs, and for the demo unless `is_kept`."""
    is_forgotten = workspace.is_demo and not is_kept
    if is_forgotten or (not apply and not path.exists()):
        with tempfile.TemporaryDirectory() as folder, kind(Path(folder) / path.name) as ledger:
            yield ledger
        return
    with kind(path) as ledger:
        strangers = ledger.servers() - {origin(workspace)}
        if strangers:
            raise ConfigurationError(
                f"{path} holds {kind.holds} {', '.join(sorted(strangers))}, but HEYREACH_BASE_URL is "
                f"{workspace.base_url}: set OUTBOUND_DATA_DIR to a folder for the other server, "
                "or restore the base URL"
            )
        yield ledger


def origin(workspace: Workspace) -> str:
    """Whose lists and campaigns a ledger speaks of."""
    return DEMO_ORIGIN if workspace.is_demo else workspace.base_url


@contextmanager
def connected(workspace: Workspace) -> Iterator[HeyReachClient]:
    """A client of the operator's workspace, or of the demo's sandbox."""
    if workspace.is_demo:
        with demo_sandbox(DEMO_END) as sandbox:
            pacer = Pacer(0, sandbox.api_key, workspace.paths.pacing)
            with HeyReachClient(sandbox.base_url, sandbox.api_key, pacer) as client:
                yield client
        return
    with heyreach_client(workspace) as client:
        client.check_api_key()
        yield client
