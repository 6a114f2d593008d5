"""YAML for files a person edits: nothing is guessed.

Ordinary loaders read `account_id: 00456` as 302 and `label: no` as false, keep the last of two equal keys
without a word, and let a few hundred bytes of aliases grow to millions of values. Here every value stays the
text that was typed, and whatever could mean something else than it says is refused with its line.
"""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from extract.workspace.errors import ConfigurationError

MAX_BYTES = 1_000_000
MAX_DEPTH = 10


class Mapping(dict):
    """A YAML mapping; `lines` holds the line of each key, `line` the line it starts on."""

    def __init__(self, line: int):
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Items(list):
    """A YAML list; `lines` holds the line of each element, `line` the line it starts on."""

    def __init__(self, line: int):
        super().__init__()
        self.line = line
        self.lines: list[int] = []


Value = Mapping | Items | str | None

# Nobody writes a comment like that: it is the rest of the text before it.
_CUT_OFF = re.compile(r" *(#[^\s#][^\r\n\0]*)")


def load(path: Path) -> Mapping:
    """The file's mapping; values are text, None (nothing, `~` or `null`), Mapping or Items.

    A file without content gives an empty mapping. Raises ConfigurationError naming file and line.
    """
    return parsed(read_text(path), path)


def load_json(path: Path) -> Mapping:
    """The same of a JSON file: its values as text, with their lines. That is YAML, but for its tabs."""
    return parsed(read_text(path).replace("\t", " "), path)


def parsed(text: str, path: Path) -> Mapping:
    """The same of a text, which messages call `path`."""
    try:
        return _parse(text)
    except yaml.MarkedYAMLError as error:
        raise ConfigurationError(f"{shown(path)} line {_line(error)}: {_explained(error)}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigurationError(
            f"{shown(path)} line {line}: holds the control character U+{error.character:04X}; remove it"
        ) from None


def shown(path: Path) -> str:
    """The path as messages name it: relative to the working directory where it lies below that."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def quoted(value: Value) -> str:
    """A value as messages show it: short, on one line, control characters escaped."""
    if value is None:
        return "nothing"
    if not isinstance(value, str):
        return "a list" if isinstance(value, Items) else "a mapping"
    return repr(value if len(value) <= 40 else value[:39] + "…")


def suggestion(name: str, known: Iterable[str]) -> str:
    """What messages say after an unknown name: the known one it resembles, else all of them."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"


def read_text(path: Path) -> str:
    """The text of a configuration file. Raises ConfigurationError naming the file."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{shown(path)} can't be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"{shown(path)} is larger than 1 MB; no configuration needs that much")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{shown(path)} line {line}: is not UTF-8; save the file as UTF-8") from None


class _Refused(yaml.MarkedYAMLError):
    """Valid YAML that is not accepted here."""

    def __init__(self, problem: str, mark: yaml.Mark):
        super().__init__(problem=problem, problem_mark=mark)


class _Composer(yaml.BaseLoader):
    """Composes nodes and stops at the first construct that is not plain data; never builds objects."""

    depth = 0

    def compose_node(self, parent, index):
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _Refused("anchors (&) and aliases (*) are not accepted; write it out", event.start_mark)
        if event.tag is not None:
            raise _Refused("tags (!) are not accepted; put the text in quotes", event.start_mark)
        if self.depth == MAX_DEPTH:
            raise _Refused(f"is nested deeper than {MAX_DEPTH} levels", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _parse(text: str) -> Mapping:
    composer = _Composer(text)
    node = composer.get_node() if composer.check_node() else None
    if composer.check_node():
        raise _Refused("a second document starts here; keep one", composer.peek_event().start_mark)
    if node:
        _refuse_cut_text(node)
    value = _value(node) if node else None
    if value is None:
        return Mapping(line=1)
    if not isinstance(value, Mapping):
        raise _Refused("the file must start with `name: value`", node.start_mark)
    return value


def _refuse_cut_text(node: yaml.Node) -> None:
    """Refuse `label: AI Milo #1`, of which YAML would keep `AI Milo` and take the rest for a comment."""
    if not isinstance(node, yaml.ScalarNode):
        for part in node.value:
            for each in part if isinstance(part, tuple) else (part,):
                _refuse_cut_text(each)
        return
    mark = node.end_mark
    cut = _CUT_OFF.match(mark.buffer, mark.pointer) if node.style is None else None
    if cut:
        raise _Refused(
            f"{quoted(cut[1].strip())} would be taken for a comment and left out; put quotes around the "
            "whole text, or a blank after the # of a comment",
            mark,
        )


def _value(node: yaml.Node) -> Value:
    if isinstance(node, yaml.ScalarNode):
        is_plain = node.style is None
        return None if is_plain and node.value in ("", "~", "null") else node.value
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        items = Items(line)
        for element in node.value:
            items.append(_value(element))
            items.lines.append(element.start_mark.line + 1)
        return items
    mapping = Mapping(line)
    for key_node, value_node in node.value:
        key = _value(key_node)
        if not isinstance(key, str) or not key:
            raise _Refused("a name before a colon must be plain text", key_node.start_mark)
        if key == "<<":
            raise _Refused("merge keys (<<) are not accepted; write it out", key_node.start_mark)
        if key in mapping:
            raise _Refused(
                f"{quoted(key)} is already set on line {mapping.lines[key]}; remove one of the two",
                key_node.start_mark,
            )
        mapping[key] = _value(value_node)
        mapping.lines[key] = key_node.start_mark.line + 1
    return mapping


def _line(error: yaml.MarkedYAMLError) -> int:
    # An unclosed quote is noticed at the end of the file; the operator needs the line it was opened on.
    starts_earlier = (error.context or "").startswith("while scanning") and error.context_mark
    return (error.context_mark if starts_earlier else error.problem_mark).line + 1


def _explained(error: yaml.MarkedYAMLError) -> str:
    if isinstance(error, _Refused):
        return error.problem
    if r"'\t'" in error.problem:
        return "holds a tab; use spaces"
    return (
        f"is not valid YAML ({error.problem}); check the indentation, and put quotes around a text "
        "that holds a colon or begins with a special character"
    )
