"""A file of leads, read by a mapping: rows of named texts, nothing about whether they can be sent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.importer.csv_file import CONTROL, CsvFile, Recognise, listed, read_csv
from extract.importer.mapping import REQUIRED, ImportMapping
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import quoted, shown, suggestion
from extract.workspace.texts import comparable, tidied


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
    """A file whose columns were looked for by all mappings at once.

    `columns` names the target of a mapping and its place in the header; `records` are the rows as they are,
    each with its number.
    """

    sha256: str
    header: list[str]
    records: list[tuple[int, list[str]]]
    columns: dict[str, int]


def read_table(path: Path, mappings: dict[str, ImportMapping]) -> Table:
    """The whole file, at least one row, with every column that any mapping names.

    The mapping that fits the file goes first, then the others in their order. Raises ConfigurationError as
    `read_import_file` does, but for columns: none is needed here.
    """
    file = _read(path, lambda header: len(_all_positions(mappings.values(), header)))
    fitting = sorted(mappings.values(), key=lambda mapping: bool(_missing(mapping, file.header)))
    return Table(file.sha256, file.header, list(file.rows), _all_positions(fitting, file.header))


def read_import_file(
    path: Path,
    mappings: dict[str, ImportMapping],
    mapping_name: str | None,
    required: Sequence[str] = REQUIRED,
) -> ImportFile:
    """The file's rows by the named mapping; by the one that fits its columns where no name is given.

    At least one row. A mapping fits where the file has a column for each of `required`. Raises
    ConfigurationError as `read_csv` does, and for control characters in a mapped column, a mapped column that
    is there twice, no mapping or several for its columns.
    """
    asked = [mappings[mapping_name]] if mapping_name in mappings else mappings.values()
    file = _read(path, lambda header: _most_recognized(asked, header, required))
    mapping = (
        _named(path, file.header, mappings, mapping_name, required)
        if mapping_name
        else _fitting(path, file.header, mappings, required)
    )
    positions = _positions(mapping.targets(), file.header)
    _refuse_doubled(path, file.header, positions)
    rows = _rows(path, file, mapping, positions)
    taken = set(positions.values())
    return ImportFile(
        path=path,
        sha256=file.sha256,
        mapping=mapping,
        rows=rows,
        unmapped_columns=[name for index, name in enumerate(file.header) if name and index not in taken],
        absent=[target for target in mapping.targets() if target not in positions],
    )


def _read(path: Path, recognise: Recognise) -> CsvFile:
    if path.suffix.lower() == ".vcf":
        from extract.importer.vcard_file import read_vcards  # noqa: PLC0415 - a library for few files

        return read_vcards(path)
    return read_csv(path, recognise)


def _named(
    path: Path,
    header: list[str],
    mappings: dict[str, ImportMapping],
    mapping_name: str,
    required: Sequence[str],
) -> ImportMapping:
    mapping = mappings.get(mapping_name)
    if not mapping:
        raise ConfigurationError(
            f"{quoted(mapping_name)} is no mapping of config/import_mappings.yaml; "
            f"{suggestion(mapping_name, mappings)}"
        )
    missing = _missing(mapping, header, required)
    if missing:
        looked_for = "; ".join(f"{name}: {' or '.join(map(quoted, mapping.lead[name]))}" for name in missing)
        raise ConfigurationError(
            f"{shown(path)} lacks columns the mapping {mapping_name} needs ({looked_for}); it has "
            f"{_listed(header)}; add the right one to the mapping in config/import_mappings.yaml"
        )
    return mapping


def _fitting(
    path: Path, header: list[str], mappings: dict[str, ImportMapping], required: Sequence[str]
) -> ImportMapping:
    most = _most_recognized(mappings.values(), header, required)
    best = [each for each in mappings.values() if most and _recognized(each, header, required) == most]
    if len(best) == 1:
        return best[0]
    if best:
        names = " and ".join(mapping.name for mapping in best)
        found = f"fits the mappings {names} equally well"
    else:
        lacks = "; ".join(
            f"{name} lacks {', '.join(_missing(mappings[name], header, required))}" for name in mappings
        )
        found = f"fits no mapping ({lacks})"
    raise ConfigurationError(
        f"{shown(path)} {found}; its columns are {_listed(header)}; say which with MAPPING=..., or add one "
        "in config/import_mappings.yaml"
    )


def _most_recognized(
    mappings: Iterable[ImportMapping], header: list[str], required: Sequence[str] = REQUIRED
) -> int:
    return max((_recognized(mapping, header, required) for mapping in mappings), default=0)


def _recognized(mapping: ImportMapping, header: list[str], required: Sequence[str]) -> int:
    """How many columns of a file the mapping takes; 0 where it doesn't fit."""
    if _missing(mapping, header, required):
        return 0
    return len(set(_positions(mapping.targets(), header).values()))


def _positions(targets: dict[str, tuple[str, ...]], header: list[str]) -> dict[str, int]:
    """The column per target, for those the file has one for."""
    columns: dict[str, int] = {}
    for index, name in enumerate(header):
        columns.setdefault(comparable(name), index)
    positions = {}
    for target, names in targets.items():
        present = [columns[comparable(name)] for name in names if comparable(name) in columns]
        if present:
            positions[target] = present[0]
    return positions


def _all_positions(mappings: Iterable[ImportMapping], header: list[str]) -> dict[str, int]:
    """The column per target of any of the mappings; the first mapping that has one counts."""
    found: dict[str, int] = {}
    for mapping in mappings:
        found = _positions(mapping.enrichment_targets(), header) | found
    return found


def _missing(mapping: ImportMapping, header: list[str], required: Sequence[str] = REQUIRED) -> list[str]:
    positions = _positions(mapping.targets(), header)
    return [name for name in required if f"lead.{name}" not in positions]


def _refuse_doubled(path: Path, header: list[str], positions: dict[str, int]) -> None:
    counts = Counter(map(comparable, header))
    doubled = [
        header[index] for index in dict.fromkeys(positions.values()) if counts[comparable(header[index])] > 1
    ]
    if doubled:
        raise ConfigurationError(
            f"{shown(path)} has more than one column named {_listed(doubled)}; rename or remove all but one"
        )


def _rows(path: Path, file: CsvFile, mapping: ImportMapping, positions: dict[str, int]) -> list[ImportRow]:
    lead, fields = _below(positions, "lead."), _below(positions, "custom_fields.")
    sender = positions.get("sender_account_id")
    given = {"source": mapping.source} if mapping.source else {}
    taken = sorted(set(positions.values()))
    rows, unprintable = [], []
    for number, cells in file.rows:
        texts = dict.fromkeys(taken, "")
        for index in taken:
            if index < len(cells):
                texts[index] = tidied(cells[index])
                if CONTROL.search(cells[index]):
                    unprintable.append(f"{number} ({file.header[index]})")
        rows.append(
            ImportRow(
                number=number,
                lead={name: texts[index] for name, index in lead if texts[index]},
                fields=given | {name: texts[index] for name, index in fields if texts[index]},
                sender_account_id=texts.get(sender) or None,
            )
        )
    if unprintable:
        raise ConfigurationError(
            f"{shown(path)} holds control characters in row {listed(unprintable)}; remove them, or export "
            "the file again"
        )
    return rows


def _below(positions: dict[str, int], section: str) -> list[tuple[str, int]]:
    return [
        (target.removeprefix(section), at) for target, at in positions.items() if target.startswith(section)
    ]


def _listed(names: list[str]) -> str:
    return listed([quoted(name) for name in names if name], most=60)
