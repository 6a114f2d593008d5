"""A CSV file of leads, read by a mapping: rows of named texts, nothing about whether they can be sent."""

import codecs
import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extract.errors import ConfigurationError
from extract.importer.mapping import REQUIRED, ImportMapping, comparable, tidied
from extract.strict_yaml import quoted, shown, suggestion

MAX_BYTES = 200_000_000
MAX_ROWS = 1_000_000
DELIMITERS = ",;\t|"

# Not even a header with line breaks is longer; the search for its end stops here.
_MAX_HEADER = 100_000
_SAVE_AS_CSV = 'save it as "CSV UTF-8" (Excel: Save As; Google Sheets: Download, .csv)'
# Control characters that are not whitespace; bytes that are no text, or text in another encoding, give them.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_TOO_LONG = (
    "has more cells than column names in row {}; put quotation marks around a text that holds the delimiter, "
    "or export the file again"
)
# xlsx (a zip) and the xls before it.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class ImportRow:
    """One row of the file; `number` as a spreadsheet counts, the header being row 1.

    `lead` and `fields` hold tidied texts by the mapping's names; what is blank in the file is absent.
    """

    number: int
    lead: dict[str, str]
    fields: dict[str, str]
    sender_account_id: str | None


@dataclass(frozen=True)
class ImportFile:
    """What a file holds, by one mapping.

    `sha256` is of the file's bytes, in hex. `unmapped_columns` are the headers nothing is taken from;
    `absent` are the mapping's targets (`lead.position`, `custom_fields.icp`) the file has no column for.
    """

    path: Path
    sha256: str
    mapping: ImportMapping
    rows: list[ImportRow]
    unmapped_columns: list[str]
    absent: list[str]


@dataclass(frozen=True)
class Table:
    """A CSV file without a mapping: its column names, and its rows as they are, each with its number."""

    sha256: str
    header: list[str]
    records: list[tuple[int, list[str]]]


def read_table(path: Path) -> Table:
    """The whole file; at least one row. Raises ConfigurationError as `read_import_file` does."""
    content = _read(path)
    records = _records(path, _decoded(path, content))
    header = _header(path, records)
    rows = list(records)
    too_long = [str(number) for number, cells in rows if len(cells) > len(header)]
    if too_long:
        raise ConfigurationError(f"{shown(path)} {_TOO_LONG.format(_counted(too_long))}")
    if not rows:
        raise ConfigurationError(f"{shown(path)} has column names and no rows; export it again")
    return Table(hashlib.sha256(content).hexdigest(), header, rows)


def read_import_file(path: Path, mappings: dict[str, ImportMapping], mapping_name: str | None) -> ImportFile:
    """The file's rows by the named mapping; by the one that fits its columns where no name is given.

    At least one row. Raises ConfigurationError where the file can't be read whole and without doubt: no CSV
    in UTF-8 or UTF-16, no header, no rows, more than 200 MB or 1,000,000 rows, rows longer than the header,
    control characters in a mapped column, a mapped column that is there twice, no mapping or several for its
    columns.
    """
    content = _read(path)
    sha256 = hashlib.sha256(content).hexdigest()
    records = _records(path, _decoded(path, content))
    del content
    header = _header(path, records)
    mapping = (
        _named(path, header, mappings, mapping_name) if mapping_name else _fitting(path, header, mappings)
    )
    positions = _positions(mapping, header)
    _refuse_doubled(path, header, positions)
    rows = _rows(path, header, records, mapping, positions)
    taken = set(positions.values())
    return ImportFile(
        path=path,
        sha256=sha256,
        mapping=mapping,
        rows=rows,
        unmapped_columns=[name for index, name in enumerate(header) if name and index not in taken],
        absent=[target for target in mapping.targets() if target not in positions],
    )


def _read(path: Path) -> bytes:
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


