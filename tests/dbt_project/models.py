"""Run the SQL of single models and singular tests on tables that a test makes, without dbt."""

import functools
import re
from pathlib import Path
from typing import Any

import jinja2

from dbt_project.rendering import environment, macros_in, returned

PROJECT = Path(__file__).parents[2] / "dbt_project"

# What fnd_period_facts says of each fact, as columns.
FACT_COLUMNS = [
    entry.get("several", entry["column"]) for entry in returned("catalogue/*.sql", "dimensions()")
]
# Tags of dbt's own.
_DBT_TAG = re.compile(r"{% (test|materialization) ")


def model_sql(name: str) -> str:
    """The SQL of a model; each `ref` and `source` is a table of that name, or an ephemeral model's SQL."""
    return _sql("models", name)


def singular_test_sql(name: str) -> str:
    """The SQL of a test in `dbt_project/tests`, which gives a row for each failure; each `ref` is a table."""
    return _sql("tests", name)


@functools.cache
def _sql(folder: str, name: str) -> str:
    (path,) = (PROJECT / folder).rglob(f"{name}.sql")
    known, macros = _macros()
    return known.from_string(path.read_text(), globals=macros).render()


@functools.cache
def _macros() -> tuple[jinja2.Environment, dict[str, Any]]:
    """The project's macros by name, read once: that takes longer than any model."""
    known = environment()
    known.globals |= {
        "env_var": lambda _, default: default,
        "ref": _referred,
        "config": lambda **_: "",
    }
    files = sorted((PROJECT / "macros").rglob("*.sql"))
    return known, macros_in(known, (path for path in files if not _DBT_TAG.search(path.read_text())))


class _Relation(str):
    """A table's name, as `ref` gives it: views take the database out of it."""

    def include(self, database: bool) -> str:
        return self


def _referred(name: str) -> _Relation:
    return _Relation(f"({_sql('models', name)})" if name in ephemeral_models() else name)


@functools.cache
def ephemeral_models() -> frozenset[str]:
    """The models that are no tables: parts of those that read them."""
    return frozenset(
        path.stem
        for path in (PROJECT / "models").rglob("*.sql")
        if "config(materialized='ephemeral'" in path.read_text()
    )
