"""Whether an event that is sent to the public address arrives at the door."""

import hmac
import secrets

from extract.heyreach.door_addresses import PROBE, Address, proof
from extract.http.retry import PassingError
from extract.http.transport import HttpClient, Limits, TooLargeError

LIMITS = Limits(seconds=15.0, silence=10.0, bytes=64 * 1024)


def missed(address: Address) -> str | None:
    """Send a test event as HeyReach would; None where the door proved that it has it, else why it hasn't.

    The door forces it to disk like any other, and keeps nothing of it.
    """
    nonce = secrets.token_hex(16)
    try:
        with HttpClient(address.url, LIMITS) as client:
            reply = client.send("POST", address.target, headers={PROBE: nonce}, content=b"{}")
    except PassingError as failure:
        return str(failure)
    except TooLargeError:
        return "something else answers there"
    if reply.status == 202 and hmac.compare_digest(reply.body, proof(address.secret, nonce.encode())):
        return None
    if reply.status == 503:
        return "the door can't write now (503): see what it printed"
    if reply.status in (202, 404):
        return f"something else answers there ({reply.status}), or changes the name or the path on the way"
    return f"it answers {reply.status}"
