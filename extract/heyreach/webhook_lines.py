"""What a line of a webhook file must be: a JSON object or a list of them, as HeyReach or a relay sends it."""

import orjson

from extract.people.line_files import key_of


def event_key(line: bytes) -> str | None:
    """Hash of a line's canonical JSON, 32 hexadecimal digits; None for anything but objects."""
    try:
        payload = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    payloads = payload if isinstance(payload, list) else [payload]
    if not payloads or not all(isinstance(each, dict) for each in payloads):
        return None
    return key_of(payload)
