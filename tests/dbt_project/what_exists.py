"""What there is in this project under a name: the names that pages and texts may point to."""

import ast
import csv
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import click
import yaml

from dbt_project.rendering import returned
from dbt_project.warehouse import PROJECT_DIR
from extract.enrichment.registry import INTEGRATIONS
from extract.workspace.paths import Paths
from extract.workspace.variables import DEFAULTS
from reports.cli import root
from reports.cli.frame import PROGRAM
from reports.document.sections import BY_KEY
from reports.from_make import verbs

PROJECT = PROJECT_DIR.parent
# Columns whose values a catalogue lists.
_LISTED = {
    "rpt_segment_performance.dimension": ("catalogue/*.sql", "dimensions() | map(attribute='name') | list"),
    "rpt_account_lead_match.pair": ("*.sql", "account_lead_pairs() | map(attribute='pair') | list"),
}


def exists(name: str) -> bool:
    """Whether a name that stands alone leads somewhere.

    It may be a table, a table's column, a verb with its variables, a call of the command line with its
    options, a setting, an integration, a field that one yields, a section of the JSON report, a file or
    folder, a path that we serve, or a route that we ask.
    """
    first, *others = name.split()
    if first == "make":
        verb, *variables = others
        return verb in verbs() and {each.partition("=")[0] for each in variables} <= verbs()[verb].keys()
    if first == PROGRAM:
        return _is_call(others)
    if first in ("GET", "POST"):
        return exists(others[0])
    if first.startswith("sections."):
        return first.removeprefix("sections.") in BY_KEY
    table, _, column = name.partition(".")
    if table in tables():
        return not column or column in tables()[table]
    return (
        name in DEFAULTS
        or name in INTEGRATIONS
        or name in _fields()
        or _is_served(name)
        or ("/" in name and name in _asked())
        or ("/" in name and not name.startswith("/") and _is_file(name))
    )


def within(name: str, place: str) -> bool:
    """Whether a place holds a name: a table a column, a column a value, a seed a cell, a file a word."""
    if place in tables():
        return name in tables()[place]
    if place in _LISTED:
        return name in returned(*_LISTED[place])
    if place in _values():
        return name in _values()[place]
    seed, file = PROJECT_DIR / "seeds" / f"{place}.csv", PROJECT / place
    if seed.exists():
        return any(name in row for row in csv.reader(seed.open(encoding="utf-8")))
    if place == ".env.example":
        return bool(re.search(rf"^{re.escape(name)}=", file.read_text(encoding="utf-8"), re.MULTILINE))
    return file.is_file() and name in re.findall(r"[\w-]+", file.read_text(encoding="utf-8"))


@functools.cache
def tables() -> dict[str, set[str]]:
    """Table -> its columns, of every model with a contract."""
    return {model["name"]: {column["name"] for column in model.get("columns", [])} for model in _models()}


@functools.cache
def _values() -> dict[str, list[str]]:
    """Column, as table.column -> the values it may have."""
    return {
        f"{model['name']}.{column}": values
        for model in _models()
        for test in model.get("data_tests", [])
        if "valid_rows" in test
        for column, values in test["valid_rows"]["arguments"].get("accepted_values", {}).items()
    }


@functools.cache
def _models() -> list[dict]:
    files = [path for path in (PROJECT_DIR / "models").rglob("*.yml") if path.name[0] != "_"]
    return [model for path in files for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]]


@functools.cache
def _fields() -> set[str]:
    return {field for each in INTEGRATIONS.values() for field in each.outputs}


def _is_call(arguments: list[str]) -> bool:
    command = root
    for argument in arguments:
        if argument.startswith("-"):
            if not any(argument in option.opts for option in command.params):
                return False
        elif isinstance(command, click.Group) and argument in command.commands:
            command = command.commands[argument]
        else:
            return False
    return True


def _is_file(name: str) -> bool:
    folder, _, rest = name.partition("/")
    if folder == "data":
        return Path(rest) in {path.relative_to("data") for path in Paths(Path("data")).folders()}
    return (PROJECT / name).exists()


def _is_served(path: str) -> bool:
    """Whether a path is one that we answer; routers leave out what all of them begin with."""
    return path.startswith("/") and not {path, path.removeprefix("/api")}.isdisjoint(_asked())


@functools.cache
def _asked() -> set[str]:
    """The texts in our code that may be paths; what the sandbox answers is HeyReach's."""
    return {text for path in _code() for text in _texts(path) if "/" in text and " " not in text}


def _code() -> Iterator[Path]:
    for folder in ("extract", "reports"):
        yield from (path for path in (PROJECT / folder).rglob("*.py") if "sandbox" not in path.parts)


def _texts(path: Path) -> Iterator[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    # What stands within an f-string is the end of somebody else's path.
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value
