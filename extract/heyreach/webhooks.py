"""Webhook payloads that the operator's own receiver saved as files of JSON lines, landed with a pull.

A line is landed as it came: what a relay put around payloads, or several in one line, staging takes apart.

A file may grow, come again, hold payloads twice, or end in the middle of a line. So it is read from its
beginning unless raw knows that it was read at this very size and time of change, and of what it holds only
the news is landed. What was read is landed beside it: a pull that fails forgets both.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import duckdb
import orjson
from tqdm import tqdm

from extract import raw
from extract.people.lines import blank_lines, cleaned_lines
from extract.people.suppression import Suppressions

SUFFIXES = frozenset({".jsonl", ".ndjson"})
# A payload has a few thousand bytes; what is longer is no payload, and must not fill the memory.
LONGEST_LINE = 1_000_000
BATCH_LINES = 10_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def event_key(line: bytes) -> str | None:
    """Hash of a line's canonical JSON, 32 hexadecimal digits; None for anything but objects."""
    try:
        payload = orjson.loads(line)
        payloads = payload if isinstance(payload, list) else [payload]
        if not payloads or not all(isinstance(each, dict) for each in payloads):
            return None
        canonical = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    return hashlib.sha256(canonical).hexdigest()[:32]


@dataclass
class WebhookFiles:
    """The `*.jsonl` and `*.ndjson` files of a folder and its subfolders, and what of them raw lacks.

    `observed_at` and `pull_id` are those of the pull that the news is landed with.
    """

    folder: Path
    connection: duckdb.DuckDBPyConnection
    observed_at: datetime
    pull_id: str
    erased: Suppressions | None = None
    warnings: list[str] = field(default_factory=list)
    _landed: set[str] = field(default_factory=set)

    def news(self) -> Iterator[tuple[str, dict]]:
        """Table and row of every event, line that is no event, and file read; appends to `warnings`."""
        read_before = raw.webhook_files(self.connection)
        for path in tqdm(self._paths(), desc="webhook files", leave=False, delay=2, disable=None):
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
                "webhook_files",
                {
                    "file_name": name,
                    "size_bytes": state.st_size,
                    "modified_ns": state.st_mtime_ns,
                    "observed_at": self.observed_at,
                },
            )

    def _without_erased(self, path: Path, state: os.stat_result) -> os.stat_result:
        """Blank the lines of people who were erased; the file's state afterwards.

        A file that can't be written is read all the same, and their lines are left out.
        """
        try:
            return path.stat() if blank_lines(self.erased, path) else state
        except PermissionError:
            self.warnings.append(
                f"webhooks/{self._name(path)} can't be written, and may hold people who were erased: make it "
                "writable, or remove them there"
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
        if isinstance(error, FileNotFoundError):  # moved away in between, or no webhooks at all
            return
        name = self._name(Path(error.filename))
        self.warnings.append(
            f"webhooks/{name} can't be read ({error.strerror}); its events are missing until it can"
        )

    def _news_of(self, name: str, file: BinaryIO) -> Iterator[tuple[str, dict]]:
        set_aside, is_half_written = 0, False
        lines = self._kept(_lines(file)) if self.erased else _lines(file)
        while batch := list(islice(lines, BATCH_LINES)):
            events: dict[str, bytes] = {}
            others: dict[str, str] = {}
            for number, line, is_whole in batch:
                key = event_key(line)
                if key:
                    events.setdefault(key, line)
                elif is_whole:
                    # Numbered, so that the same line isn't set aside again when the file has grown.
                    others[f"{name}:{number}"] = ascii(line[:10_000].decode(errors="replace"))[:10_000]
                else:
                    is_half_written = True
            yield from self._new_events(name, events)
            for row in self._new_others(others):
                set_aside += 1
                yield row
        if set_aside or is_half_written:
            self.warnings.append(f"webhooks/{name}: {_complaint(set_aside, is_half_written)}")

    def _kept(self, lines: Iterator[tuple[int, bytes, bool]]) -> Iterator[tuple[int, bytes, bool]]:
        """The lines of a file that could not be blanked, without those of erased people."""
        while batch := list(islice(lines, BATCH_LINES)):
            cleaned = cleaned_lines([line for _, line, _ in batch], self.erased)
            for (number, line, is_whole), (before, after) in zip(batch, cleaned, strict=True):
                if after is before:
                    yield number, line, is_whole
                elif after is not None:
                    yield number, orjson.dumps(after), is_whole

    def _new_events(self, name: str, events: dict[str, bytes]) -> Iterator[tuple[str, dict]]:
        known = raw.known_webhook_events(self.connection, list(events))
        for key, line in events.items():
            if key not in known and key not in self._landed:
                self._landed.add(key)
                yield (
                    "webhook_events",
                    {
                        "event_key": key,
                        "observed_at": self.observed_at,
                        "file_name": name,
                        "payload": orjson.Fragment(line),
                    },
                )

    def _new_others(self, others: dict[str, str]) -> Iterator[tuple[str, dict]]:
        known = raw.known_quarantined_lines(self.connection, list(others)) if others else set()
        for place, text in others.items():
            if (place, text) not in known:
                yield (
                    "quarantined_rows",
                    {
                        "pull_id": self.pull_id,
                        "resource": "webhook_events",
                        "scope_id": place,
                        "observed_at": self.observed_at,
                        "reason": "no JSON object or list of them, of valid text and usual length",
                        "row_text": text,
                    },
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


def _complaint(set_aside: int, is_half_written: bool) -> str:
    complaints = []
    if set_aside:
        lines = "1 line is" if set_aside == 1 else f"{set_aside:,} lines are"
        complaints.append(f"{lines} no JSON object and set aside; see quarantined_rows")
    if is_half_written:
        complaints.append("the last line is half written; it is read when it has been finished")
    return "; ".join(complaints)
