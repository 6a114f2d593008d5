"""One world through the whole pipeline, and what its first line says beside what is true."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import NamedTuple

import duckdb

from dbt_project.rendering import rendered, returned
from extract.sandbox.api import SandboxApi
from tests.compiled import Project
from tests.diagnosis.causes import Drawn, Kind, Name, Planted, draw
from tests.diagnosis.importing import import_file, ledger_rows, served
from tests.diagnosis.operation import BASE_URL, Operation
from tests.diagnosis.oracle import SAME_REQUESTS, Opinion, opinion
from tests.diagnosis.workspaces import START, timetable

LEVEL = float(rendered("statistics/*.sql", "significance()"))
ALARMS = ("lower", "blocked", "starved", "blind")
# What is read of a warehouse; what none of it needs isn't built.
READ = (
    "marts.rpt_bottlenecks",
    "marts.rpt_bottleneck_leads",
    "marts.rpt_segment_performance",
    "findings.fnd_loss_tests",
    "findings.fnd_losing_segments",
    "findings.fnd_connections_described",
)
# Below this many requests even a hasty reader believes no rate.
NAIVE_REQUESTS = 10
# What a line counts, and how many leads `make leads` would write of it. A losing segment may share requests
# with one that is named before it, and has those who wait besides; where leads are too few, room is counted.
UNLIKE_THEIR_LEADS = """
    select bottlenecks.cause, bottlenecks.dimension, bottlenecks.segment, bottlenecks.why, count(leads.rank)
    from marts.rpt_bottlenecks as bottlenecks
    left join marts.rpt_bottleneck_leads as leads on bottlenecks.rank = leads.rank
    left join findings.fnd_loss_tests as tests
        on bottlenecks.cause = tests.cause
        and bottlenecks.dimension = tests.dimension
        and bottlenecks.segment = tests.segment
    group by all
    having case any_value(bottlenecks.cause)
        when 'low_acceptance' then count(leads.rank) < any_value(bottlenecks.evidence_n)
        when 'too_few_leads' then false
        when 'invalid_leads' then count(leads.rank) <> any_value(tests.found)
        when 'duplicate_leads' then count(leads.rank) <> any_value(tests.found)
        else count(leads.rank) <> any_value(bottlenecks.evidence_n)
    end
