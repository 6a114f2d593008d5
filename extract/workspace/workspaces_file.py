"""config/workspaces.yaml: the workspaces of an agency, each with the variable of its key and its folder."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from extract.workspace import strict_yaml, values
from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import WORKSPACES
from extract.workspace.strict_yaml import quoted, shown, suggestion
from extract.workspace.variables import KEY_OF_WORKSPACE

KEYS = ("name", "key", "base_url", "account_file", "folder", "client", "tags")
LONGEST_CLIENT, MOST_TAGS = 80, 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Listed:
    """One workspace as the file has it; `base_url` and `account_file` are blank where the settings' hold.

    `key` is the variable that holds its key, `folder` its data folder, seen from the data folder of all.
    """

    name: str
    key: str
    base_url: str
    account_file: str
    folder: str
    client: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Unusable:
    """An entry that nothing is done with, and why; `name` is what can be said of it."""

    name: str
    why: str


def read_workspaces_file(path: Path) -> tuple[list[Listed], list[Unusable]]:
    """The workspaces in the file's order, and the entries that can't be used, for which no other one waits.

    Raises ConfigurationError where the file is no list of workspaces at all.
    """
    if not path.exists():
        return [], []
    document = strict_yaml.load(path)
    unknown = [
        f"{shown(path)} line {line}: {quoted(name)} is not known; {suggestion(name, ['workspaces'])}"
        for name, line in document.lines.items()
        if name != "workspaces"
    ]
    if unknown:
        raise ConfigurationError(unknown)
    entries = document.get("workspaces")
    if entries is None:
        return [], []
    if not isinstance(entries, strict_yaml.Items):
        line = document.lines["workspaces"]
        raise ConfigurationError(f"{shown(path)} line {line}: workspaces must be a list, each with a `name:`")
    listed, unusable = [], []
    for line, entry in zip(entries.lines, entries, strict=True):
        try:
            listed.append(_listed(entry))
        except ValueError as error:
            name = entry.get("name") if isinstance(entry, strict_yaml.Mapping) else None
            name = name if isinstance(name, str) and _NAME.fullmatch(name) else f"line {line}"
            unusable.append(Unusable(name, f"{shown(path)} line {line}: {error}"))
    return _apart(listed, unusable, path)


def _apart(listed: list[Listed], unusable: list[Unusable], path: Path) -> tuple[list[Listed], list[Unusable]]:
    """Without those of which two have one name, folder or key: nobody knows which of the two is meant."""
    for what in ("name", "folder", "key"):
        doubled = _twice(getattr(each, what) for each in listed)
        for each in [each for each in listed if getattr(each, what) in doubled]:
            said = f"{shown(path)}: two workspaces have the {what} {quoted(getattr(each, what))}"
            unusable.append(Unusable(each.name, f"{said}; give each its own"))
            listed.remove(each)
    return listed, unusable


def _twice(values: Iterable[str]) -> set[str]:
    return {value for value, times in Counter(values).items() if times > 1}


def _listed(entry: strict_yaml.Value) -> Listed:
    if not isinstance(entry, strict_yaml.Mapping):
        raise ValueError(f"each workspace has a `name:`, not {quoted(entry)}")
    for name in entry:
        if name not in KEYS:
            raise ValueError(f"{quoted(name)} is not known; {suggestion(name, KEYS)}")
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"name must be small letters, digits, - and _, at most 40 of them, not {quoted(name)}"
        )
    key = _text(entry, "key") or f"{KEY_OF_WORKSPACE}{re.sub(r'[^A-Z0-9]', '_', name.upper())}"
    if not re.fullmatch(rf"HEYREACH_API_KEY|{KEY_OF_WORKSPACE}[A-Z0-9_]+", key):
        raise ValueError(
            f"key names the variable that holds the key, such as {KEY_OF_WORKSPACE}NORTHWIND, "
            "and never the key itself"
        )
    base_url = _text(entry, "base_url")
    if base_url:
        try:
            base_url = values.base_url(base_url)
        except ValueError as error:
            raise ValueError(f"base_url {error}") from None
    client = _text(entry, "client") or name
    if len(client) > LONGEST_CLIENT:
        raise ValueError(f"client must be at most {LONGEST_CLIENT} characters long")
    return Listed(
        name,
        key,
        base_url,
        _text(entry, "account_file"),
        _text(entry, "folder") or f"{WORKSPACES}/{name}",
        client,
        _tags(entry.get("tags")),
    )


def _text(entry: strict_yaml.Mapping, name: str) -> str:
    value = entry.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"{name} must be a printable text, not {quoted(value)}")
    return value.strip()


def _tags(value: strict_yaml.Value) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, strict_yaml.Items) or len(value) > MOST_TAGS:
        raise ValueError(f"tags must be a list of at most {MOST_TAGS}")
    for tag in value:
        if not isinstance(tag, str) or not _NAME.fullmatch(tag):
            raise ValueError(f"a tag must be small letters, digits, - and _, not {quoted(tag)}")
    return tuple(dict.fromkeys(value))
