"""The published file as it is replaced: one generation is one file, read by whoever began with it.

DuckDB hands out the old database again where a path is opened a second time in one process. So each file is
attached in an instance of its own, and closed when the last request that began with it has ended: a file that
was replaced still holds whoever was erased.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from extract.workspace.errors import ConfigurationError
from extract.workspace.published import version_of
from reports.document.first_page import read_first_page, render_first_page
from reports.document.queries import Definitions, read_definitions, read_report
from reports.read_only import open_published

# How long a query may take, and how often the clock is looked at.
LONGEST_SECONDS = 10.0
TICK_SECONDS = 0.2
# Of one query: several at a time take all processors, and each is done sooner than if they shared them.
THREADS = 1
# So many values are offered to choose from.
MOST_CHOICES = 15

Row = dict[str, Any]
Made = TypeVar("Made")


class NotPublishedError(Exception):
    """There is no warehouse that can be read; the message says what to do."""


class TooSlowError(Exception):
    """A query was stopped after LONGEST_SECONDS."""


@dataclass(frozen=True)
class Column:
    """A column of a mart: its name, DuckDB's type, what it means."""

    name: str
    type: str
    meaning: str


@dataclass
class Generation:
    """One published file, open for reading; `version` is another one for each file."""

    version: str
    published_at: float
    connection: duckdb.DuckDBPyConnection = field(repr=False)
    readers: int = 0
    is_replaced: bool = False
    _deadlines: dict[duckdb.DuckDBPyConnection, float] = field(default_factory=dict, repr=False)
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def rows(self, query: str, values: Sequence[object] | Row = ()) -> list[Row]:
        """The rows of a query, by the names of their columns; raises TooSlowError."""
        with self._cursor() as cursor:
            answer = cursor.execute(query, values)
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def one(self, query: str, values: Sequence[object] | Row = ()) -> Row | None:
        """The first row of a query."""
        found = self.rows(query, values)
        return found[0] if found else None

    def once(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made for whoever asks first: it holds as long as the file, and goes with it."""
        if what not in self._made:
            self._made[what] = make()
        return self._made[what]

    @cached_property
    def columns(self) -> dict[str, dict[str, Column]]:
        """Every mart, and of each its columns by name, in their order."""
        found: dict[str, dict[str, Column]] = {}
        for row in self.rows(
            "select table_name, column_name, data_type, coalesce(comment, '') as meaning "
            "from duckdb_columns() where schema_name = 'marts' and database_name = 'warehouse' "
            "order by table_name, column_index"
        ):
            column = Column(row["column_name"], row["data_type"], row["meaning"])
            found.setdefault(row["table_name"], {})[column.name] = column
        return found

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What each mart holds."""
        tables = self.rows(
            "select table_name as name, coalesce(comment, '') as meaning from duckdb_tables() "
            "where schema_name = 'marts' and database_name = 'warehouse' union all "
            "select view_name, coalesce(comment, '') from duckdb_views() "
            "where schema_name = 'marts' and database_name = 'warehouse'"
        )
        return {each["name"]: each["meaning"] for each in tables}

    def choices(self, model: str, column: str) -> list[str]:
        """The values of a column that has few, in their order; none of one that has many."""
        query = (
            f'select distinct "{column}" as value from marts.{model} '  # noqa: S608 - names of ours
            f'where "{column}" is not null order by value limit {MOST_CHOICES + 1}'
        )
        found = self.once(query, lambda: [str(row["value"]) for row in self.rows(query)])
        return found if len(found) <= MOST_CHOICES else []

    @cached_property
    def report(self) -> dict[str, Any]:
        """The whole report, read once."""
        with self._cursor() as cursor:
            return read_report(cursor)

    @cached_property
    def definitions(self) -> Definitions:
        """What the labels of the report mean, read once."""
        with self._cursor() as cursor:
            return read_definitions(cursor)

    @cached_property
    def first_page(self) -> tuple[str, str]:
        """Title and HTML of the report's first page; of an earlier release's file it is rendered here."""
        with self._cursor() as cursor:
            found = read_first_page(cursor)
        if found is None:
            body = render_first_page(self.report, self.definitions)
            found = (body.title, str(body.html))
        return found

    def stop_late(self, now: float) -> None:
        """Interrupt whatever takes too long."""
        with self._lock:
            late = [cursor for cursor, deadline in self._deadlines.items() if deadline < now]
        for cursor in late:
            cursor.interrupt()

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self.connection.cursor()
        cursor.execute("use warehouse.marts")
        with self._lock:
            self._deadlines[cursor] = time.monotonic() + LONGEST_SECONDS
        try:
            yield cursor
        except duckdb.InterruptException:
            raise TooSlowError from None
        finally:
            with self._lock:
                del self._deadlines[cursor]
            cursor.close()


class Generations:
    """The newest generation of a published file, for as many threads as like; a context manager."""

    def __init__(self, published: Path, memory_limit: str):
        self._published, self._memory_limit = published, memory_limit
        self._lock = threading.Lock()
        self._newest: Generation | None = None
        self._replaced: list[Generation] = []
        self._is_over = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="generations", daemon=True)

    def __enter__(self) -> "Generations":
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._clock.join()
        with self._lock:
            self._replace(None)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Generation]:
        """The newest generation, which stays open for the length of the block.

        Raises NotPublishedError where there is no file, or one that can't be read.
        """
        with self._lock:
            self._refresh()
            generation = self._newest
            if generation is None:
                raise NotPublishedError("There is no warehouse yet: `make run` makes one")
            generation.readers += 1
        try:
            yield generation
        finally:
            with self._lock:
                generation.readers -= 1
                self._close_unread()

    def _refresh(self) -> None:
        """Open the file where it is another one than the newest; the lock is held."""
        while True:
            version, published_at = _version(self._published)
            if version == (self._newest.version if self._newest else None):
                return
            if version is None:
                self._replace(None)
                return
            try:
                connection = open_published(self._published, self._memory_limit, THREADS)
            except ConfigurationError as error:
                raise NotPublishedError(str(error)) from None
            # Of a file that is replaced just then, nobody knows which of the two was opened.
            if _version(self._published)[0] == version:
                self._replace(Generation(version, published_at, connection))
                return
            connection.close()

    def _replace(self, newest: Generation | None) -> None:
        if self._newest:
            self._newest.is_replaced = True
            self._replaced.append(self._newest)
        self._newest = newest
        self._close_unread()

    def _close_unread(self) -> None:
        for generation in [each for each in self._replaced if not each.readers]:
            generation.connection.close()
            self._replaced.remove(generation)

    def _tick(self) -> None:
        """Stop slow queries, and let go of a replaced file though nobody asks for anything."""
        while not self._is_over.wait(TICK_SECONDS):
            with self._lock:
                with contextlib.suppress(NotPublishedError):  # whoever asks next is told
                    self._refresh()
                opened = [each for each in (self._newest, *self._replaced) if each]
            for generation in opened:
                generation.stop_late(time.monotonic())


def _version(published: Path) -> tuple[str | None, float]:
    """What tells one file from another, and when it was written; None where there is none."""
    try:
        found = published.stat()
    except FileNotFoundError:
        return None, 0.0
    return version_of(found), found.st_mtime
