"""A profile that another program wrote as JSON: read by the rules of the file, shown as its lines, added.

Or saved: one that is in the file already gets its new lines, and everything else stays as it is.
"""

import hashlib
import json
import os
import re
import textwrap
from pathlib import Path

import yaml

from extract.intelligence.profiles import READERS, SIGNALS, Profiles, check_name, profiles_in, read_profile
from extract.intelligence.reading import Problems
from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import Items, Mapping, Value, quoted, shown
from extract.workspace.whole_files import write_whole

_WITHIN = ("must_have", "nice_to_have", "avoid", "titles", "departments", *SIGNALS)
# The keys as JSON spells them: `companySizeMin` is company_size_min.
_KEYS = {re.sub(r"_(\w)", lambda found: found[1].upper(), key): key for key in (*READERS, *_WITHIN)}
_WIDTH = 110


class ChangedMeanwhileError(ConfigurationError):
    """Somebody else has changed the file since it was read."""


def read_json(path: Path, name: str) -> str:
    """The lines of a profile called `name`, as config/icp_profiles.yaml holds them, from the JSON in `path`.

    Raises ConfigurationError with every problem of the profile and its line.
    """
    return _block(path, name, strict_yaml.load_json(path))


def read_told(told: dict, name: str) -> str:
    """The same of a profile that was sent, whose problems are named by lines of its JSON."""
    path = Path("the profile")
    return _block(path, name, strict_yaml.parsed(json.dumps(told, indent=1, ensure_ascii=False), path))


def _block(path: Path, name: str, document: Mapping) -> str:
    try:
        check_name(name)
    except ValueError as error:
        raise ConfigurationError(f"NAME: {error}") from None
    problems = Problems(path)
    profile = _renamed(document, problems)
    read_profile(name, profile, 1, problems)
    if problems.found:
        raise ConfigurationError(problems.found)
    return yaml.safe_dump(
        {name: _plain(profile)}, sort_keys=False, default_flow_style=None, allow_unicode=True, width=_WIDTH
    )


def add(path: Path, name: str, block: str) -> None:
    """Write the lines of a profile at the end of the file's profiles; everything else stays as it is.

    Raises ConfigurationError where there is one of that name, or the file's layout leaves no place for it.
    """
    text = strict_yaml.read_text(path) if path.exists() else ""
    before = _read(text, path)
    if name in before.by_name:
        raise ConfigurationError(f"{shown(path)} has a profile {quoted(name)} already; give it another NAME")
    alone = _read(_with("", Mapping(1), name, block), path)
    wanted = Profiles(before.default or name, {**before.by_name, **alone.by_name})
    new = _with(text, strict_yaml.parsed(text, path), name, block)
    _require(new, path, wanted)
    _write(path, new)


def fingerprint(path: Path) -> str:
    """What tells one state of a file from another."""
    content = path.read_bytes() if path.exists() else b""
    return hashlib.sha256(content).hexdigest()[:16]


def with_profile(path: Path, name: str, block: str, *, is_default: bool = False) -> tuple[str, Profiles]:
    """The file's text with a profile new or changed, and what it says then; nothing is written.

    Raises ConfigurationError where the file can't be read, or is laid out so that lines can't be exchanged.
    """
    text = strict_yaml.read_text(path) if path.exists() else ""
    before = _read(text, path)
    alone = _read(_with("", Mapping(1), name, block), path)
    wanted = Profiles(
        name if is_default or before.default is None else before.default, before.by_name | alone.by_name
    )
    document = strict_yaml.parsed(text, path)
    if wanted.default != before.default and before.default is not None:
        lines = text.splitlines(keepends=True)
        place = document.lines["default"] - 1
        key, _, value = lines[place].partition(":")
        lines[place] = f"{key}:{value.replace(before.default, name, 1)}"
        text = "".join(lines)
    exchange = _exchanged if name in before.by_name else _with
    text = exchange(text, document, name, block)
    _require(text, path, wanted)
    return text, wanted


