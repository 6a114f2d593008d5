"""The door opened alone, until the system or the operator ends it."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from extract.heyreach.door_addresses import read_addresses
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.door.opening import open_door


def hold_open(
    workspace: Workspace,
    beside: Callable[[Workspace, str], AbstractContextManager[None]],
    *,
    say: Callable[[str], None],
) -> None:
    """Take webhooks until this process is asked to end, and do `beside` meanwhile; raises as `open_door`."""
    with open_door(workspace) as url, beside(workspace, url):
        say(f"webhooks come in at {url}, into {shown(workspace.paths.webhooks)}; Ctrl-C ends it")
        addresses = [address for address in read_addresses(workspace.paths.door) if address.until is None]
        for address in addresses:
            say(f"HeyReach delivers to {address.shown}: whatever answers there has to lead here")
        if not addresses:
            say("nothing is taken before HeyReach has an address: make webhooks URL=https://... APPLY=1")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:  # asked to end by the system, too
            say("closed; HeyReach goes on trying for 24 hours, what comes later is lost")
