"""Render the project's SQL macros without dbt, to run them on a bare DuckDB connection."""

from pathlib import Path

import jinja2

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"


def rendered(folder: str, call: str) -> str:
    """The SQL that a macro of `dbt_project/macros/<folder>` expands to."""
    source = "".join(path.read_text() for path in sorted((DBT_PROJECT / "macros").glob(folder)))
    return jinja2.Environment().from_string(source + "{{ " + call + " }}").render().strip()
