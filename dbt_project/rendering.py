"""The project's macros without dbt: SQL for a bare DuckDB connection, and what the catalogues list.

And single models, for a preview of what they would say, and for tests.
"""

import functools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jinja2
from jinja2.runtime import Context

_PROJECT = Path(__file__).parent
_MACROS = _PROJECT / "macros"
# Tags of dbt's own.
_DBT_TAG = re.compile(r"{% (test|materialization) ")


class _Returned(Exception):
    """What `return` in a macro hands to whoever called it."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _return(value: Any) -> None:
    raise _Returned(value)


class _ReturningContext(Context):
    """Macros may return values, as dbt's do; jinja's own only know text."""

    def call(self, called: Any, /, *arguments: Any, **named: Any) -> Any:
        try:
            return super().call(called, *arguments, **named)
        except _Returned as returned:
            if called is _return:
                raise
            return returned.value


def environment() -> jinja2.Environment:
    """Jinja as far as our macros need it: dbt's are unknown, `ref` and `source` are bare names of tables."""
    made = jinja2.Environment(
        autoescape=False,  # noqa: S701 - SQL, not HTML
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.do"],
    )
    made.context_class = _ReturningContext
    made.globals |= {"return": _return, "ref": lambda name: name, "source": lambda _, name: name}
    return made


def rendered(folder_glob: str, call: str) -> str:
    """The SQL that a macro call expands to.

    Only files that `folder_glob` matches below `macros` are known, as in `rendered("engine/*.sql",
    "custom_field('source')")`. Raises jinja2.UndefinedError for anything else.
    """
    return _called(folder_glob, "{{ " + call + " }}").strip()


def returned(folder_glob: str, call: str) -> Any:
    """The list or dictionary that a macro call returns, by the same rules."""
    try:
        _called(folder_glob, "{{ return(" + call + ") }}")
    except _Returned as returned:
        return returned.value
    raise AssertionError("return did not return")


def _called(folder_glob: str, text: str) -> str:
    known, macros = _read(folder_glob)
    return known.from_string(text, globals=macros).render()


@functools.cache
def _read(folder_glob: str) -> tuple[jinja2.Environment, dict[str, Any]]:
    """The macros of those files by name: reading them takes longer than any call."""
    made = environment()
    return made, macros_in(made, sorted(_MACROS.glob(folder_glob)))


def macros_in(known: jinja2.Environment, files: Iterable[Path]) -> dict[str, Any]:
    """The macros of these files by name, also those whose name begins with `_`."""
    template = known.from_string("".join(path.read_text(encoding="utf-8") for path in files))
    context = template.new_context()
    for _ in template.root_render_func(context):
        pass
    return dict(context.vars)


def model_sql(name: str, folder: str = "models") -> str:
    """The SQL of a model; each `ref` and `source` is a table of that name, or an ephemeral model's SQL."""
    (path,) = (_PROJECT / folder).rglob(f"{name}.sql")
    known, macros = _all_macros()
    return known.from_string(path.read_text(encoding="utf-8"), globals=macros).render()


def expanded(call: str) -> str:
    """The SQL that a call of any macro of the project expands to, for a database that a build filled."""
    known, macros = _all_macros()
    return known.from_string("{{ " + call + " }}", globals=macros).render().strip()


@functools.cache
def _all_macros() -> tuple[jinja2.Environment, dict[str, Any]]:
    """The project's macros by name, read once: that takes longer than any model."""
    known = environment()
    known.globals |= {
        "env_var": lambda _, default: default,
        "ref": _referred,
        "config": lambda **_: "",
    }
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(_MACROS.rglob("*.sql"))}
    return known, macros_in(known, (path for path, text in texts.items() if not _DBT_TAG.search(text)))


class _Relation(str):
    """A table's name, as `ref` gives it: views take the database out of it."""

    def include(self, database: bool) -> str:
        return self


def _referred(name: str) -> _Relation:
    return _Relation(f"({model_sql(name)})" if name in ephemeral_models() else name)


@functools.cache
def ephemeral_models() -> frozenset[str]:
    """The models that are no tables: parts of those that read them."""
    return frozenset(
        path.stem
        for path in (_PROJECT / "models").rglob("*.sql")
        if "config(materialized='ephemeral'" in path.read_text(encoding="utf-8")
    )
