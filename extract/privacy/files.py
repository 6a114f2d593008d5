"""Taking people out of the files of a workspace, one kind of file after another.

Every file is replaced in one step, and a second pass over it changes nothing, so that an erasure that was cut
off is finished by running it again.
"""

import contextlib
import csv
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import orjson

from extract import raw
from extract.people.lines import BATCH_ROWS, batches, cleaned_lines
from extract.people.records import LINK, MEMBER_ID, clean, redacted
from extract.people.suppression import Suppressions
from extract.raw import landing_contents
from extract.workspace.csv_files import rewrite_csv
from extract.workspace.sql_text import literal
from extract.workspace.whole_files import write_whole

# What runs make anew, what a killed one left behind, and damaged databases, which nobody can clean.
REMOVED = (
    *("dbt", "docs", "build.duckdb", "build.duckdb.wal", "*.set-aside-*", "*.tmp"),
    *(".period-*", ".docs-*", ".dlt-*", "**/.*.partial"),
)
# Tables of which no row is dropped because of whose profile it shows: a sender is no lead.
KEPT_TABLES = frozenset(
    {"sender_accounts", "campaigns", "pulls", "imports", "run_parameters", "scoring_configs", "message_tests"}
)
# What identifies a lead's rows, also those that don't show the profile.
IDENTITIES = (
    *(("campaign_id", "campaign_lead_id"), ("list_id", "list_row_key"), ("import_id", "row_number")),
    *(("run_id", "row_number"), ("call_id", "call_id")),  # of enrichment
    *(("search_id", "discovery_id"), ("plan_id", "line_number")),
)

Identity = tuple[str, str, str]


class Sweep:
    """One cleaning of one workspace: who is to go, their rows, and the words they are known by.

    `rows` are the identities of rows of theirs, `words` their names and addresses as they stand in text.
    `changed` collects what had to be rewritten.
    """

    def __init__(self, people: Suppressions, rows: set[Identity], words: set[str]):
        self.people = people
        self.rows = set(rows)
        self.words = words
        self.changed: list[Path] = []

    def clean_rows(self, table: str, records: Sequence[dict]) -> list[dict | None]:
        """See `clean`; also drops the rows without a profile that belong to one with it, here or before."""
        cleaned = clean(records, self.people, may_drop=table not in KEPT_TABLES)
        for before, after in zip(records, cleaned, strict=True):
            if after is None:
                self.rows.update(identities(before))
        return [
            None if record and not self.rows.isdisjoint(identities(record)) else record for record in cleaned
        ]


def identities(record: dict) -> Iterator[Identity]:
    """What identifies the lead row that a record is an observation of."""
    for scope, key in IDENTITIES:
        if record.get(scope) is not None and record.get(key) is not None:
            yield (f"{scope} {key}", str(record[scope]), str(record[key]))
    # What is asked about somebody by name or address. Any other key is a link, which is known by itself, or
    # the domain of a company, which others share.
    if record.get("integration") and {" ", "@"} & set(str(record.get("key"))):
        yield ("integration key", str(record["integration"]), str(record["key"]))


def remove_caches(folder: Path) -> None:
    """Remove what can be made again or can't be cleaned, and what no run will finish."""
    for pattern in REMOVED:
        for path in folder.glob(pattern):
            if folder / "demo" in path.parents:  # a workspace of its own, with a lock of its own
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def sweep_lines(sweep: Sweep, path: Path) -> None:
    """A file of JSON lines, rewritten whole."""
    is_changed = False
    with replacement(path) as partial, path.open("rb") as file, partial.open("wb") as copy:
        for lines in batches(file):
            cleaned = cleaned_lines(lines, sweep.people, lambda rows: sweep.clean_rows(path.stem, rows))
            for line, (before, after) in zip(lines, cleaned, strict=True):
                is_changed |= after is not before
                if after is before:
                    copy.write(line)
                elif after is not None:
                    copy.write(orjson.dumps(after) + b"\n")
        if is_changed:
            copy.flush()
            os.fsync(copy.fileno())
            landing_contents.announce(path, partial)
            os.replace(partial, path)
            landing_contents.settle(path.parent)
            sweep.changed.append(path)


@contextlib.contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """Where to write what may replace a file; what was not moved away in the block is removed after it."""
    partial = path.with_name(f".{path.name}.partial")
    log = partial.with_name(f"{partial.name}.wal")
    try:
        for leftover in (partial, log):
            leftover.unlink(missing_ok=True)
        yield partial
    finally:
        for leftover in (partial, log):
            leftover.unlink(missing_ok=True)


