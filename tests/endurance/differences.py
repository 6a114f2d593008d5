"""What differs between two published warehouses and their reports, and whether a kept list names it.

Whole numbers, texts and times are compared exactly, floats to 1e-9. Of a printed report the padding of its
tables is no difference: a longer word moves it in every row.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from extract.workspace.sql_text import literal

# Relative; figures that are zero but for rounding differ by less than the other.
FLOATS_TO, ZERO = 1e-9, 1e-12
# These name a run, or tell this machine's time; nothing else may differ between two builds of the same raw.
NOT_COMPARED = {
    "heyreach_analytics_snapshots": {"run_id", "reported_at", "created_at"},
    "rpt_snapshot": {"run_id", "reported_at"},
    "icp_profiles": {"created_at", "valid_until"},
    "pipeline_runs": {
        *("run_id", "started_at", "extracted_at", "published_at", "finished_at"),
        *("seconds", "extract_seconds", "build_seconds", "report_seconds"),
    },
}
FLOATS = ("DOUBLE", "FLOAT")
WHOLE_NUMBERS = ("BIGINT", "INTEGER")

# Kind of an entry -> what it lets differ.
KINDS = {
    "new table": {"new table"},
    "new column": {"new column"},
    "corrected word": {"value"},
    "correction": {"value", "new row", "missing row", "missing column", "missing table", "type"},
}
_STAMP = re.compile(r"_\d{4}-\d{2}-\d{2}T\d{6}(?=\.)")
_FLOAT = re.compile(r"(\d+\.\d+(?:e[+-]?\d+)?)")


class Difference(NamedTuple):
    """One figure, row, column or table that is not the same.

    `table` may be the name of a report file, whose columns are the paths of a JSON report, without positions,
    or `line`; the key of a line is the heading above it. Rows that came or went stand in the column `rows`.
    """

    table: str
    column: str
    what: str
    key: str = ""
    before: Any = None
    after: Any = None
    is_text: bool = False

    def __str__(self) -> str:
        place = f"{self.table}, {self.column}" + (f" [{_shortened(self.key)}]" if self.key else "")
        if self.what in ("value", "type"):
            return f"{place}: {_shortened(self.before)} -> {_shortened(self.after)}"
        return f"{place}: {self.what}"


def _shortened(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 160 else f"{text[:157]}..."


Keys = dict[str, list[list[str]]]


def declared_keys(models: Path) -> Keys:
    """Model -> the keys that its tests declare as unique (`valid_rows`), each the names of its columns."""
    keys: Keys = {}
    for file in sorted(models.rglob("*.yml")):
        for model in (yaml.safe_load(file.read_text()) or {}).get("models", []):
            for test in model.get("data_tests", []):
                for key in test.get("valid_rows", {}).get("arguments", {}).get("unique", []):
                    keys.setdefault(model["name"], []).append([key] if isinstance(key, str) else key)
    return keys


def warehouse_differences(
    before: Path, after: Path, keys: Keys, schema: str = "marts"
) -> Iterator[Difference]:
    """Differences of every table of a schema, row by row."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(before)} as before (read_only)")
        connection.execute(f"attach {literal(after)} as after (read_only)")
        connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        old, new = (_columns(connection, name, schema) for name in ("before", "after"))
        yield from (Difference(table, "rows", "missing table") for table in old if table not in new)
        yield from (Difference(table, "rows", "new table") for table in new if table not in old)
        for table in sorted(old.keys() & new.keys()):
            pair = _TablePair(connection, f'"{schema}"."{table}"', table, old[table], new[table])
            yield from pair.differences(keys.get(table, []))


