"""A CSV file as people's tools write it: its column names and its rows, nothing about what they mean."""

import codecs
import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.texts import tidied

MAX_BYTES = 200_000_000
MAX_ROWS = 1_000_000
DELIMITERS = ",;\t|"

# Control characters that are not whitespace; bytes that are no text, or text in another encoding, give them.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")

# Not even a header with line breaks is longer; the search for its end stops here.
_MAX_HEADER = 100_000
_SAVE_AS_CSV = 'save it as "CSV UTF-8" (Excel: Save As; Google Sheets: Download, .csv)'
_TOO_LONG = (
    "has text in more cells than there are column names in row {}; put quotation marks around a text that "
    "holds the delimiter, or export the file again"
)
# xlsx (a zip) and the xls before it.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Excel's own line before the header, which no spreadsheet shows or counts.
_TOLD_DELIMITER = re.compile(r'\A\s*"?sep=([^\w"\r\n])[^\w\r\n]*(?:\r\n?|\n)', re.IGNORECASE)

# How many of these column names are known, 0 where the file couldn't be read by them.
Recognise = Callable[[list[str]], int]


@dataclass(frozen=True)
class CsvFile:
    """One file: `sha256` of its bytes in hex, its tidied column names ("" where a column has none), its rows.

    A row is its number as a spreadsheet counts, the header being 1, and its cells, at most as many as there
    are column names. Rows can be gone through once; that raises ConfigurationError as `read_csv` does.
    """

    sha256: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


def read_csv(path: Path, recognise: Recognise) -> CsvFile:
    """The file, split at the delimiter under which the most column names are recognised; else the usual one.

    Raises ConfigurationError where it can't be read whole and without doubt: no CSV in UTF-8 or UTF-16, no
    header, no rows, more than 200 MB or 1,000,000 rows, text beyond the last column name.
    """
    content = read_bytes(path)
    sha256 = hashlib.sha256(content).hexdigest()
    text = decoded(path, content)
    told = _TOLD_DELIMITER.match(text)
    if told:
        text = text[told.end() :]
    records = _records(path, text, told[1] if told else _delimiter(text, recognise))
    header = _header(path, records)
    return CsvFile(sha256, header, _rows(path, header, records))


def listed(items: list[str], most: int = 10) -> str:
    """`2, 3, 4`, or the first of them and how many more."""
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def read_bytes(path: Path) -> bytes:
    """All of the file, at most 200 MB and no workbook; raises ConfigurationError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{shown(path)} can't be read: {error.strerror}; give a CSV file") from None
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"{shown(path)} is larger than 200 MB; split it into smaller files")
    if content.startswith(_WORKBOOKS):
        raise ConfigurationError(f"{shown(path)} is an Excel workbook; {_SAVE_AS_CSV}")
    return content


def decoded(path: Path, content: bytes) -> str:
    """The file's text, in UTF-8 or UTF-16; raises ConfigurationError where it is neither, or blank."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{shown(path)} is not in UTF-8; {_SAVE_AS_CSV}") from None
    # Tools that add a byte order mark to a file that has one leave two.
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise ConfigurationError(f"{shown(path)} is empty; export it again")
    return text


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number; blank rows are counted and left out."""
    number = 0
    try:
        for number, cells in enumerate(_cells(text, delimiter), start=1):
            if number > MAX_ROWS + 1:
                raise ConfigurationError(
                    f"{shown(path)} has more than 1,000,000 rows; split it into smaller files"
                )
            if any(map(str.strip, cells)):
                yield number, cells
    except csv.Error as error:
        raise ConfigurationError(
            f"{shown(path)} row {number + 1} can't be read as CSV ({error}); a quotation mark is probably "
            "not closed or not doubled: correct it, or export the file again"
        ) from None


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    # Strict, because a quotation mark out of place would otherwise shift cells or swallow rows in silence.
    return csv.reader(_lines(text), delimiter=delimiter, strict=True, skipinitialspace=True)


def _lines(text: str) -> Iterator[str]:
    # str.splitlines would also end a row at characters that are ordinary in a cell, and io.StringIO needs
    # four bytes of memory for each.
    return (line.group() for line in re.finditer(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text))


def _delimiter(text: str, recognise: Recognise) -> str:
    counts = _counts_in_header(text)
    by_frequency = sorted(DELIMITERS, key=counts.__getitem__, reverse=True)
    return max(by_frequency, key=lambda delimiter: recognise(_header_under(text, delimiter)))


def _counts_in_header(text: str) -> Counter[str]:
    """How often each character stands in the header, outside quotation marks."""
    counts: Counter[str] = Counter()
    is_quoted = False
    for character in text[:_MAX_HEADER]:
        if character == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            if character in "\r\n":
                break
            counts[character] += 1
    return counts


def _header_under(text: str, delimiter: str) -> list[str]:
    try:
        return [tidied(cell) for cell in next(_cells(text[:_MAX_HEADER], delimiter), [])]
    except csv.Error:
        return []


def _header(path: Path, records: Iterator[tuple[int, list[str]]]) -> list[str]:
    number, cells = next(records, (0, []))
    if any(map(CONTROL.search, cells)):
        raise ConfigurationError(f"{shown(path)} is not a text file in UTF-8; {_SAVE_AS_CSV}")
    # Without column names this row is a person, whom the messages below would print.
    if number != 1 or any(re.search(r"\S@\S|linkedin\.com/", cell, re.IGNORECASE) for cell in cells):
        raise ConfigurationError(f"{shown(path)} has no column names in its first row; put them there")
    return [tidied(cell) for cell in cells]


def _rows(
    path: Path, header: list[str], records: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    too_long = []
    number = None
    for number, cells in records:
        # Spreadsheets write blank cells for columns that were once in use.
        if any(map(tidied, cells[len(header) :])):
            too_long.append(str(number))
        else:
            yield number, cells[: len(header)]
    if too_long:
        raise ConfigurationError(f"{shown(path)} {_TOO_LONG.format(listed(too_long))}")
    if number is None:
        raise ConfigurationError(f"{shown(path)} has column names and no rows; export it again")