def sweep_csv(sweep: Sweep, path: Path) -> None:
    """A CSV file with a header, rewritten whole."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restkey="more", restval="")
        rows, header = list(reader), reader.fieldnames
    cleaned = sweep.clean_rows(path.stem, rows)
    if all(after is before for before, after in zip(rows, cleaned, strict=True)):
        return
    rewrite_csv(path, header or [], ([row[name] for name in header] for row in cleaned if row))
    sweep.changed.append(path)


def sweep_profile(sweep: Sweep, path: Path) -> None:
    """The text of a profile, named by its slug or showing its link: one of an erased person goes whole."""
    text = path.read_bytes().decode(errors="replace")
    mentions = {found[0] for pattern in (LINK, MEMBER_ID) for found in pattern.finditer(text)}
    if sweep.people.erased(mentions | {f"linkedin.com/in/{path.stem}"}):
        path.unlink()
        sweep.changed.append(path)


def sweep_result(sweep: Sweep, path: Path) -> None:
    """The JSON result of an enrichment: erased people's entries go whole, mentions as in any text."""
    try:
        document = orjson.loads(path.read_bytes())
        leads = document["leads"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        leads = []
    kept = [lead for lead in sweep.clean_rows(path.stem, leads) if lead is not None]
    if kept != leads:
        text = json.dumps({**document, "leads": kept}, ensure_ascii=False, indent=1)
        write_whole(path, text.encode())
        sweep.changed.append(path)
    sweep_text(sweep, path)


def sweep_text(sweep: Sweep, path: Path) -> None:
    """A report or any other text: people's links and words are replaced within it."""
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return
    mentions = {found[0] for pattern in (LINK, MEMBER_ID) for found in pattern.finditer(text)}
    words = {word for word in sweep.words if word in text}
    gone = sweep.people.erased(mentions) | words
    if gone:
        write_whole(path, redacted(text, gone).encode())
        sweep.changed.append(path)


def sweep_sqlite(sweep: Sweep, path: Path) -> None:
    """Every table of an SQLite database, and the bytes of what was deleted there at any time."""
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    database.row_factory = sqlite3.Row
    try:
        database.execute("pragma secure_delete = on")
        database.execute("begin immediate")
        for table in _sqlite_tables(database):
            rows = database.execute(f"select rowid as row_place, * from {table}").fetchall()  # noqa: S608
            for batch in batches(rows):
                records = [_with_json(dict(row)) for row in batch]
                for before, after in zip(records, sweep.clean_rows(table, records), strict=True):
                    if after is before:
                        continue
                    place = [before["row_place"]]
                    if after is None:
                        database.execute(f"delete from {table} where rowid = ?", place)  # noqa: S608
                    else:
                        changes = {name: value for name, value in after.items() if value != before[name]}
                        database.execute(
                            f"update {table} set {', '.join(f'{name} = ?' for name in changes)} "  # noqa: S608
                            "where rowid = ?",
                            [_without_json(value) for value in changes.values()] + place,
                        )
                    sweep.changed.append(path)
        database.execute("commit")
        database.execute("vacuum")
        database.execute("pragma wal_checkpoint(truncate)")
    finally:
        database.close()


def sqlite_rows(path: Path) -> Iterator[tuple[str, list[dict]]]:
    """Table and rows of an SQLite database, batch by batch."""
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as database:
        database.row_factory = sqlite3.Row
        for table in _sqlite_tables(database):
            rows = database.execute(f"select * from {table}")  # noqa: S608
            for batch in batches(rows):
                yield table, [_with_json(dict(row)) for row in batch]


def _sqlite_tables(database: sqlite3.Connection) -> list[str]:
    rows = database.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite~_%' escape '~'"
    )
    return [row["name"] for row in rows]


def _with_json(row: dict) -> dict:
    def parsed(value: object) -> object:
        try:
            return orjson.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
        except orjson.JSONDecodeError:
            return value

    return {name: parsed(value) for name, value in row.items()}


def _without_json(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def raw_rows(path: Path) -> Iterator[tuple[str, list[dict]]]:
    """Table and rows of the raw database, batch by batch."""
    with raw.connect(path, read_only=True) as connection:
        for table in raw.TABLES:
            for _, rows in _batches(connection, f"{raw.SCHEMA}.{table}"):
                yield table, rows


def _batches(connection: duckdb.DuckDBPyConnection, relation: str) -> Iterator[tuple[list[int], list[dict]]]:
    """Ids and rows of a table."""
    cursor = connection.cursor()
    cursor.execute("set TimeZone = 'UTC'")
    cursor.execute(f"select rowid, to_json(observed)::varchar from {relation} as observed")  # noqa: S608
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield [row[0] for row in rows], [orjson.loads(row[1]) for row in rows]


def sweep_raw(sweep: Sweep, path: Path, note: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
    """The raw database, by a copy of what may stay: DuckDB leaves the bytes of deleted rows in the file.

    `note` may write into the copy (`new`); what goes stands in the table `gone`, by table and rowid of `old`.
    """
    with raw.connect(path, read_only=False) as connection:
        connection.execute("force checkpoint")  # what a killed run left in the write-ahead log
    with replacement(path) as partial:
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach {literal(path)} as old (read_only)")
            connection.execute(f"attach {literal(partial)} as new")
            connection.execute("copy from database old to new (schema)")
            connection.execute(
                "create temp table gone (table_name varchar, place bigint, is_dropped boolean)"
            )
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'old'"
            ).fetchall()
            for schema, table in tables:
                _copy_table(connection, sweep, schema, table)
            [(count,)] = connection.execute("select count(*) from gone").fetchall()
            if count:
                note(connection)
            connection.execute("detach new")
        if count:
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(partial, path)
            sweep.changed.append(path)


def _copy_table(connection: duckdb.DuckDBPyConnection, sweep: Sweep, schema: str, table: str) -> None:
    old, new = (f'{database}."{schema}"."{table}"' for database in ("old", "new"))
    gone, rewritten = [], []
    if schema == raw.SCHEMA and table in raw.TABLES:
        for places, rows in _batches(connection, old):
            cleaned = sweep.clean_rows(table, rows)
            for place, before, after in zip(places, rows, cleaned, strict=True):
                if after is not before:
                    gone.append((table, place, after is None))
                    rewritten += [after] if after is not None else []
    if gone:
        connection.executemany("insert into gone values (?, ?, ?)", gone)
    connection.execute(
        f"insert into {new} select * from {old} "  # noqa: S608
        "where rowid not in (select place from gone where table_name = ?)",
        [table],
    )
    for row in rewritten:
        names = ", ".join(f'"{name}"' for name in row)
        connection.execute(
            f"insert into {new} ({names}) values ({', '.join('?' * len(row))})",  # noqa: S608
            [_without_json(value) for value in row.values()],
        )