def save(path: Path, name: str, block: str, seen: str, *, is_default: bool = False) -> None:
    """Write a profile, new or changed, into the file, whose `fingerprint` was `seen` when it was read.

    Raises ChangedMeanwhileError where it is another one by now, and as `with_profile` does.
    """
    if fingerprint(path) != seen:
        raise ChangedMeanwhileError(
            f"{shown(path)} was changed since you read it: look at it again, then save"
        )
    _write(path, with_profile(path, name, block, is_default=is_default)[0])


def _exchanged(text: str, document: Mapping, name: str, block: str) -> str:
    """The text with the lines of a profile exchanged; blank lines and comments behind it stay."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    profiles = document["profiles"]
    first = profiles.lines[name] - 1
    starts = [*profiles.lines.values(), *document.lines.values()]
    last = min([line - 1 for line in starts if line - 1 > first], default=len(lines))
    # What stands right above the next name belongs to that.
    while not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#"):
        last -= 1
    margin = re.match(" *", lines[first])[0]
    lines[first:last] = [line + end for line in textwrap.indent(block, margin).splitlines()]
    return "".join(lines)


def _require(text: str, path: Path, wanted: Profiles) -> None:
    """Raise ConfigurationError unless a text says what it should."""
    try:
        is_so = _read(text, path) == wanted
    except ConfigurationError:
        is_so = False
    if not is_so:
        raise ConfigurationError(
            f"{shown(path)} is laid out so that nothing can be added to it; put the lines into it yourself"
        )


def _write(path: Path, new: str) -> None:
    mode = path.stat().st_mode if path.exists() else 0o644
    write_whole(path, new.encode())
    os.chmod(path, mode & 0o777)


def _read(text: str, path: Path) -> Profiles:
    problems: list[str] = []
    profiles = profiles_in(strict_yaml.parsed(text, path), path, problems)
    if problems:
        raise ConfigurationError(problems)
    return profiles


def _with(text: str, document: Mapping, name: str, block: str) -> str:
    """The text with the block below the last profile, and a default where there was none."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(end):
        lines[-1] += end
    profiles = document.get("profiles")
    if "profiles" not in document:
        lines.append(f"profiles:{end}")
        place = len(lines)
    else:
        later = [line for line in document.lines.values() if line > document.lines["profiles"]]
        place = min(later) - 1 if later else len(lines)
        # What stands right above the next name belongs to it.
        while later and lines[place - 1].startswith("#"):
            place -= 1
    while not lines[place - 1].strip():
        place -= 1
    margin = "  "
    if isinstance(profiles, Mapping) and profiles:
        margin = re.match(" *", lines[next(iter(profiles.lines.values())) - 1])[0]
    added = [line + end for line in textwrap.indent(block, margin).splitlines()]
    lines[place:place] = [end, *added] if isinstance(profiles, Mapping) else added
    if document.get("default") is None:
        lines = [line for line in lines if line.strip() != "default:"]
        place = next((at for at, line in enumerate(lines) if line.startswith("profiles:")), 0)
        lines.insert(place, f"default: {name}{end}")
    return "".join(lines)


def _renamed(value: Value, problems: Problems) -> Value:
    """The same with keys as the file spells them; unknown ones stay, for whoever knows what is."""
    if not isinstance(value, Mapping):
        return value
    renamed = Mapping(value.line)
    for key, each in value.items():
        name = _KEYS.get(key, key)
        if name in renamed:
            problems.add(value.lines[key], f"{quoted(key)} is already set on line {renamed.lines[name]}")
        renamed[name] = _renamed(each, problems)
        renamed.lines[name] = value.lines[key]
    return renamed


def _plain(value: Value) -> object:
    """As YAML writes it: numbers and switches without quotes, nothing where nothing is."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, Items):
        return list(value)
    if value in ("true", "false"):
        return value == "true"
    return int(value) if isinstance(value, str) and value.isdigit() else value
