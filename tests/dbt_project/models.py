"""Run the SQL of single models and singular tests on tables that a test makes, without dbt."""

import ast
import functools
import re
from pathlib import Path

import jinja2

PROJECT = Path(__file__).parents[2] / "dbt_project"

# Tags of dbt's own.
_DBT_TAG = re.compile(r"{% (test|materialization) ")
# dbt's `return` hands out a value, where jinja's macros only know text.
_CONSTANT = re.compile(r"{% macro (\w+)\(\) -%}\s*{{ return\((.*?)\) }}\s*{%- endmacro %}", re.DOTALL)


def model_sql(name: str) -> str:
    """The SQL of a model; each `ref` and `source` is a table of that name."""
    return _sql("models", name)


def singular_test_sql(name: str) -> str:
    """The SQL of a test in `dbt_project/tests`, which gives a row for each failure; each `ref` is a table."""
    return _sql("tests", name)


def constant(name: str) -> object:
    """What a macro without arguments hands out."""
    texts = [path.read_text() for path in sorted((PROJECT / "macros").rglob("*.sql"))]
    return _literal(dict(_CONSTANT.findall("".join(texts)))[name])


@functools.cache
def _sql(folder: str, name: str) -> str:
    (path,) = (PROJECT / folder).rglob(f"{name}.sql")
    texts = [macro.read_text() for macro in sorted((PROJECT / "macros").rglob("*.sql"))]
    macros = "".join(text for text in texts if not _DBT_TAG.search(text))
    constants = {name: _literal(value) for name, value in _CONSTANT.findall(macros)}
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    return environment.from_string(_CONSTANT.sub("", macros) + path.read_text()).render(
        ref=lambda table: table,
        source=lambda _, table: table,
        env_var=lambda _, default: default,
        **{name: lambda value=value: value for name, value in constants.items()},
    )


def _literal(value: str) -> object:
    """What the text of a list or dictionary stands for; None for anything that is more than a literal."""
    try:
        return ast.literal_eval(re.sub(r"\b(true|false)\b", lambda word: word[0].title(), value))
    except ValueError:
        return None
