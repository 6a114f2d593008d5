"""What dbt knows of each table and column, written into the database, where any SQL client shows it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from dbt_project.catalogue import column_descriptions
from extract.workspace.sql_text import literal

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# Two thousand statements that only change the catalog: waking other threads and an optimizer for each of them
# takes as long as the rest.
_PLAINLY = "set threads = 1; pragma disable_optimizer"
_COLUMNS = "select schema_name, table_name, column_name from duckdb_columns() where not internal"


def write_comments(database: Path, project: "Manifest") -> None:
    """Give every table and column of the database the description it has in the project.

    All in one transaction after a build; dbt's own `persist_docs` does it node by node.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute(_PLAINLY)
        columns: dict[tuple[str, str], list[str]] = {}
        for schema, table, column in connection.execute(_COLUMNS).fetchall():
            columns.setdefault((schema, table), []).append(column)
        known = column_descriptions(project)
        statements = [
            statement
            for node in project.nodes.values()
            for statement in _comments(node, columns.get((node.schema, node.alias), []), known)
        ]
        connection.execute(f"begin; {' '.join(statements)} commit")


def _comments(node, columns: list[str], known: dict[str, str]) -> Iterator[str]:
    """The statements for one table; none where the node has no columns in the database.

    `known` describes columns that the node passes on without a word.
    """
    if not columns:
        return
    table = f'"{node.schema}"."{node.alias}"'
    described = known | {column.name: column.description for column in node.columns.values()}
    text = node.description
    if node.resource_type == "test":
        text = f"What the data test {node.name} found in this build; empty where it passed."
        described = dict.fromkeys(columns, f"What the data test {node.name} says of what it found.")
    yield f"comment on table {table} is {_quoted(text)};"
    for column in columns:
        if described.get(column):
            yield f'comment on column {table}."{column}" is {_quoted(described[column])};'


def _quoted(text: str) -> str:
    return literal(" ".join(text.split()))
