"""Files of JSON lines that others drop into a folder of the workspace, landed with a pull.

A line is landed as it came. A file may grow, come again, hold lines twice, or end in the middle of a line. So
it is read from its beginning unless raw knows that it was read at this very size and time of change, and of
what it holds only the news is landed. What was read is landed beside it: a pull that fails forgets both.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, ClassVar, NamedTuple

import duckdb
import orjson
from tqdm import tqdm

from extract import raw
from extract.people.line_files import BYTE_ORDER_MARK, SUFFIXES
from extract.people.lines import blank_lines, cleaned_lines
from extract.people.suppression import Suppressions

# A line has a few thousand bytes; what is longer must not fill the memory.
LONGEST_LINE = 1_000_000
BATCH_LINES = 10_000


class Judged(NamedTuple):
    """The key of a line that is landed, or why it is set aside."""

    key: str | None
    reason: str = ""


@dataclass
class DroppedFiles(ABC):
    """The `*.jsonl` and `*.ndjson` files of a folder and its subfolders, and what of them raw lacks.

    `observed_at` and `pull_id` are those of the pull that the news is landed with. A subclass names the raw
    tables (of lines, and of files that were read), judges lines, and says what it set aside.
    """

    folder: Path
    connection: duckdb.DuckDBPyConnection
    observed_at: datetime
    pull_id: str
    erased: Suppressions | None = None
    warnings: list[str] = field(default_factory=list)
    _landed: set[str] = field(default_factory=set)

    lines_table: ClassVar[str]
    files_table: ClassVar[str]
    # What an unreadable file leaves missing.
    holds: ClassVar[str]

    @abstractmethod
    def judge(self, lines: Sequence[bytes]) -> list[Judged]:
        """What becomes of each line."""

    @abstractmethod
    def complaints(self, set_aside: Sequence[tuple[int, str]]) -> list[str]:
        """What to say of a file's lines (number, reason) that were set aside, there being any."""

    def news(self) -> Iterator[tuple[str, dict]]:
        """Table and row of every line to land, line set aside, and file read; appends to `warnings`."""
        read_before = raw.files_read(self.connection, self.files_table)
        for path in tqdm(self._paths(), desc=f"{self._place} files", leave=False, delay=2, disable=None):
            name = self._name(path)
            try:
                if not path.is_file():
                    continue
                file = path.open("rb")
            except OSError as error:
                self._warn_unreadable(error)
                continue
            with file:
                # Before the first line: what is written while it is read makes it a changed file next time.
                state = os.fstat(file.fileno())
                if (name, state.st_size, state.st_mtime_ns) in read_before:
                    continue
                if self.erased:
                    state = self._without_erased(path, state)
                yield from self._news_of(name, file)
            yield (
                self.files_table,
                {
                    "file_name": name,
                    "size_bytes": state.st_size,
                    "modified_ns": state.st_mtime_ns,
                    "observed_at": self.observed_at,
                },
            )

    @property
    def _place(self) -> str:
        return self.folder.name

    def _without_erased(self, path: Path, state: os.stat_result) -> os.stat_result:
        """Blank the lines of people who were erased; the file's state afterwards.

        A file that can't be written is read all the same, and their lines are left out.
        """
        try:
            return path.stat() if blank_lines(self.erased, path) else state
        except PermissionError:
            self.warnings.append(
                f"{self._place}/{self._name(path)} can't be written, and may hold people who were erased: "
                "make it writable, or remove them there"
            )
            return state

    def _paths(self) -> list[Path]:
        paths = [
            Path(folder, name)
            for folder, _, names in os.walk(self.folder, onerror=self._warn_unreadable)
            for name in names
        ]
        return sorted(path for path in paths if path.suffix.lower() in SUFFIXES)

    def _name(self, path: Path) -> str:
        # File names need not be UTF-8, rows must be.
        return os.fsencode(path.relative_to(self.folder).as_posix()).decode(errors="backslashreplace")

    def _warn_unreadable(self, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):  # moved away in between, or no such folder at all
            return
        name = self._name(Path(error.filename))
        self.warnings.append(
            f"{self._place}/{name} can't be read ({error.strerror}); its {self.holds} are missing until it "
            "can"
        )

    def _news_of(self, name: str, file: BinaryIO) -> Iterator[tuple[str, dict]]:
        set_aside, is_half_written = [], False
        lines = self._kept(_lines(file)) if self.erased else _lines(file)
        while batch := list(islice(lines, BATCH_LINES)):
            found: dict[str, bytes] = {}
            others: dict[int, tuple[str, str]] = {}
            judged = self.judge([line for _, line, _ in batch])
            for (number, line, is_whole), (key, reason) in zip(batch, judged, strict=True):
                if key:
                    found.setdefault(key, line)
                elif is_whole:
                    others[number] = reason, ascii(line[:10_000].decode(errors="replace"))[:10_000]
                else:
                    is_half_written = True
            yield from self._new_lines(name, found)
            for number, reason, row in self._new_others(name, others):
                set_aside.append((number, reason))
                yield row
        told = self.complaints(set_aside) if set_aside else []
        if is_half_written:
            told.append("the last line is half written; it is read when it has been finished")
        if told:
            self._tell(name, told)

    def _tell(self, name: str, told: list[str]) -> None:
        self.warnings.append(f"{self._place}/{name}: {'; '.join(told)}")

    def _kept(self, lines: Iterator[tuple[int, bytes, bool]]) -> Iterator[tuple[int, bytes, bool]]:
        """The lines of a file that could not be blanked, without those of erased people."""
        while batch := list(islice(lines, BATCH_LINES)):
            cleaned = cleaned_lines([line for _, line, _ in batch], self.erased)
            for (number, line, is_whole), (before, after) in zip(batch, cleaned, strict=True):
                if after is before:
                    yield number, line, is_whole
                elif after is not None:
                    yield number, orjson.dumps(after), is_whole

    def _new_lines(self, name: str, found: dict[str, bytes]) -> Iterator[tuple[str, dict]]:
        known = raw.known_lines(self.connection, self.lines_table, list(found))
        for key, line in found.items():
            if key not in known and key not in self._landed:
                self._landed.add(key)
                yield (
                    self.lines_table,
                    {
                        "event_key": key,
                        "observed_at": self.observed_at,
                        "file_name": name,
                        "payload": orjson.Fragment(line),
                    },
                )

    def _new_others(
        self, name: str, others: dict[int, tuple[str, str]]
    ) -> Iterator[tuple[int, str, tuple[str, dict]]]:
        # Numbered, so that the same line isn't set aside again when the file has grown.
        places = [f"{name}:{number}" for number in others]
        known = raw.known_quarantined_lines(self.connection, self.lines_table, places) if others else set()
        for place, (number, (reason, text)) in zip(places, others.items(), strict=True):
            if (place, text) not in known:
                yield (
                    number,
                    reason,
                    (
                        "quarantined_rows",
                        {
                            "pull_id": self.pull_id,
                            "resource": self.lines_table,
                            "scope_id": place,
                            "observed_at": self.observed_at,
                            "reason": reason,
                            "row_text": text,
                        },
                    ),
                )


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Number and text of each line that isn't blank, and whether it ends in a line break.

    The text is cut after LONGEST_LINE bytes, which leaves no JSON object.
    """
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        end = line
        while len(end) == LONGEST_LINE and not end.endswith(b"\n"):
            end = file.readline(LONGEST_LINE)
        text = line.removeprefix(BYTE_ORDER_MARK).strip()
        if text:
            yield number, text, end.endswith(b"\n")
