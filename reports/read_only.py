"""The way to the published warehouse for everybody who reads it: the report, the prompt, a server.

Three things keep a reader from writing, and none relies on another. A statement is judged by what it does
before it runs; DuckDB is told to open nothing but the one file, and to spill nowhere; and the name under
which it opened that file is gone by then, so that what it still permits leads nowhere.
"""

import contextlib
import functools
import itertools
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson

from extract.workspace.errors import ConfigurationError
from extract.workspace.folders import READING, is_disk_full
from extract.workspace.sql_text import literal
from extract.workspace.strict_yaml import shown

# What statements may read from beside tables. Every other table function of DuckDB reads or writes files or
# logs, runs a text as a statement, or changes a setting.
TABLE_FUNCTIONS = frozenset(
    (
        *("generate_series", "range", "repeat", "repeat_row", "summary", "unnest", "json_each", "json_tree"),
        *("histogram", "histogram_values", "icu_calendar_names", "pg_timezone_names"),
        *("duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_dependencies"),
        *("duckdb_functions", "duckdb_indexes", "duckdb_keywords", "duckdb_memory", "duckdb_optimizers"),
        *("duckdb_schemas", "duckdb_sequences", "duckdb_settings", "duckdb_tables", "duckdb_types"),
        *("duckdb_views", "test_all_types"),
    )
)
# Scalar functions that do more than compute, also those that only other builds of DuckDB have.
REFUSED_SCALARS = frozenset(("write_log", "getenv", "nextval", "currval", "setval", "setseed", "sleep_ms"))
# The longest page that readers ask for.
PAGE_ROWS = 500
REFUSED = "only statements that select are answered here, alone or after EXPLAIN"

Kind = duckdb.StatementType
_NAME = re.compile(r'"((?:[^"]|"")*)"|(\w+)')


class StatementError(ConfigurationError):
    """A statement would do something else than select."""


def open_published(
    database: Path, memory_limit: str | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that can read this one file and nothing else, in UTC, with `marts` as its schema.

    Names in the data come from outside: should one ever reach SQL, it can't write, read files, or load code.
    What doesn't fit into memory (`memory_limit`, else most of the machine's) is an error, because there is no
    folder to spill to. A query has all processors unless `threads` says how many. Raises ConfigurationError
    if the file is no warehouse.
    """
    # In an instance of its own: the lock below would bind every other connection to the file in this process.
    given = {"memory_limit": memory_limit, "threads": threads}
    limits = {name: limit for name, limit in given.items() if limit}
    # A page in some order reads whole rows of nothing else than what is on it, and the row behind it.
    limits |= {"late_materialization_max_rows": PAGE_ROWS + 1}
    connection = duckdb.connect(":memory:", config={"temp_directory": "", **limits})
    try:
        with _passing_name(database) as name:
            try:
                connection.execute(f"attach {literal(name)} as warehouse (type duckdb, read_only)")
            except duckdb.Error as error:
                said = one_line(error).replace(str(name), str(database))
                raise ConfigurationError(
                    f"{shown(database)} can't be opened: {said}; `make build` makes a new one"
                ) from None
        connection.execute("use warehouse.marts")
        connection.execute("set global TimeZone = 'UTC'")  # also for what cursors read
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        raise ConfigurationError(
            f"{shown(database)} is not a published warehouse: {one_line(error)}; `make build` makes one"
        ) from None
    except BaseException:
        connection.close()
        raise
    return connection


def readable(connection: duckdb.DuckDBPyConnection, text: str) -> list[duckdb.Statement]:
    """The statements of `text`, each known to select and nothing else; a PIVOT is several of DuckDB's.

    Raises StatementError for anything else, before any of them ran, and duckdb.Error where `text` is no SQL.
    """
    return [statement for piece in _pieces(text) for statement in _judged(connection, piece)]


def answers(connection: duckdb.DuckDBPyConnection, text: str) -> Iterator[duckdb.DuckDBPyRelation]:
    """The result of each statement of `text` that has one, in turn; raises what `readable` raises."""
    for statement in readable(connection, text):
        try:
            relation = connection.sql(statement)
        except duckdb.Error:
            with contextlib.suppress(duckdb.Error):  # DuckDB explains a PIVOT within a transaction
                connection.rollback()
            raise
        if relation is not None:
            yield relation


def one_line(error: duckdb.Error) -> str:
    """What DuckDB said, without the excerpt of the statement."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return "it needs more memory than there is: ask for fewer rows or columns at once"
    return " ".join(str(error).split("\n\nLINE ")[0].split())


