"""Files of lines, without the people who were erased: what is kept of a line, and blanking it in place."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

import orjson

from extract.people.records import LINK, MEMBER_ID, clean
from extract.people.suppression import Suppressions

BATCH_ROWS = 10_000

T = TypeVar("T")


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items, BATCH_ROWS at a time."""
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH_ROWS)):
        yield batch


def blank_lines(people: Suppressions, path: Path) -> bool:
    """Overwrite erased people's lines of a file that somebody may be appending to; whether there were any.

    In place, because a receiver that holds the file open would go on writing into the one that was replaced.
    The links go last: a line half overwritten must still show whose it is. A last line that is still being
    written is left for the next time.
    """
    is_changed = False
    with path.open("r+b") as file, path.open("rb") as reader:
        place = 0
        for lines in batches(reader):
            cleaned = cleaned_lines(lines, people)
            for line, (before, after) in zip(lines, cleaned, strict=True):
                if after is not before and (line.endswith(b"\n") or isinstance(before, dict)):
                    is_changed = True
                    for content in _blanked(line, after):
                        os.pwrite(file.fileno(), content, place)
                        os.fsync(file.fileno())
                place += len(line)
    return is_changed


def _blanked(line: bytes, kept: object) -> list[bytes]:
    """What to write over a line, one after the other; each as long as the line."""
    blank = re.sub(rb"[^\n]", b" ", line)
    if kept is None:
        return [_links_only(line), blank]
    text = orjson.dumps(kept)
    return [text + blank[len(text) :]] if len(text) < len(line) else [_links_only(line), blank]


def _links_only(line: bytes) -> bytes:
    only = bytearray(re.sub(rb"[^\n]", b" ", line))
    for pattern in (LINK, MEMBER_ID):
        for found in re.finditer(pattern.pattern.encode(), line, re.IGNORECASE):
            only[found.start() : found.end()] = found[0]
    return bytes(only)


def cleaned_lines(
    lines: Sequence[bytes],
    people: Suppressions,
    clean_rows: Callable[[list[dict]], list[dict | None]] | None = None,
) -> list[tuple[object, object]]:
    """Each line as it is and as it may be kept (the same object where nothing goes), as JSON where it is."""
    clean_rows = clean_rows or (lambda rows: clean(rows, people))
    parsed: list[object] = []
    for line in lines:
        try:
            row = orjson.loads(line)
            parsed.append(row if isinstance(row, dict) else line.decode(errors="replace"))
        except orjson.JSONDecodeError:
            parsed.append(line.decode(errors="replace"))
    rows = iter(clean_rows([record for record in parsed if isinstance(record, dict)]))
    texts = iter(clean([text for text in parsed if isinstance(text, str)], people, is_text=True))
    return [(record, next(rows if isinstance(record, dict) else texts)) for record in parsed]
