"""What tells the rows of a mart apart, as the tests of the models have it."""

import functools
import re
from pathlib import Path

import yaml

_FOLDERS = [Path(__file__).parent / "models" / name for name in ("marts", "reporting")]
_NAME = re.compile(r"^  - name: (\w+)$", re.MULTILINE)
_UNIQUE = re.compile(r"^ +unique: (\[.+\])$", re.MULTILINE)


@functools.cache
def keys() -> dict[str, tuple[str, ...]]:
    """Mart -> the columns of its first tested key; without those that have none."""
    found = {}
    for folder in _FOLDERS:
        for path in folder.rglob("*.yml"):
            text = path.read_text(encoding="utf-8")
            if (name := _NAME.search(text)) and (unique := _UNIQUE.search(text)):
                first = yaml.safe_load(unique[1])[0]
                found[name[1]] = (first,) if isinstance(first, str) else tuple(first)
    return found
