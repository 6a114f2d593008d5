"""Whatever is asked of the published warehouse, no byte on the disk changes.

`python -m tests.endurance.read_only_statements --statements 2000 --seed 1` draws statements from a grammar
of DuckDB's: every kind, alone and behind EXPLAIN, EXPLAIN ANALYZE, in and after a common table expression,
within a PIVOT. Each goes twice to a small warehouse: through the prompt, and past the judgement of statements
straight to the connection, in another process, because DuckDB ends the process at some. After each, all files
are what they were. It prints a table, `--keep` keeps it, and exits with 1 if a byte changed, or if a
statement that only selects was refused.
"""

import argparse
import contextlib
import hashlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extract.workspace.errors import ConfigurationError
from reports.prompt import answer
from reports.read_only import StatementError
from tests.reports.report_rows import FULL, publish

PROJECT = Path(__file__).parents[2]
KEPT = Path(__file__).with_suffix(".md")
READS = (
    "select",
    "from",
    "values",
    "table",
    "union",
    "with",
    "pivot",
    "unpivot",
    "show",
    "describe",
    "summarize",
)
# What a statement of each kind looks like; names in braces are drawn in turn from here or from PARTS.
KINDS = {
    "select": ["select {item} as a from {table}", "select distinct 1 as a from {table} order by all limit 3"],
    "from": ["from (select {item} as a from {table})", "from {table} select 1 as a"],
    "values": ["values (1), (2)"],
    "table": ["table rpt_summary"],
    "union": ["select 1 as a union all by name select 2 as a", "(select 1 as a) except (select 2 as a)"],
    "with": ["with recursive r(a) as (select 1 union all select a + 1 from r where a < 3) from r"],
    "pivot": [
        "pivot (select 1 as a, 2 as b) on a using sum(b)",
        "from (pivot {table} on as_of using count(*))",
    ],
    "unpivot": ["unpivot (select 1 as a, 2 as b) on a, b into name n value v"],
    "show": ["show tables", "show all tables", "show databases"],
    "describe": ["describe {table}", "describe select {item} as a"],
    "summarize": ["summarize select {item} as a"],
    "function": [
        "select * from {function}('{path}')",
        "from \"{function}\"('{path}')",
        "select {function}('{path}')",
    ],
    "scalar": ["select write_log('{path}') as a", "select nextval('{path}')", "select getenv('HOME')"],
    "file": ["from '{path}'", 'select * from "{path}"'],
    "query": ["from query('copy (select 1) to ''{path}''')", "from query_table('rpt_summary')"],
    "insert": ["insert into {table} by name (select 1 as a)", "insert or replace into {table} values (1)"],
    "update": ["update {table} set as_of = null"],
    "delete": ["delete from {table}", "truncate {table}"],
    "merge": ["merge into {table} t using (select 1 as a) s on true when matched then delete"],
    "create": [
        "create or replace {temporary} table n as select 1 as a",
        "create {temporary} view n as from {table}",
        "create schema n",
        "create type n as enum ('a')",
        "create sequence n",
        "create index n on {table} (as_of)",
        "create {temporary} macro n() as table from read_text('{path}')",
        "create persistent secret n (type s3, key_id 'a', secret 'b')",
    ],
    "drop": ["drop table {table}", "drop schema marts cascade"],
    "alter": ["alter table {table} add column n integer", "alter table {table} rename to n"],
    "comment": ["comment on table {table} is 'n'"],
    "copy to": [
        "copy (select 42 as a, 1 as b) to '{path}' ({copying})",
        "copy {table} to '{path}' ({copying})",
        "copy (pivot (select 1 as a) on a) to '{path}' ({copying})",
    ],
    "copy from": ["copy {table} from '{path}' ({copying})", "copy from database warehouse to memory"],
    "attach": [
        "attach '{path}' as n",
        "attach or replace '{path}' as warehouse (read_only)",
        "detach warehouse",
    ],
    "export": ["export database '{path}' (format csv)", "import database '{path}'"],
    "extension": ["install httpfs", "load '{path}'", "update extensions"],
    "set": [
        "set temp_directory = '{path}'",
        "set enable_external_access = true",
        "set log_query_path = '{path}'",
        "set variable n = 1",
        "reset temp_directory",
        "use memory",
    ],
    "pragma": [
        "pragma enable_profiling",
        "pragma profiling_output = '{path}'",
        "pragma table_info('{path}')",
    ],
    "call": [
        "call enable_logging(storage = 'file', storage_path = '{path}')",
        "call enable_profiling(save_location = '{path}')",
        "call pragma_version()",
    ],
    "checkpoint": ["checkpoint", "force checkpoint warehouse"],
    "prepare": ["prepare n as copy (select 1) to '{path}'", "execute n", "deallocate n"],
    "transaction": ["begin", "commit", "rollback"],
    "vacuum": ["vacuum {table}", "vacuum analyze"],
    "explain": ["explain copy (select 42 as a) to '{path}' ({copying})", "explain analyze {copy}"],
}
WRAPPED = {
    "alone": "{}",
    "noise": "/* {} */ \n {} -- {}",
    "EXPLAIN": "explain {}",
    "EXPLAIN ANALYZE": "Explain Analyze {}",
    "EXPLAIN (options)": "explain (analyze, format json) {}",
    "after a CTE": "with c as (select 1 as a) {}",
    "in a CTE": "with c as ({}) select * from c",
    "in a PIVOT": "pivot ({}) on a using count(*)",
    "in a FROM": "explain analyze select * from ({})",
    "second": "select 1 as a; {}",
}
PARTS = {
    "table": ["rpt_summary", "marts.rpt_account_performance", "warehouse.marts.rpt_summary", '"rpt_summary"'],
    "item": [
        "1",
        "random()",
        "count(*)",
        "list_transform([1], x -> x + 1)",
        "(select max(as_of) from rpt_summary)",
    ],
    "temporary": ["", "temporary"],
    "copying": [
        "format csv, use_tmp_file false",
        "format csv",
        "format parquet, use_tmp_file false",
        "format json, overwrite_or_ignore true",
        "format csv, partition_by (a), overwrite true",
        "format csv, per_thread_output true, overwrite true",
    ],
    "copy": ["copy (select 42 as a) to '{path}' (format csv, use_tmp_file false)"],
}
# How a statement can end, through the prompt and past the judge.
ASKED = ("answered", "refused", "failed in DuckDB")
PAST = ("carried out", "failed in DuckDB", "ended the process")
CHANGED = "changed bytes"
# Reads statements, a JSON text a line, and says of each how it went, past the judgement of statements.
PAST_THE_JUDGE = """
import json, sys
from pathlib import Path
import duckdb
from reports.read_only import open_published
for line in sys.stdin:
    with open_published(Path(sys.argv[1])) as connection:
        try:
            connection.execute(json.loads(line)).fetchall()
            said = "carried out"
        except (duckdb.Error, RuntimeError):
            said = "failed in DuckDB"
        print(said, flush=True)
"""