def _columns(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> dict[str, dict[str, str]]:
    """Table -> column -> type."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        """
        select table_name, column_name, data_type from duckdb_columns()
        where database_name = ? and schema_name = ? order by table_name, column_index
        """,
        [database, schema],
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


@dataclass
class _TablePair:
    """One table of both warehouses."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    table: str
    old: dict[str, str]
    new: dict[str, str]

    def differences(self, keys: Sequence[Sequence[str]]) -> Iterator[Difference]:
        for column in self.old:
            if column not in self.new:
                yield Difference(self.table, column, "missing column")
            elif self.old[column] != self.new[column]:
                yield Difference(self.table, column, "type", before=self.old[column], after=self.new[column])
        yield from (Difference(self.table, name, "new column") for name in self.new if name not in self.old)
        left_out = NOT_COMPARED.get(self.table, set())
        compared = [column for column in self.old if column in self.new and column not in left_out]
        if compared:
            yield from self._differing_rows(compared, self._key(compared, keys))

    def _key(self, compared: list[str], keys: Sequence[Sequence[str]]) -> Sequence[str]:
        """What rows are paired by: a key, not a rank or number of the line if it has another.

        A single row needs none. Without one it is all that is compared exactly, and equal rows are counted.
        """
        keys = sorted(keys, key=lambda key: len(key) == 1 and self.old.get(key[0]) in WHOLE_NUMBERS)
        for key in (*keys, []):
            if set(key) <= set(compared) and self._is_unique(key):
                return key
        return [column for column in compared if self._type(column) not in (*FLOATS, "JSON")]

    def _differing_rows(self, compared: list[str], key: Sequence[str]) -> Iterator[Difference]:
        values = [column for column in compared if column not in key]
        ordinal = f"row_number() over (partition by {_listed(key) or 'null'} order by {_listed(values) or 1})"
        sides = {
            side: f"(select {', '.join(map(self._selected, compared))}, {ordinal} as ordinal "
            f"from {side}.{self.relation})"
            for side in ("before", "after")
        }
        on = " and ".join(
            f"b.{name} is not distinct from a.{name}" for name in [*map(_quoted, key), "ordinal"]
        )
        self.connection.execute(
            f"create or replace table memory.paired as select b, a from {sides['before']} as b "
            f"full join {sides['after']} as a on {on}"
        )
        yield from self._lone_rows(key, "b", "a.ordinal is null", "missing row")
        yield from self._lone_rows(key, "a", "b.ordinal is null", "new row")
        for column in self._differing(values):
            yield from self._differing_values(column, key)

    def _type(self, column: str) -> str:
        return self.old[column] if self.old[column] == self.new[column] else "VARCHAR"

    def _selected(self, column: str) -> str:
        name = _quoted(column)
        return name if self.old[column] == self.new[column] else f"cast({name} as varchar) as {name}"

    def _is_unique(self, key: Sequence[str]) -> bool:
        grouped = f"group by {_listed(key)}" if key else ""
        return not any(
            self.connection.execute(
                f"select 1 from {side}.{self.relation} {grouped} having count(*) > 1 limit 1"
            ).fetchone()
            for side in ("before", "after")
        )

    def _lone_rows(self, key: Sequence[str], side: str, condition: str, what: str) -> Iterator[Difference]:
        for row in self._rows([self._text(side, name) for name in key] or ["''"], condition):
            yield Difference(self.table, "rows", what, _named(key, row))

    def _differing(self, columns: list[str]) -> list[str]:
        """The columns that differ in any row that both have."""
        if not columns:
            return []
        [counts] = self._rows([f"count(*) filter (where {self._differs(name)})" for name in columns], _BOTH)
        return [name for name, count in zip(columns, counts, strict=True) if count]

    def _differing_values(self, column: str, key: Sequence[str]) -> Iterator[Difference]:
        chosen = [self._text("b", column), self._text("a", column), *(self._text("b", name) for name in key)]
        for was, now, *names in self._rows(chosen, f"{_BOTH} and {self._differs(column)}"):
            if self._type(column) == "JSON" and was and now and _same(json.loads(was), json.loads(now)):
                continue
            is_text = self._type(column) == "VARCHAR"
            yield Difference(self.table, column, "value", _named(key, names), was, now, is_text)

    def _differs(self, column: str) -> str:
        was, now = f"b.{_quoted(column)}", f"a.{_quoted(column)}"
        if self._type(column) not in FLOATS:
            return f"{was} is distinct from {now}"
        return (
            f"({was} is distinct from {now} and not coalesce(isfinite({was}) and isfinite({now}) and "
            f"abs({was} - {now}) <= greatest({ZERO}, {FLOATS_TO} * greatest(abs({was}), abs({now}))), false))"
        )

    def _text(self, side: str, column: str) -> str:
        return f"cast({side}.{_quoted(column)} as varchar)"

    def _rows(self, chosen: list[str], condition: str) -> Iterator[tuple]:
        self.connection.execute(f"select {', '.join(chosen)} from memory.paired where {condition}")
        while rows := self.connection.fetchmany(10_000):
            yield from rows


_BOTH = "b.ordinal is not null and a.ordinal is not null"


def _quoted(column: str) -> str:
    return f'"{column}"'


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(map(_quoted, columns))


def _named(key: Sequence[str], row: Sequence[str | None]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(key, row, strict=False))


def report_differences(before: Path, after: Path) -> Iterator[Difference]:
    """Differences of the report files in two folders; the time in a name is when it was written."""
    old, new = (
        {
            _STAMP.sub("", path.relative_to(folder).as_posix()): path.read_text()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        for folder in (before, after)
    )
    yield from (Difference(name, "rows", "missing table") for name in old if name not in new)
    yield from (Difference(name, "rows", "new table") for name in new if name not in old)
    for name in sorted(old.keys() & new.keys()):
        if name.endswith(".json"):
            yield from _json_differences(name, "", "", json.loads(old[name]), json.loads(new[name]))
        elif old[name] != new[name]:
            yield from _line_differences(name, _lines(old[name]), _lines(new[name]))


def _json_differences(file: str, path: str, key: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{path}.{name}".lstrip(".")
            if name in before and name in after:
                yield from _json_differences(file, inner, key, before[name], after[name])
            else:
                yield Difference(file, inner, "new column" if name in after else "missing column", key)
    elif isinstance(before, list) and isinstance(after, list):
        for number, was, now in _aligned(*_signatures(before, after)):
            row = f"{key}/{number}".lstrip("/")
            if was is None or now is None:
                yield Difference(file, f"{path}.rows", "new row" if was is None else "missing row", row)
            else:
                yield from _json_differences(file, path, row, before[was], after[now])
    elif not _same(before, after):
        is_text = isinstance(before, str) and isinstance(after, str)
        yield Difference(file, path, "value", key, before, after, is_text)


def _line_differences(file: str, before: list[str], after: list[str]) -> Iterator[Difference]:
    heading, read = "", 0
    for _, was, now in _aligned(before, after):
        if was is not None:
            headings = [line for line in before[read : was + 1] if line.startswith(("#", "<h"))]
            heading, read = (headings or [heading])[-1], was + 1
        lines = (None if was is None else before[was], None if now is None else after[now])
        if None in lines:
            what = "new row" if was is None else "missing row"
            yield Difference(file, "line", what, heading, *lines, is_text=True)
        elif not _same_line(*lines):
            yield Difference(file, "line", "value", heading, *lines, is_text=True)


def _lines(text: str) -> list[str]:
    """Lines, and the elements of drawings; without padding, which follows from the longest of a column."""
    return [_unpadded(line) for line in text.replace("><", ">\n<").splitlines()]


def _unpadded(line: str) -> str:
    return re.sub(r"-{3,}", "---", " ".join(line.split()))


def _aligned(before: Sequence, after: Sequence) -> Iterator[tuple[int, int | None, int | None]]:
    """Number of the place, position before, position after; None where only the other has one."""
    place = 0
    for _, old, old_end, new, new_end in SequenceMatcher(None, before, after).get_opcodes():
        for was, now in zip_longest(range(old, old_end), range(new, new_end)):
            yield place, was, now
            place += 1


def _signatures(before: list, after: list) -> tuple[list[str], list[str]]:
    """What rows are aligned by: the texts of what both have, as numbers may differ a little."""
    if not all(isinstance(row, dict) for row in (*before, *after)):
        return list(map(repr, before)), list(map(repr, after))
    shared = set.intersection(*map(set, (*before, *after))) if before and after else set()
    texts = (
        [repr([row[name] for name in row if name in shared and isinstance(row[name], str)]) for row in rows]
        for rows in (before, after)
    )
    return tuple(texts)


def _same(before: Any, after: Any) -> bool:
    """Whether two values of JSON are the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(_same(before[name], after[name]) for name in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(_same, before, after))
    if {type(before), type(after)} in ({float}, {float, int}):
        return math.isclose(before, after, rel_tol=FLOATS_TO, abs_tol=ZERO)
    return type(before) is type(after) and before == after


def _same_line(before: str, after: str) -> bool:
    """Whether two lines are the same but for the last digits of floats."""
    was, now = _FLOAT.split(before), _FLOAT.split(after)
    return (
        was[::2] == now[::2]
        and len(was) == len(now)
        and all(_same(float(one), float(other)) for one, other in zip(was[1::2], now[1::2], strict=True))
    )


@dataclass(frozen=True)
class Expected:
    """An entry of the kept list: where something may differ, of which kind it is, and why.

    Table, column and rows (their key) are patterns; of a printed report, column is one of the line. A
    corrected word names what it was and is now (`before`, `after`), and nothing else of the text may differ.
    `workspace` is the one in which it occurs, if only in one.
    """

    table: str
    column: str
    kind: str
    why: str
    rows: str = "*"
    before: str = ""
    after: str = ""
    workspace: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of difference: {', '.join(KINDS)}")
        if not self.why.strip():
            raise ValueError(f"{self.table}, {self.column}: why?")
        if (self.kind == "corrected word") != bool(self.before):
            raise ValueError(
                f"{self.table}, {self.column}: a corrected word, and no other kind, has a before"
            )

    def covers(self, difference: Difference, workspace: str) -> bool:
        """Whether the difference lies where this one is expected."""
        lines = difference.column == "line"
        names = (difference.before or "", difference.after or "") if lines else (difference.column,)
        return (
            self.workspace in ("", workspace)
            and difference.what in KINDS[self.kind]
            and fnmatchcase(difference.table, self.table)
            and fnmatchcase(difference.key, self.rows)
            and any(fnmatchcase(name, self.column) for name in names)
        )


def read_expected(path: Path) -> list[Expected]:
    """The kept list; raises ValueError or TypeError for an entry that is not understood."""
    return [Expected(**entry) for entry in yaml.safe_load(path.read_text()) or []]


@dataclass
class Judgement:
    """Differences held against the kept list, as they come: how many, and the first that stand in none."""

    expected: list[Expected]
    most_shown: int = 20
    listed: int = 0
    unlisted: int = 0
    shown: list[str] = field(default_factory=list)
    _used: set[Expected] = field(default_factory=set)
    _workspaces: set[str] = field(default_factory=set)

    def judge(self, workspace: str, differences: Iterable[Difference]) -> None:
        """Take in what differs in a workspace."""
        self._workspaces.add(workspace)
        for difference in differences:
            entries = self._entries(workspace, difference)
            self._used.update(entries)
            if entries:
                self.listed += 1
                continue
            self.unlisted += 1
            if len(self.shown) < self.most_shown:
                self.shown.append(f"{workspace}: {difference}")

    def _entries(self, workspace: str, difference: Difference) -> list[Expected]:
        """What expects it: words that together make the one text of the other, or another kind."""
        covering = [entry for entry in self.expected if entry.covers(difference, workspace)]
        words = [entry for entry in covering if entry.kind == "corrected word"]
        if words and difference.is_text and difference.before is not None:
            text, used = difference.before, []
            for word in words:
                if word.before in text:
                    text, used = text.replace(word.before, word.after), [*used, word]
            if used and text == difference.after:
                return used
        return [entry for entry in covering if entry.kind != "corrected word"][:1]

    @property
    def unused(self) -> list[Expected]:
        """Entries of nothing that differs, as far as the workspaces they are of were compared."""
        return [
            entry
            for entry in self.expected
            if entry not in self._used and (not entry.workspace or entry.workspace in self._workspaces)
        ]

    def lines(self) -> Iterator[str]:
        """What is to be said: a summary, and what is wrong."""
        yield (
            f"{', '.join(sorted(self._workspaces))}: {self.unlisted} differences that are not listed, "
            f"{self.listed} that are; {len(self.unused)} entries of nothing that differs"
        )
        yield from self.shown
        if self.unlisted > len(self.shown):
            yield f"... and {self.unlisted - len(self.shown)} more"
        yield from (f"nothing differs like this: {entry.table}, {entry.column}" for entry in self.unused)

    @property
    def is_good(self) -> bool:
        return not self.unlisted and not self.unused
