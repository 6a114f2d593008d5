"""Render the project's SQL macros without dbt, to run them on a bare DuckDB connection."""

from pathlib import Path

import jinja2

_MACROS = Path(__file__).parent / "macros"


def rendered(folder_glob: str, call: str) -> str:
    """The SQL that a macro call expands to.

    Only files that `folder_glob` matches below `macros` are known, as in `rendered("json/*.sql",
    "custom_field('source')")`; no dbt macro is, and `ref` is the bare name of the table. Raises
    jinja2.UndefinedError for anything else.
    """
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(_MACROS.glob(folder_glob)))
    environment = jinja2.Environment(
        autoescape=False,  # noqa: S701 - SQL, not HTML
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.do"],
    )
    environment.globals["ref"] = lambda name: name
    return environment.from_string(source + "{{ " + call + " }}").render().strip()
