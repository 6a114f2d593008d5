"""What files of lead intelligence and outreach are read by: each key has a reader, each problem its line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extract.workspace import strict_yaml
from extract.workspace.strict_yaml import Items, Value, quoted, shown, suggestion
from extract.workspace.values import whole_number


@dataclass
class Problems:
    """What is wrong in a file, a line each."""

    path: Path
    found: list[str] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        """Note a problem with its line."""
        self.found.append(f"{shown(self.path)} line {line}: {text}")


# Name, value, line and problems -> what is kept; a value that was left out is None.
Reader = Callable[[str, Value, int, Problems], Any]


def mapping(
    name: str, value: Value, line: int, problems: Problems, known: Mapping[str, Any] | None = None
) -> strict_yaml.Mapping:
    """A mapping as it is, empty where there is none or something else; every key has to be `known`."""
    if value is not None and not isinstance(value, strict_yaml.Mapping):
        problems.add(line, f"{name} must be lines of `name: value`, not {quoted(value)}")
    if not isinstance(value, strict_yaml.Mapping):
        return strict_yaml.Mapping(line)
    for key in value:
        if known is not None and key not in known:
            problems.add(value.lines[key], f"{quoted(key)} is not known in {name}; {suggestion(key, known)}")
    return value


def section(readers: Mapping[str, Reader]) -> Reader:
    """Reads a mapping by a reader for each key; all keys are in what is kept."""

    def read(name: str, value: Value, line: int, problems: Problems) -> dict[str, Any]:
        found = mapping(name, value, line, problems, readers)
        return {
            key: reader(key, found.get(key), found.lines.get(key, line), problems)
            for key, reader in readers.items()
        }

    return read


def texts(spelt: Callable[[str], str]) -> Reader:
    """Reads a list of texts, each by `spelt`, which raises ValueError; each is kept once, in order."""

    def read(name: str, value: Value, line: int, problems: Problems) -> list[str]:
        if value is not None and not isinstance(value, Items):
            problems.add(line, f"{name} must be a list, as in [a, b], not {quoted(value)}")
        kept = set()
        for item, at in zip(value, value.lines, strict=True) if isinstance(value, Items) else ():
            try:
                if not isinstance(item, str):
                    raise ValueError(f"must be texts, not {quoted(item)}")
                kept.add(spelt(item))
            except ValueError as error:
                problems.add(at, f"{name}: {error}")
        return sorted(kept)

    return read


def number(low: int, high: int, left_out: int | None = None) -> Reader:
    """Reads a whole number; `left_out` where there is none."""

    def read(name: str, value: Value, line: int, problems: Problems) -> int | None:
        if value is None:
            return left_out
        try:
            return whole_number(value if isinstance(value, str) else "", low, high)
        except ValueError as error:
            problems.add(line, f"{name} {error}, not {quoted(value)}")
            return left_out

    return read


def switch(name: str, value: Value, line: int, problems: Problems) -> bool:
    """Reads true or false; left out, it is on."""
    if value not in (None, "true", "false"):
        problems.add(line, f"{name} must be true or false, not {quoted(value)}")
    return value != "false"
