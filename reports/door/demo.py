"""Webhooks of the demo: what its sandbox has to tell, delivered to the door over HTTP."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

from extract.acting.webhooks import wanted
from extract.heyreach import webhook_api
from extract.heyreach.client import HeyReachClient
from extract.heyreach.door_addresses import Address, new_address, read_addresses, write_addresses
from extract.http.pacing import Pacer
from extract.sandbox import DEMO_END
from extract.sandbox.process import demo_sandbox
from extract.workspace.errors import OutboundError
from extract.workspace.workspace import Workspace

# The demo's own last days, in steps that have about one event, and how many steps a second.
DAYS, STEP, STEPS_A_SECOND = 3, timedelta(minutes=10), 5


@contextlib.contextmanager
def arriving(workspace: Workspace, url: str) -> Iterator[None]:
    """Let the demo's newest events come in at the door that is open at `url`, for the length of the block.

    A thread registers the door with a sandbox of its own and lets that deliver what happened in the demo's
    last three days, some events twice, late and out of order, for about a minute and a half; then nothing
    more comes. The door gets an address for it where it has none. Raises ValueError for what is not the demo.
    """
    if not workspace.is_demo:
        raise ValueError("invented events are for the demo alone")
    address = _address(workspace, url)
    over = threading.Event()
    sending = threading.Thread(target=_deliver, args=(workspace, address, over), name="demo", daemon=True)
    sending.start()
    try:
        yield
    finally:
        over.set()
        sending.join()


def _address(workspace: Workspace, url: str) -> Address:
    addresses = read_addresses(workspace.paths.door)
    known = [address for address in addresses if address.until is None and address.url == url]
    if known:
        return known[-1]
    address = new_address(url)
    write_addresses(workspace.paths.door, (address, *addresses))
    return address


def _deliver(workspace: Workspace, address: Address, over: threading.Event) -> None:
    try:
        with demo_sandbox(DEMO_END) as sandbox:
            pacer = Pacer(0, sandbox.api_key, workspace.paths.pacing)
            with HeyReachClient(sandbox.base_url, sandbox.api_key, pacer) as client:
                for event_type, name in wanted().items():
                    webhook_api.create(client, name, event_type, address.target)
            since = DEMO_END - timedelta(days=DAYS)
            while since < DEMO_END and not over.wait(1 / STEPS_A_SECOND):
                sandbox.deliver(since, since + STEP, tries=1)
                since += STEP
    except (OSError, OutboundError) as error:
        print(f"the demo's webhooks don't come: {error}", file=sys.stderr, flush=True)
