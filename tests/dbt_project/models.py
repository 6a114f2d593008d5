"""Run the SQL of single models on tables that a test makes, without dbt."""

from pathlib import Path

import jinja2

PROJECT = Path(__file__).parents[2] / "dbt_project"


def model_sql(name: str) -> str:
    """The SQL of a model; each `ref` is a table of that name."""
    (path,) = (PROJECT / "models").rglob(f"{name}.sql")
    macros = [path.read_text() for path in sorted((PROJECT / "macros").rglob("*.sql"))]
    known = "".join(text for text in macros if "{% test" not in text)  # a tag of dbt's own
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    return environment.from_string(known + path.read_text()).render(ref=lambda table: table)
