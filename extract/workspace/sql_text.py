"""Values inside the text of a statement, where DuckDB takes no parameters: paths above all."""

from pathlib import Path


def literal(value: str | Path) -> str:
    """The value as a text literal of SQL, quotation marks included."""
    return "'" + str(value).replace("'", "''") + "'"
