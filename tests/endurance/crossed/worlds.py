"""Invented workspaces of which every chance is known, and what the models say of their crossed segments.

Chances are drawn here with numpy: a logit for each source, ICP, sender and list, added up, and, where asked
for, one more for a single meeting of two. The models get nothing but who was asked and who accepted.
"""

from typing import NamedTuple

import duckdb
import numpy

from tests.dbt_project.models import FACT_COLUMNS, model_sql

SOURCES = ("clay", "zoominfo", "search", "manual", "hr")
ICPS = ("sre", "platform", "devops", "exec")
MODELS = ("fnd_chances_predicted", "fnd_crossed_cells")
# Sources and ICPs differ in every workspace; senders by what is usual of them.
SOURCE_SCATTER, ICP_SCATTER, SENDER_SCATTER = 0.3, 0.3, 0.23


class Kind(NamedTuple):
    """A kind of world: its size, what it is accepted at, how lists scatter, and whether each is of one cell.

    `planted` is what the logit of one cell of source and ICP has on top, or of one of sender and ICP.
    """

    name: str
    requests: int = 1500
    rate: float = 0.21
    list_scatter: float = 0.0
    is_list_one_cell: bool = False
    lists: int = 8
    senders: int = 7
    planted: float = 0.0
    is_of_sender: bool = False


class World(NamedTuple):
    """The requests of a world, a number each for source, ICP, sender and list; whether they were accepted."""

    source: numpy.ndarray
    icp: numpy.ndarray
    sender: numpy.ndarray
    list: numpy.ndarray
    accepted: numpy.ndarray
    planted: tuple[str, str, str] | None


def drawn(kind: Kind, generator: numpy.random.Generator) -> World:
    """A world of this kind. Lists hold two or three sources and ICPs, and go to two to four senders."""
    sizes = generator.uniform(0.5, 1.5, kind.lists)
    on = generator.choice(kind.lists, kind.requests, p=sizes / sizes.sum())
    source, icp, sender = (numpy.zeros(kind.requests, int) for _ in range(3))
    for number in range(kind.lists):
        rows = numpy.flatnonzero(on == number)
        most = 1 if kind.is_list_one_cell else 3
        for of, levels, several in (
            (source, len(SOURCES), generator.integers(most, most + 1)),
            (icp, len(ICPS), generator.integers(min(most, 2), most + 1)),
            (sender, kind.senders, generator.integers(2, 5)),
        ):
            chosen = generator.choice(levels, several, replace=False)
            shares = generator.uniform(0.5, 1.5, several)
            of[rows] = generator.choice(chosen, len(rows), p=shares / shares.sum())
    logit = (
        numpy.log(kind.rate / (1 - kind.rate))
        + generator.normal(0, SOURCE_SCATTER, len(SOURCES))[source]
        + generator.normal(0, ICP_SCATTER, len(ICPS))[icp]
        + generator.normal(0, SENDER_SCATTER, kind.senders)[sender]
        + generator.normal(0, kind.list_scatter, kind.lists)[on]
    )
    planted = None
    if kind.planted:
        rows, of = (sender, "account_icp") if kind.is_of_sender else (source, "source_icp")
        # In a cell of a usual size.
        cells, counts = numpy.unique(numpy.stack([rows, icp]), axis=1, return_counts=True)
        row, column = cells[:, numpy.argsort(counts)[-len(counts) // 4]]
        logit += kind.planted * ((rows == row) & (icp == column))
        planted = (of, str(row) if kind.is_of_sender else SOURCES[row], ICPS[column])
    accepted = generator.random(kind.requests) < 1 / (1 + numpy.exp(-logit))
    return World(source, icp, sender, on, accepted, planted)


def tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables that the models read, without rows."""
    facts = ", ".join(f"{column} varchar" for column in FACT_COLUMNS)
    connection.execute(f"""
        create table stg_operations__run_parameters as
        select 30 as collecting_below, 10 as hide_rate_below, timestamptz '2026-01-01 00:00:00+00' as since,
            timestamptz '2026-02-01 00:00:00+00' as until, timestamptz '2026-02-01 00:00:00+00' as as_of;
        create table fnd_segments_labeled (dimension varchar, segment varchar, segment_label varchar);
        create table int_connections_asked (
            undecided_group varchar, is_undecided boolean, group_rows bigint, group_asked_at_least bigint,
            group_asked_at_most bigint
        );
        create table fnd_period_facts (
            {facts}, evidence_sent integer, evidence_accepted integer, evidence_accepted_surely integer,
            evidence_accepted_possibly integer, evidence_out_of_sight integer default 0,
            undecided_evidence integer default 0, undecided_group varchar, sent_to_date integer default 1
        )
    """)


def put(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Fill fnd_period_facts with the requests of a world."""
    columns = {
        "source": numpy.array(SOURCES)[world.source],
        "icp": numpy.array(ICPS)[world.icp],
        "account_id": world.sender.astype(str),
        "list_id": world.list.astype(str),
        "accepted": world.accepted.astype(int),
    }
    connection.register("requests", columns)
    connection.execute("""
        delete from fnd_period_facts;
        insert into fnd_period_facts by name
        select source, icp, account_id, list_id, 1 as evidence_sent, accepted as evidence_accepted,
            accepted as evidence_accepted_surely, accepted as evidence_accepted_possibly
        from requests
    """)
    connection.unregister("requests")


def judged(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """The rows of rpt_crossed_segments for what fnd_period_facts holds."""
    for name in MODELS:
        connection.execute(f"create or replace table {name} as {model_sql(name)}")
    answer = connection.execute(model_sql("rpt_crossed_segments"))
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