def finite(value: Any) -> Any:
    """DuckDB divides by zero without an error; JSON knows neither nan nor inf."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextlib.contextmanager
def _passing_name(database: Path) -> Iterator[Path]:
    """A second name of the file, in a folder of its own; both are gone after the block, and the file is not.

    DuckDB permits every statement to write to the names of the files it has open. Without a link (some disks
    have none) it is the name of a copy.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=READING, dir=database.parent))
    except OSError as error:
        if is_disk_full(error):
            raise
        if database.exists() and os.access(database, os.W_OK):
            raise ConfigurationError(
                f"{shown(database.parent)} can't be written to ({error.strerror}) and {shown(database)} can: "
                "change the permissions of either"
            ) from None
        yield database  # which nobody can write to here
        return
    name = folder / database.name
    try:
        if database.exists():
            try:
                os.link(database, name)
            except OSError:
                shutil.copyfile(database, name)
        yield name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _judged(connection: duckdb.DuckDBPyConnection, piece: str) -> list[duckdb.Statement]:
    statements = connection.extract_statements(piece)
    if not statements:
        return []
    explained = connection.extract_statements(_explained(connection, piece))
    # Where a PIVOT finds its columns in the data, DuckDB first makes a temporary type of them.
    kinds = [each.type for each in explained]
    if kinds[-1] != Kind.SELECT or set(kinds[:-1]) - {Kind.CREATE}:
        does = next((kind for kind in reversed(kinds) if kind != Kind.TRANSACTION), kinds[-1])
        raise StatementError(f"{REFUSED}, and this is {does.name.replace('_', ' ')}")
    called = _functions(piece).union(*(_serialized(connection, each) for each in explained))
    if refused := called & _refused_functions():
        raise StatementError(f"{min(refused)}() can do more than read the warehouse, and is not called here")
    return statements


def _serialized(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> set[str]:
    """The functions a statement calls, as DuckDB's parser reads it; of a PIVOT's parts it can't tell."""
    if not statement.query:
        return set()
    [(text,)] = connection.execute("select json_serialize_sql(?::varchar)", [statement.query]).fetchall()
    try:
        tree = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise StatementError("it is nested too deeply to be judged") from None
    if tree["error"]:
        raise StatementError(f"{REFUSED}, and DuckDB can't show what this does: {tree['error_message']}")
    names, left = set(), [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            names.add(str(node.get("function_name") or "").lower())
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)
    return names


def _functions(piece: str) -> set[str]:
    """Every name before an opening parenthesis, as DuckDB's lexer reads it: all functions, and more."""
    pairs = itertools.pairwise(word for _, word in _words(piece))
    return {_name(word) for word, following in pairs if following.startswith("(")}


@functools.cache
def _refused_functions() -> frozenset[str]:
    """The functions that may not be called, those of this DuckDB that give a table among them."""
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(
            "select function_name from duckdb_functions() where function_type in ('table', 'table_macro')"
        ).fetchall()
    return REFUSED_SCALARS | ({name.lower() for (name,) in rows} - TABLE_FUNCTIONS)


def _explained(connection: duckdb.DuckDBPyConnection, piece: str) -> str:
    """The statement behind EXPLAIN and its options; without an EXPLAIN, `piece`."""
    words = _words(piece)
    if _name(words[0][1]) != "explain":
        return piece
    at = 1
    while _name(words[at][1]) in ("analyze", "analyse", "verbose"):
        at += 1
    if words[at][1].startswith("(") and not _is_sql(connection, _from(piece, words[at][0])):
        while not words[at][1].startswith(")"):  # options hold names and values, no parentheses
            at += 1
        at += 1
    return _from(piece, words[at][0])


def _is_sql(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    try:
        return bool(connection.extract_statements(text))
    except duckdb.Error:
        return False


def _pieces(text: str) -> list[str]:
    """The text between the semicolons, as DuckDB's lexer reads them."""
    content = text.encode()
    ends = [at for at, word in _words(text) if word.startswith(";")]
    starts = [0, *(at + 1 for at in ends)]
    return [content[start:end].decode() for start, end in zip(starts, [*ends, None], strict=True)]


def _from(text: str, at: int) -> str:
    return text.encode()[at:].decode()


def _words(text: str) -> list[tuple[int, str]]:
    """DuckDB's tokens, each with the byte it starts at, and with the space and comments after it.

    Releases differ in whether a comment is a token; here it never is.
    """
    content = text.encode()
    starts = [at for at, _ in duckdb.tokenize(text) if content[at : at + 2] not in (b"--", b"/*")]
    spans = itertools.pairwise([*starts, len(content)])
    return [(start, content[start:end].decode()) for start, end in spans]


def _name(word: str) -> str:
    """The name that a token is, in lower case; blank where it is none."""
    found = _NAME.match(word)
    return (found[1].replace('""', '"') if found[1] is not None else found[2]).lower() if found else ""
