"""The project's macros without dbt: SQL for a bare DuckDB connection, and what the catalogues list."""

import functools
from pathlib import Path
from typing import Any

import jinja2
from jinja2.runtime import Context

_MACROS = Path(__file__).parent / "macros"


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

    Only files that `folder_glob` matches below `macros` are known, as in `rendered("json/*.sql",
    "custom_field('source')")`. Raises jinja2.UndefinedError for anything else.
    """
    return environment().from_string(_source(folder_glob) + "{{ " + call + " }}").render().strip()


def returned(folder_glob: str, call: str) -> Any:
    """The list or dictionary that a macro call returns, by the same rules; none with a leading `_`."""
    macros = _parsed(folder_glob)
    try:
        macros.environment.from_string("{{ return(" + call + ") }}").render(vars(macros.module))
    except _Returned as returned:
        return returned.value
    raise AssertionError("return did not return")


@functools.cache
def _parsed(folder_glob: str) -> jinja2.Template:
    """Once for a process: to parse the catalogues takes twenty times as long as to read one of them."""
    return environment().from_string(_source(folder_glob))


def _source(folder_glob: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(_MACROS.glob(folder_glob)))
