"""Files of JSON lines that others leave in a folder: which there are, and what tells their lines apart."""

import hashlib
import os
from pathlib import Path

import orjson

SUFFIXES = frozenset({".jsonl", ".ndjson"})
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def key_of(payload: object) -> str | None:
    """Hash of a value's canonical JSON, 32 hexadecimal digits; None for what JSON can't say."""
    try:
        canonical = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return hashlib.sha256(canonical).hexdigest()[:32]


def changed_files(folder: Path) -> list[float]:
    """When each of a folder's files of lines last changed, in seconds since 1970."""
    paths = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return [path.stat().st_mtime for path in paths if path.suffix.lower() in SUFFIXES and path.is_file()]