@dataclass(frozen=True)
class Drawn:
    """A statement: its kind (of KINDS), how it is wrapped (of WRAPPED), its text."""

    kind: str
    wrapped: str
    text: str

    @property
    def only_selects(self) -> bool:
        """Whether it has to be answered; wrapped otherwise, some are no SQL."""
        return self.kind in READS and self.wrapped in ("alone", "EXPLAIN", "EXPLAIN ANALYZE")


def draw(seed: int, count: int, published: Path) -> Iterator[Drawn]:
    """`count` statements, every kind in every wrapping before any comes twice."""
    chance = random.Random(seed)
    parts = PARTS | {"path": _paths(published), "function": _table_functions()}
    pairs = itertools.cycle(itertools.product(WRAPPED, KINDS))
    for wrapped, kind in itertools.islice(pairs, count):
        text = chance.choice(KINDS[kind])
        while "{" in text:
            text = text.format_map({name: chance.choice(values) for name, values in parts.items()})
        yield Drawn(kind, wrapped, WRAPPED[wrapped].format(*[text] * 3))


def _paths(published: Path) -> list[str]:
    """Where a statement may want to write: the file itself under every name, and beside it."""
    own = [str(published), published.name, f"./{published.name}", f"{published}.wal", f"file://{published}"]
    beside = [str(published.parent / "new.csv"), ".tmp/new.csv", "new", str(published.parent)]
    return [*own, *own, *beside, *(f"/proc/self/fd/{number}" for number in range(3, 12))]


