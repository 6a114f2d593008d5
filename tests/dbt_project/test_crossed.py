"""Crossed segments from worlds whose chances are known: what is foretold, what stands out, what follows."""

from collections.abc import Iterator

import duckdb
import numpy
import pytest
from scipy.stats import false_discovery_control, norm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from tests.dbt_project.models import model_sql
from tests.endurance.crossed.worlds import ICPS, SOURCES, Kind, World, drawn, judged, put, tables


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables(connection)
        yield connection


def world(seed: int, **values: object) -> World:
    return drawn(Kind("tested", **values), numpy.random.default_rng(seed))


def verdicts(rows: list[dict]) -> dict[tuple[str, str, str], str]:
    return {
        (row["pair"], row["row_segment"], row["column_segment"]): row["verdict"]
        for row in rows
        if row["verdict"] in ("lower", "higher")
    }


def test_what_is_foretold_is_the_logistic_regression_on_source_icp_and_sender(database):
    drawn_world = world(1, requests=900)
    put(database, drawn_world)
    levels = [(drawn_world.source, 5), (drawn_world.icp, 4), (drawn_world.sender, 7)]
    columns = [column == level for column, count in levels for level in range(1, count)]
    design = numpy.column_stack([numpy.ones(900), *columns]).astype(float)
    fit = GLM(drawn_world.accepted.astype(float), design, family=Binomial()).fit()
    expected = {
        (SOURCES[source], ICPS[icp], str(sender)): chance
        for source, icp, sender, chance in zip(
            drawn_world.source, drawn_world.icp, drawn_world.sender, fit.fittedvalues, strict=True
        )
    }
    sql = f"select distinct source, icp, account_id, chance from ({model_sql('fnd_chances_predicted')})"
    found = {row[:3]: row[3] for row in database.execute(sql).fetchall()}
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("seed", "values"), [(4, {"planted": -2.5}), (5, {"planted": 2.0, "is_of_sender": True})]
)
def test_one_meeting_that_is_accepted_less_or_more_is_named_and_it_alone(database, seed, values):
    """It makes others of its row and its column look the other way: these are not separable from it."""
    planted = world(seed, requests=3000, **values)
    put(database, planted)
    rows = judged(database)
    assert verdicts(rows) == {planted.planted: "lower" if values["planted"] < 0 else "higher"}
    assert "not_separable" in {row["verdict"] for row in rows}


def test_a_source_that_is_weak_with_every_icp_is_no_meeting(database):
    weak = world(4, requests=3000)
    spared = numpy.random.default_rng(4).random(3000) < 0.25
    put(database, weak._replace(accepted=weak.accepted & ((weak.source != 1) | spared)))
    assert verdicts(judged(database)) == {}


@pytest.mark.parametrize("values", [{}, {"requests": 500, "is_list_one_cell": True, "lists": 8}])
def test_all_cells_are_one_family_of_those_large_enough(database, values):
    """Of a list each for source and ICP some rows and columns have too little beside the cell."""
    put(database, world(2, **values))
    rows = judged(database)
    tested = [row for row in rows if row["p_value"] is not None]
    assert {row["pair"] for row in tested} == {"source_icp", "account_icp"}
    expected = false_discovery_control([row["p_value"] for row in tested])
    assert [row["q_value"] for row in tested] == pytest.approx(list(expected), abs=1e-9)
    for row in rows:
        sent = {"cell": row["mature_sent"]}
        for margin in ("row", "column"):
            of = [other for other in rows if other["pair"] == row["pair"]]
            same = [other for other in of if other[f"{margin}_segment"] == row[f"{margin}_segment"]]
            sent[margin] = sum(other["mature_sent"] for other in same) - row["mature_sent"]
        assert (row["verdict"] == "collecting") == (min(sent.values()) < 30)


def test_a_cell_that_is_one_list_has_room_for_how_lists_scatter(database):
    """The same requests in 20 lists, one for each cell, and in 300 lists, which hardly move a cell."""
    drawn_world = world(2)

    def variances(lists: numpy.ndarray) -> dict[tuple[str, str], float]:
        put(database, drawn_world._replace(list=lists))
        judged(database)
        return {
            (row, column): variance
            for row, column, variance in database.execute(
                "select row_segment, column_segment, variance from fnd_crossed_cells"
                " where pair = 'source_icp' and sent >= 100"
            ).fetchall()
        }

    alone = variances(drawn_world.source * len(ICPS) + drawn_world.icp)
    spread = variances(numpy.arange(len(drawn_world.list)) % 300)
    assert len(alone) > 3
    assert all(alone[cell] > 1.1 * spread[cell] for cell in alone)


def test_what_nobody_knows_is_counted_against_a_finding(database):
    planted = world(3, requests=3000, planted=-2.5)
    put(database, planted)
    before = {row["pair"]: row for row in judged(database) if key(row) == planted.planted}["source_icp"]
    database.execute(
        "insert into fnd_period_facts by name select ? as source, ? as icp, '1' as account_id,"
        " '1' as list_id, 0 as evidence_sent, 0 as evidence_accepted, 0 as evidence_accepted_surely,"
        " 0 as evidence_accepted_possibly, 1 as evidence_out_of_sight from range(200)",
        planted.planted[1:],
    )
    [after] = [row for row in judged(database) if key(row) == planted.planted]
    assert (before["verdict"], after["verdict"]) == ("lower", "no_evidence")
    assert after["difference"] == before["difference"]
    assert after["p_value"] == pytest.approx(2 * norm.sf(0))


def key(row: dict) -> tuple[str, str, str]:
    return row["pair"], row["row_segment"], row["column_segment"]


@pytest.mark.parametrize(
    ("alone", "waiting", "advised"),
    [("no_evidence", 40, ["pause"]), ("lower", 40, []), ("no_evidence", 0, [])],
)
def test_a_cell_is_paused_where_somebody_better_waits_and_neither_of_its_two_says_it(
    database, alone, waiting, advised
):
    """Forty of the cell are to be asked this week, at 6 %; as many others, at 30 %, are not got to."""
    database.execute(f"""
        create table rpt_crossed_segments as
        select 'source_icp' as pair, 'source' as row_dimension, 'clay' as row_segment, 'Clay' as row_label,
            'icp' as column_dimension, 'sre' as column_segment, 'SRE' as column_label,
            100::bigint as mature_sent, 6::bigint as mature_accepted, 0.06 as accept_rate, 'lower' as verdict;
        create table rpt_segment_performance as
        select 'source' as dimension, 'clay' as segment, '{alone}' as verdict;
        create table fnd_connections_described as
        select 'w' || number as connection_id, if(number < 40, 'clay', 'hr') as source, 'sre' as icp,
            '1' as account_id
        from range(40 + {waiting}) as numbers (number);
        create table fnd_waiting_leads as
        select connection_id, '1' as account_id, 0.3 as chance, 1.0 as asked_share,
            true as is_in_running_campaign
        from fnd_connections_described;
        create table fnd_week_requests as
        select connection_id, 'nothing' as scenario, 1.0 as requests
        from fnd_connections_described where source = 'clay'
    """)
    rows = database.execute(f"select advice, worth from ({model_sql('rpt_crossed_advice')})").fetchall()
    assert [advice for advice, _ in rows] == advised
    assert [worth for _, worth in rows] == pytest.approx([40 * (0.3 - 0.06)] * len(advised))