"""
DIMENSIONS = returned("catalogue/*.sql", "exclusive_dimensions()")


class Finding(NamedTuple):
    """What came out of one world: whether the first line names the cause, and what would have been said.

    `first` is the first line as text, `lines` the first five; `naive` the segment of the lowest raw rate.
    `unlike_their_leads` are lines of which the leads behind them are more or fewer than the line counts.
    `step` is where the cause was lost on its way to the first line, `oracle` what could be known at best.
    """

    kind: str
    number: int
    planted: str
    is_named: bool
    is_alarm: bool
    is_named_naively: bool
    names: list[Name]
    first: str
    lines: list[dict]
    naive: str
    unlike_their_leads: list[tuple]
    step: str
    oracle: Opinion | None


def examine(kind: Kind, number: int, project: Project, databases: Path | None = None) -> Finding:
    """Draw a world, pull it for its weeks, build the warehouse, and read the first line.

    The warehouse is kept in `databases`, if given.
    """
    drawn = draw(kind, number)
    with tempfile.TemporaryDirectory(prefix="diagnosis-") as folder:
        names, database = run(Path(folder), drawn, project)
        with duckdb.connect(str(database), read_only=True) as connection:
            if drawn.planted.leads is not None and not names:
                names = _same_segments(connection, drawn)
            finding = _read(connection, kind.name, number, drawn, names)
        if databases:
            shutil.move(database, databases / f"{kind.name} {number}.duckdb".replace(" ", "_"))
        return finding


def run(folder: Path, drawn: Drawn, project: Project) -> tuple[frozenset[Name], Path]:
    """The warehouse of a world in `folder`, and the names of what is planted that are known so far."""
    api = SandboxApi(drawn.world, now=START)
    names, moments = drawn.planted.names, timetable()
    with ExitStack() as stack:
        if drawn.imports is None:
            operation = Operation(folder, api, BASE_URL)
            operation.pull(moments)
        else:
            base_url = stack.enter_context(served(api))
            operation = Operation(folder, api, base_url)
            before = 3 * drawn.imports.week
            operation.pull(moments[:before])
            import_id = import_file(folder, api, base_url, drawn.imports, Random(drawn.world.seed))
            names |= {("batch", import_id)}
            operation.pull(moments[before:], ledger_rows(folder, base_url, api))
        return names, operation.build(project, drawn.workspace.accounts, START)


def _read(
    connection: duckdb.DuckDBPyConnection, kind: str, number: int, drawn: Drawn, names: frozenset[Name]
) -> Finding:
    planted = drawn.planted
    # Nobody need have planted them, and they are true: no chance is in them.
    told_by_queues = ("too_few_leads", "campaign_starved")
    lines = [
        line
        for line in _rows(connection, "select * from marts.rpt_bottlenecks order by rank")
        if planted.cause in told_by_queues or line["cause"] not in told_by_queues
    ]
    first = lines[0] if lines else None
    naive = _lowest_raw_rate(connection)
    is_named = first is not None and _is_planted(first, planted, names)
    return Finding(
        kind=kind,
        number=number,
        planted=_described(planted, names),
        is_named=is_named,
        is_alarm=any(line["verdict"] in ALARMS for line in lines),
        is_named_naively=naive is not None and naive[:2] in names,
        names=sorted(names),
        first=_line(first) if first else "no line",
        lines=[{**line, "as_of": None} for line in lines[:5]],
        naive=" ".join(map(str, naive)) if naive else "nothing",
        unlike_their_leads=connection.execute(UNLIKE_THEIR_LEADS).fetchall(),
        step="" if is_named or planted.cause is None else _step(connection, lines, planted, names),
        oracle=opinion(drawn),
    )


def _is_planted(line: dict, planted: Planted, names: frozenset[Name]) -> bool:
    return line["cause"] == planted.cause and (line["dimension"], line["segment"]) in names


def _step(
    connection: duckdb.DuckDBPyConnection, lines: list[dict], planted: Planted, names: frozenset[Name]
) -> str:
    """How far the cause came: to the test, past it, into the list, or behind another line."""
    for place, line in enumerate(lines, 1):
        if _is_planted(line, planted, names):
            return "too small" if line["verdict"] == "background" else f"line {place}"
    tests = [
        test
        for test in _rows(connection, "select * from findings.fnd_loss_tests order by q_rank")
        if _is_planted(test, planted, names)
    ]
    if not tests:
        return "not tested"
    if tests[0]["q_value"] > LEVEL:
        return f"not clear: z {tests[0]['z']:.2f}, q {tests[0]['q_value']:.3f}"
    taken = _rows(connection, "select dimension, segment from findings.fnd_losing_segments order by round")
    return f"taken for {' '.join(taken[0].values())}" if taken else "not in the list"


def _same_segments(connection: duckdb.DuckDBPyConnection, drawn: Drawn) -> frozenset[Name]:
    """Every segment of the breakdowns that consists of the requests in which the effect is planted."""
    planted_ids = [str(lead.id) for lead in drawn.world.leads if drawn.planted.leads(lead)]
    names = set()
    for entry in DIMENSIONS:
        rows = connection.execute(
            f"""
            select
                coalesce({entry["column"]}, '{entry["missing"]}') as segment,
                count(*) filter (where list_contains($planted, campaign_lead_id)) as shared,
                count(*) as requests
            from findings.fnd_connections_described
            where is_sent
            group by segment
            """,
            {"planted": planted_ids},
        ).fetchall()
        whole = sum(shared for _, shared, _ in rows)
        names |= {
            (entry["name"], segment)
            for segment, shared, requests in rows
            if shared >= SAME_REQUESTS * (whole + requests - shared)
        }
    return frozenset(names)


def _lowest_raw_rate(connection: duckdb.DuckDBPyConnection) -> tuple | None:
    """What a plain table of accepted / sent puts last: dimension, segment, accepted, sent."""
    return connection.execute(
        """
        select dimension, segment, accepted_to_date, sent_to_date
        from marts.rpt_segment_performance
        where sent_to_date >= ?
        order by accepted_to_date / sent_to_date, sent_to_date desc, dimension, segment
        limit 1
        """,
        [NAIVE_REQUESTS],
    ).fetchone()


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict]:
    answer = connection.execute(query)
    columns = [column[0] for column in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def _line(row: dict) -> str:
    value = row["recoverable_accepts_per_week"]
    worth = "no number" if value is None else f"{value:.1f} a week"
    name = f"{row['cause']} {row['dimension']} {row['segment']}"
    return f"{name} ({row['verdict']}, {worth}, n {row['evidence_n']})"


def _described(planted: Planted, names: frozenset[Name]) -> str:
    if planted.cause is None:
        return "nothing"
    size = f" (odds {planted.odds_ratio:.2f}, n {planted.size})" if planted.size else ""
    return f"{planted.cause} {' = '.join(sorted(' '.join(name) for name in names))}{size}"
