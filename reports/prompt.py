"""A small SQL prompt on the published warehouse: it can read this one file and do nothing else."""

import contextlib
import io
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.strict_yaml import shown
from reports.read_only import StatementError, answers, one_line, open_published

HELP = """\
A statement ends with `;` and may take several lines. Other schemas: staging.…, intermediate.…, findings.…
  .tables   list all tables
  .help     this text
  .quit     leave (so does Ctrl-D)
Nothing can be changed or written here. To save an answer: make sql QUERY='select ...' > answer.txt"""

TABLES = """
    select table_schema, table_name
    from information_schema.tables
    where not starts_with(table_schema, 'dbt_test__')
    order by all
"""
MARTS = "select table_name from information_schema.tables where table_schema = 'marts' order by all"
# DuckDB's own tables stop at this many rows.
MOST_ROWS = 10_000
WIDEST = 100_000


def answer(published: Path, query: str) -> str:
    """The query's result as a text table, whole up to 10,000 rows; empty where a statement has none.

    Raises ConfigurationError with DuckDB's message if the query is refused, StatementError if it doesn't only
    select.
    """
    with open_published(published) as connection:
        try:
            return _table(connection, query, whole=True)
        except StatementError as error:
            raise StatementError(f"The query was refused: {error}") from None
        except duckdb.Error as error:
            raise ConfigurationError(f"The query was refused: {one_line(error)}") from None


def prompt(published: Path, subtitle: str) -> None:
    """Answer statements from the terminal, or from a pipe, until they end.

    Tables go to standard output, everything else to standard error. A statement that fails is one line and
    the prompt goes on; from a pipe, where nobody sees the line, it is an OutboundError at the end.
    """
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        import readline  # noqa: F401, PLC0415 - gives input() editing and history
    with open_published(published) as connection:
        _greet(connection, published, subtitle)
        failures = 0
        for statement in _statements(is_terminal):
            failures += not _respond(connection, statement, is_terminal)
    if failures and not is_terminal:
        raise OutboundError(f"{failures} of the statements failed: see above")


def _greet(connection: duckdb.DuckDBPyConnection, published: Path, subtitle: str) -> None:
    try:
        [(as_of, is_demo)] = connection.execute("select as_of, is_demo from rpt_summary").fetchall()
    except duckdb.Error as error:
        raise ConfigurationError(
            f"{shown(published)} is not whole ({one_line(error)}): `make build` first"
        ) from None
    marts = [name for (name,) in connection.execute(MARTS).fetchall()]
    _say(f"{shown(published)}, {subtitle}, as of {as_of:%Y-%m-%d %H:%M} UTC, read-only")
    if is_demo:
        _say("Demo data: an invented workspace")
    _say(f"marts: {', '.join(marts)}")
    _say("End a statement with ; — .tables lists all tables, .help helps, .quit leaves")


def _statements(is_terminal: bool) -> Iterator[str]:
    """Statements up to their `;` and dot commands, as they are typed."""
    typed = ""
    while True:
        try:
            line = _line("...> " if typed else "sql> ", is_terminal)
        except KeyboardInterrupt:
            _say("")
            typed = ""
            continue
        except EOFError:
            break
        if not typed and line.strip() == ".quit":
            return
        typed += line + "\n"
        if line.strip().startswith(".") and typed == line + "\n":
            yield line.strip()
            typed = ""
        elif _is_finished(typed):
            yield typed
            typed = ""
        elif not typed.strip():
            typed = ""
    if is_terminal:
        _say("")
    elif typed.strip():
        yield typed


def _line(invitation: str, is_terminal: bool) -> str:
    if is_terminal:
        return input(invitation)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def _is_finished(typed: str) -> bool:
    """Whether the text ends with `;` as SQL reads it: not inside a string, and whatever comments follow."""
    tokens = duckdb.tokenize(typed)
    return bool(tokens) and typed.encode()[tokens[-1][0] :].startswith(b";")


def _respond(connection: duckdb.DuckDBPyConnection, statement: str, is_terminal: bool) -> bool:
    """Print the answer or the error; returns whether there was an answer."""
    try:
        match statement:
            case ".help":
                _say(HELP)
            case ".tables":
                for schema, table in connection.execute(TABLES).fetchall():
                    print(f"{schema}.{table}")
            case _ if statement.startswith("."):
                _say(f"error: {statement.split()[0]} is not a command; .help lists them")
                return False
            case _:
                if table := _table(connection, statement, whole=not is_terminal):
                    print(table)
    except (StatementError, duckdb.Error) as error:
        _say(f"error: {error if isinstance(error, StatementError) else one_line(error)}")
        return False
    except KeyboardInterrupt:
        if not is_terminal:
            raise
        _say("stopped")
    finally:
        sys.stdout.flush()
    return True


def _table(connection: duckdb.DuckDBPyConnection, query: str, *, whole: bool) -> str:
    """Every statement's result in turn as DuckDB draws it, cut to the terminal unless `whole`.

    Ctrl-C stops the query and is raised on. DuckDB would notice it by itself in the main thread, but the
    connection's next statement then hangs at times.
    """
    with ThreadPoolExecutor(max_workers=1) as worker:
        drawing = worker.submit(_draw, connection, query, whole=whole)
        try:
            return drawing.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _draw(connection: duckdb.DuckDBPyConnection, query: str, *, whole: bool) -> str:
    tables = []
    for relation in answers(connection, query):
        drawn = io.StringIO()
        with contextlib.redirect_stdout(drawn):
            if whole:
                relation.show(max_rows=MOST_ROWS, max_width=WIDEST, max_col_width=WIDEST)
            else:
                relation.show()
        tables.append(drawn.getvalue().rstrip("\n"))
    return "\n".join(tables)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
