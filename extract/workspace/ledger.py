"""The frame of a ledger: an SQLite file beside the raw database that holds what this program did itself.

What is about to be done is on disk before it is done, so that after a crash it is known. Rows are only ever
added; only people who are erased are deleted. A ledger gives its tables, and what raw lacks of it.
"""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from extract.workspace import versions
from extract.workspace.errors import ConfigurationError
from extract.workspace.folders import is_disk_full

BUSY_SECONDS = 60


class LedgerFile:
    """One ledger of one workspace; a context manager, for use by many threads.

    What is written is on disk at the end of each step; of one that is not `is_careful`, when it is closed.
    Raises NewerError where a newer release wrote it, ConfigurationError where it can't be used, and what
    SQLite raises where the disk is full.
    """

    # One of versions.KNOWN; statements that make what an older file lacks; columns that came later, of texts.
    kind: ClassVar[str]
    schema: ClassVar[str]
    later_columns: ClassVar[tuple[tuple[str, str], ...]] = ()
    # What an operator should know before moving a damaged one away.
    if_lost: ClassVar[str]

    def __init__(self, path: Path, *, is_careful: bool = True):
        self.path = path
        self._is_careful = is_careful
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._database.row_factory = sqlite3.Row
        try:
            self._open()
        except versions.NewerError:
            self._database.close()
            raise
        except sqlite3.DatabaseError as error:
            self._database.close()
            if is_disk_full(error):
                raise
            raise ConfigurationError(
                f"{path} can't be used as the {self.kind} ({error}): restore it from a backup, or move it "
                f"away; {self.if_lost}"
            ) from None

    def _open(self) -> None:
        versions.require_known_sqlite(self.kind, self.path, self._database)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute(f"pragma synchronous = {'full' if self._is_careful else 'normal'}")
        self._database.execute("pragma foreign_keys = on")
        self._database.executescript(self.schema)
        for table, column in self.later_columns:
            with self.transaction():
                if column not in {row["name"] for row in self.select(f"pragma table_info({table})")}:
                    self._database.execute(f"alter table {table} add column {column} text")
        versions.stamp_sqlite(self.kind, self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def select(self, sql: str, *parameters: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._database.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self, begin: str = "begin immediate") -> Iterator[sqlite3.Connection]:
        """All that is done in it is on disk at its end, or nothing; what it reads is of one moment."""
        with self._lock:
            self._database.execute(begin)
            try:
                yield self._database
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")


class OutgoingLedger(LedgerFile):
    """A ledger of what is sent to HeyReach; its table `entries` says of each beginning to which server."""

    # As in `imports into`, before the servers' addresses; the table whose `base_url` names them.
    holds: ClassVar[str]
    entries: ClassVar[str]

    def servers(self) -> set[str]:
        """The servers that it speaks of."""
        rows = self.select(f"select distinct base_url from {self.entries}")  # noqa: S608 - our own names
        return {row["base_url"] for row in rows}


def as_json(value: object) -> str:
    """JSON as ledgers keep it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def marks(values: Collection) -> str:
    """A question mark for each value."""
    return ", ".join("?" * len(values))