def _table_functions() -> list[str]:
    rows = duckdb.execute(
        "from duckdb_functions() select distinct function_name where function_type = 'table'"
    )
    # They take the addresses of objects in memory, and any other text there ends the process.
    return sorted({name for (name,) in rows.fetchall()} - {"arrow_scan", "arrow_scan_dumb", "pandas_scan"})


def examine(published: Path, statements: list[Drawn]) -> Iterator[tuple[Drawn, str, str]]:
    """Each statement, how the prompt took it, and what became of it past the judge or what it changed."""
    before = _digests(published.parent)
    past = _PastTheJudge(published)
    with contextlib.chdir(published.parent):
        for statement in statements:
            asked = _asked(published, statement.text)
            if _digests(published.parent) != before:
                asked = CHANGED
            carried = past.ask(statement.text)
            if _digests(published.parent) != before:
                carried = CHANGED
            yield statement, asked, carried
    past.end()


def _asked(published: Path, text: str) -> str:
    try:
        answer(published, text)
    except StatementError:
        return "refused"
    except ConfigurationError:
        return "failed in DuckDB"
    return "answered"


class _PastTheJudge:
    """Statements straight to a connection, in a process that is made anew when DuckDB ends it."""

    def __init__(self, published: Path):
        self._command = [sys.executable, "-c", PAST_THE_JUDGE, str(published)]
        self._folder = published.parent
        self._process: subprocess.Popen | None = None

    def ask(self, text: str) -> str:
        """How it went: carried out, failed in DuckDB, or ended the process."""
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=self._folder,
                env=os.environ | {"PYTHONPATH": str(PROJECT)},
            )
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().strip()
        if said:
            return said
        self.end()
        return "ended the process"

    def end(self) -> None:
        """Let the process go."""
        if self._process:
            self._process.communicate()
        self._process = None


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def table(findings: list[tuple[Drawn, str, str]], seed: int) -> str:
    """What was found, as markdown."""
    asked = Counter((statement.kind, said) for statement, said, _ in findings)
    past = Counter((statement.kind, said) for statement, _, said in findings)
    heads = [f"prompt: {said}" for said in ASKED] + [f"past the judge: {said}" for said in PAST]
    lines = [
        f"| kind | {' | '.join(heads)} |",
        f"| --- |{' ---: |' * len(heads)}",
    ]
    for kind in KINDS:
        counts = [asked[kind, said] for said in ASKED] + [past[kind, said] for said in PAST]
        lines.append(f"| {kind} | {' | '.join(map(str, counts))} |")
    changed = sum(CHANGED in finding for finding in findings)
    return (
        f"# Statements on the published warehouse\n\n{len(findings):,} statements of seed {seed}, by "
        f"`python -m tests.endurance.read_only_statements`: {changed} changed a byte on the disk.\n\n"
        + "\n".join(lines)
        + "\n"
    )


def main() -> int:
    """Draw, ask, tell; 0 if nothing changed and all that only selects was answered."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--statements", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help=f"write {KEPT.name}")
    options = parser.parse_args()
    print(f"seed {options.seed}", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    os.environ["HOME"] = str(folder)  # where DuckDB keeps secrets and extensions
    try:
        published = publish(folder / "warehouse.duckdb", FULL)
        findings = list(examine(published, list(draw(options.seed, options.statements, published))))
    finally:
        shutil.rmtree(folder)
    wrong = [f for f in findings if CHANGED in f or (f[0].only_selects and f[1] != "answered")]
    for statement, asked, past in wrong:
        print(f"{statement.kind}, {statement.wrapped}: {asked}; {past}: {statement.text}", file=sys.stderr)
    text = table(findings, options.seed)
    print(text)
    if options.keep:
        KEPT.write_text(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
