"""Segments as they are counted, suppressed and compared with all the others."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt_project.models import model_sql
from tests.dbt_project.test_suppression import TABLES


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def compared(database: duckdb.DuckDBPyConnection, columns: str, *dimensions: str) -> dict[tuple, tuple]:
    """Columns of each dimension and segment."""
    rows = database.execute(
        f"select dimension, segment, {columns} from ({model_sql('fnd_segments_compared')})"
        f" where dimension in {tuple(dimensions)}"
    ).fetchall()
    return {row[:2]: row[2:] for row in rows}


def test_a_keyword_string_counts_under_each_of_its_keywords_once(database):
    """Split on comma, semicolon and bar; trimmed, in lower case. Rates below the threshold are hidden."""
    database.executemany(
        "insert into fnd_period_facts (keywords, sent, sent_to_date, mature_sent, mature_accepted)"
        " values ($1, $2, $2, $2, $3)",
        [("SRE; kubernetes | sre", 12, 3), ("kubernetes", 4, 1), (None, 4, 1), ("Rare", 4, 1)],
    )
    columns = "sent, mature_sent, accept_rate"
    assert compared(database, columns, "keyword", "source", "account", "lead_gender", "list") == {
        ("keyword", "sre"): (12, 12, 0.25),
        ("keyword", "kubernetes"): (16, 16, 0.25),
        ("keyword", "rare"): (4, 4, None),
        ("source", "unknown"): (24, 24, 0.25),
        ("lead_gender", "unknown"): (24, 24, 0.25),
        ("account", "unassigned"): (24, 24, 0.25),
        ("list", "no_list"): (24, 24, 0.25),
    }


def test_what_is_in_doubt_withholds_a_rate_and_a_verdict(database):
    """
    Two sources accept 3 of 60 and the others 120 of 300. One is lower, whatever is in doubt; of the other 40
    requests vanished open, and had they been accepted it would be the best, so it isn't. A third has four of
    whom nobody knows whether they were asked: they could move its rate by more than a point, which one of a
    fourth can't.
    """
    database.executemany(
        "insert into fnd_period_facts (source, account_id, sent, accepted, sent_to_date, accepted_to_date,"
        " mature_sent, mature_accepted, mature_accepted_surely, mature_accepted_possibly, out_of_sight,"
        " undecided)"
        " values ($1, 's1', $2, $3, $2, $3, $4, $3, $3, $3, $5, $6)",
        [
            ("lower", 60, 3, 60, 0, 0),
            ("out of sight", 100, 3, 60, 40, 0),
            ("unclear", 100, 40, 100, 0, 4),
            ("nearly clear", 200, 80, 200, 0, 1),
        ],
    )
    database.executemany(
        f"insert into fnd_segment_bounds values ('source', $1 {', $2, $3' * 6})",
        [("unclear", 2, 2), ("nearly clear", 0, 1)],
    )
    columns = "accept_rate, rate_withheld_because, verdict"
    dimensions = ("source", "lead_gender", "account", "account_type", "list")
    assert compared(database, columns, *dimensions) == {
        ("source", "lower"): (0.05, None, "lower"),
        ("source", "out of sight"): (0.05, None, "underpowered"),
        ("source", "unclear"): (None, "connected_before", "underpowered"),
        ("source", "nearly clear"): (0.4, None, "underpowered"),
        ("lead_gender", "unknown"): (0.3, None, "background"),
        ("account", "s1"): (0.3, None, "collecting"),
        ("account_type", "unassigned"): (0.3, None, "not_separable"),
        ("list", "no_list"): (0.3, None, "collecting"),
    }


def test_cells_of_few_people_are_hidden_with_enough_others(database):
    """
    With a minimum of 4 people: two cells of 3 are hidden together, since nobody can tell them apart; one of 3
    takes the next smallest with it. A person with two requests is one.
    """
    database.execute("""
        update stg_operations__run_parameters
        set hide_rate_below = 1, collecting_below = 1, sensitive_cell_minimum = 4;
        insert into fnd_period_facts (
            lead_id, lead_gender, employment, age_bracket, sent, sent_to_date, mature_sent
        )
        select
            'person ' || number,
            case when number <= 3 then 'female' when number <= 6 then 'male' end,
            case when number <= 3 then 'employed' when number <= 8 then 'not_employed' end,
            case when number <= 5 then '20-25' else '26-30' end,
            1, 1, 1
        from generate_series(1, 20) as numbers (number)
        cross join (values (1), (2)) as requests (request)
    """)
    hidden = (None, None, "suppressed")
    dimensions = ("lead_gender", "employment", "age_bracket", "source", "account_type")
    assert compared(database, "sent, people, verdict", *dimensions) == {
        ("lead_gender", "female"): hidden,
        ("lead_gender", "male"): hidden,
        ("lead_gender", "unknown"): (28, 14, "background"),
        ("employment", "employed"): hidden,
        ("employment", "not_employed"): hidden,
        ("employment", "unknown"): (24, 12, "background"),
        ("age_bracket", "20-25"): (10, 5, "background"),
        ("age_bracket", "26-30"): (30, 15, "background"),
        ("source", "unknown"): (40, 20, "collecting"),
        ("account_type", "unassigned"): (40, 20, "not_separable"),
    }


def test_among_too_few_people_not_even_the_segments_are_named(database):
    database.execute("""
        insert into fnd_period_facts (lead_id, lead_gender, sent, sent_to_date)
        values ('one', 'female', 1, 1), ('two', 'female', 1, 1), ('three', 'male', 1, 1)
    """)
    assert compared(database, "sent, verdict", "lead_gender", "source") == {
        ("lead_gender", "suppressed"): (None, "suppressed"),
        ("source", "unknown"): (3, "collecting"),
    }


def test_what_is_surely_accepted_less_than_a_third_as_often_is_dead_and_named_once(database):
    """
    Of the others 30 % accept. A source with 2 of 100 is a list, too; one with 12 of 100 is lower and not
    dead, and one with 0 of 20 is too small for either.
    """
    database.executemany(
        "insert into fnd_period_facts (source, list_id, sent, sent_to_date, mature_sent, mature_accepted,"
        " mature_accepted_surely, mature_accepted_possibly) values ($1, $2, $3, $3, $3, $4, $4, $4)",
        [
            ("dead", "60001", 100, 2),
            ("lower", "60002", 100, 12),
            ("small", "60003", 20, 0),
            ("alive", "60004", 200, 60),
            ("well", "60004", 200, 60),
        ],
    )
    sql = model_sql("fnd_segments_compared")
    database.execute(f"create table fnd_segments_compared as {sql}")
    found = database.execute(
        f"select dimension, segment, verdict from ({model_sql('rpt_segment_performance')})"
        " where dead_rank is not null"
    ).fetchall()
    assert found == [("list", "60001", "lower")]