def _decoded(path: Path, content: bytes) -> str:
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{shown(path)} is not in UTF-8; {_SAVE_AS_CSV}") from None
    if not text.strip():
        raise ConfigurationError(f"{shown(path)} is empty; export it again")
    return text


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number; blank rows are counted and left out."""
    # Strict, because a quotation mark out of place would otherwise shift cells or swallow rows in silence.
    reader = csv.reader(_lines(text), delimiter=_delimiter(text), strict=True, skipinitialspace=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
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


def _lines(text: str) -> Iterator[str]:
    # str.splitlines would also end a row at characters that are ordinary in a cell, and io.StringIO needs
    # four bytes of memory for each.
    return (line.group() for line in re.finditer(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text))


def _delimiter(text: str) -> str:
    """The delimiter that is most frequent in the header, outside quotation marks."""
    counts: Counter[str] = Counter()
    is_quoted = False
    for character in text[:_MAX_HEADER]:
        if character == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            if character in "\r\n":
                break
            counts[character] += 1
    return max(DELIMITERS, key=counts.__getitem__)


def _header(path: Path, records: Iterator[tuple[int, list[str]]]) -> list[str]:
    """The tidied column names, "" where a column has none."""
    number, cells = next(records, (0, []))
    if any(map(_CONTROL.search, cells)):
        raise ConfigurationError(f"{shown(path)} is not a text file in UTF-8; {_SAVE_AS_CSV}")
    # Without column names this row is a person, whom the messages below would print.
    if number != 1 or any(re.search(r"\S@\S|linkedin\.com/", cell, re.IGNORECASE) for cell in cells):
        raise ConfigurationError(f"{shown(path)} has no column names in its first row; put them there")
    return [tidied(cell) for cell in cells]


def _named(
    path: Path, header: list[str], mappings: dict[str, ImportMapping], mapping_name: str
) -> ImportMapping:
    mapping = mappings.get(mapping_name)
    if not mapping:
        raise ConfigurationError(
            f"{quoted(mapping_name)} is no mapping of config/import_mappings.yaml; "
            f"{suggestion(mapping_name, mappings)}"
        )
    missing = _missing(mapping, header)
    if missing:
        looked_for = "; ".join(f"{name}: {' or '.join(map(quoted, mapping.lead[name]))}" for name in missing)
        raise ConfigurationError(
            f"{shown(path)} lacks columns the mapping {mapping_name} needs ({looked_for}); it has "
            f"{_listed(header)}; add the right one to the mapping in config/import_mappings.yaml"
        )
    return mapping


def _fitting(path: Path, header: list[str], mappings: dict[str, ImportMapping]) -> ImportMapping:
    fitting = [mapping for mapping in mappings.values() if not _missing(mapping, header)]
    recognised = {mapping.name: len(set(_positions(mapping, header).values())) for mapping in fitting}
    best = [mapping for mapping in fitting if recognised[mapping.name] == max(recognised.values())]
    if len(best) == 1:
        return best[0]
    if best:
        names = " and ".join(mapping.name for mapping in best)
        found = f"fits the mappings {names} equally well"
    else:
        lacks = "; ".join(f"{name} lacks {', '.join(_missing(mappings[name], header))}" for name in mappings)
        found = f"fits no mapping ({lacks})"
    raise ConfigurationError(
        f"{shown(path)} {found}; its columns are {_listed(header)}; say which with MAPPING=..., or add one "
        "in config/import_mappings.yaml"
    )


def _positions(mapping: ImportMapping, header: list[str]) -> dict[str, int]:
    """The column per target, for those the file has one for."""
    columns: dict[str, int] = {}
    for index, name in enumerate(header):
        columns.setdefault(comparable(name), index)
    positions = {}
    for target, names in mapping.targets().items():
        present = [columns[comparable(name)] for name in names if comparable(name) in columns]
        if present:
            positions[target] = present[0]
    return positions


def _missing(mapping: ImportMapping, header: list[str]) -> list[str]:
    positions = _positions(mapping, header)
    return [name for name in REQUIRED if f"lead.{name}" not in positions]


def _refuse_doubled(path: Path, header: list[str], positions: dict[str, int]) -> None:
    counts = Counter(map(comparable, header))
    doubled = [
        header[index] for index in dict.fromkeys(positions.values()) if counts[comparable(header[index])] > 1
    ]
    if doubled:
        raise ConfigurationError(
            f"{shown(path)} has more than one column named {_listed(doubled)}; rename or remove all but one"
        )


def _rows(
    path: Path,
    header: list[str],
    records: Iterator[tuple[int, list[str]]],
    mapping: ImportMapping,
    positions: dict[str, int],
) -> list[ImportRow]:
    lead, fields = _below(positions, "lead."), _below(positions, "custom_fields.")
    sender = positions.get("sender_account_id")
    given = {"source": mapping.source} if mapping.source else {}
    taken = sorted(set(positions.values()))
    rows, too_long, unprintable = [], [], []
    for number, cells in records:
        if len(cells) > len(header):
            too_long.append(str(number))
            continue
        texts = dict.fromkeys(taken, "")
        for index in taken:
            if index < len(cells):
                texts[index] = tidied(cells[index])
                if _CONTROL.search(cells[index]):
                    unprintable.append(f"{number} ({header[index]})")
        rows.append(
            ImportRow(
                number=number,
                lead={name: texts[index] for name, index in lead if texts[index]},
                fields=given | {name: texts[index] for name, index in fields if texts[index]},
                sender_account_id=texts.get(sender) or None,
            )
        )
    problems = []
    if too_long:
        problems.append(f"{shown(path)} {_TOO_LONG.format(_counted(too_long))}")
    if unprintable:
        problems.append(
            f"{shown(path)} holds control characters in row {_counted(unprintable)}; remove them, or export "
            "the file again"
        )
    if problems:
        raise ConfigurationError(problems)
    if not rows:
        raise ConfigurationError(f"{shown(path)} has column names and no rows; export it again")
    return rows


def _below(positions: dict[str, int], section: str) -> list[tuple[str, int]]:
    return [
        (target.removeprefix(section), at) for target, at in positions.items() if target.startswith(section)
    ]


def _counted(items: list[str], most: int = 10) -> str:
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def _listed(names: list[str]) -> str:
    return _counted([quoted(name) for name in names if name], most=60)
