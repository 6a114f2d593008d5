"""Experiments with types of senders: plan, ratio and result against scipy and statsmodels."""

from collections.abc import Iterator

import duckdb
import numpy
import pytest
from scipy.stats import chisquare
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from dbt_project.rendering import rendered
from tests.dbt_project.models import model_sql
from tests.dbt_project.test_macros import value

PLANNED = 356  # for 0.30 against 0.40


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three real senders and three personas, and an experiment that began on the first of March."""
    with duckdb.connect() as connection:
        connection.execute("""
            set TimeZone = 'UTC';
            create table stg_operations__run_parameters as
            select 30 as collecting_below, timestamptz '2026-05-01 00:00:00+00' as as_of;
            create table stg_importer__imports as
            select 'i1' as import_id, 'spring' as experiment,
                timestamptz '2026-03-01 00:00:00+00' as planned_at;
            create table heyreach_accounts as
            select cast(place as varchar) as account_id,
                if(place < 3, 'ai_mirror_saas', 'real_personal') as account_type
            from range(6) as places (place);
            create table heyreach_import_leads (
                import_id varchar, row_number bigint, lead_id varchar, campaign_id varchar,
                account_id varchar, times_sent integer
            );
            create table heyreach_connections (
                connection_id varchar, lead_id varchar, campaign_id varchar, campaign_lead_id varchar,
                icp varchar, is_mature boolean, is_accepted_in_window boolean, sent_cohort_at timestamptz
            );
            create table int_connections_dated (
                campaign_id varchar, campaign_lead_id varchar, undecided_group varchar, is_sent boolean,
                is_undecided boolean, is_mature boolean, is_within_window boolean
            );
            create table int_connections_asked (
                undecided_group varchar, is_undecided boolean, group_rows bigint, group_asked_at_least bigint,
                group_asked_at_most bigint
            )
        """)
        yield connection


def give(database: duckdb.DuckDBPyConnection, accounts: numpy.ndarray, accepted: numpy.ndarray) -> None:
    """Leads given to these accounts in this order, all sent and mature; two in three are SREs."""
    given = {"place": numpy.arange(len(accounts)), "account": accounts, "accepted": accepted}
    database.register("given", given)
    database.execute("""
        insert into heyreach_import_leads
        select 'i1', place, 'lead ' || place, 'c', cast(account as varchar), 1 from given;
        insert into heyreach_connections
        select 'c' || place, 'lead ' || place, 'c', 'r' || place, if(place % 3 = 0, 'cto', 'sre'), true,
            accepted, timestamptz '2026-03-02 00:00:00+00' + to_minutes(place)
        from given
    """)


def result(database: duckdb.DuckDBPyConnection) -> dict:
    answer = database.execute(model_sql("rpt_experiments"))
    names = [column[0] for column in answer.description]
    (row,) = answer.fetchall()
    return dict(zip(names, row, strict=True))


def drawn(leads: int, rates: tuple[float, float], seed: int = 1) -> tuple[numpy.ndarray, numpy.ndarray]:
    generator = numpy.random.default_rng(seed)
    accounts = generator.integers(0, 6, leads)
    return accounts, generator.random(leads) < numpy.where(accounts < 3, *rates)


@pytest.mark.parametrize(
    ("rates", "planned"),
    [
        ((0.30, 0.25), 1251),
        ((0.30, 0.20), 294),
        ((0.30, 0.15), 121),
        ((0.25, 0.35), 329),
        ((0.3, 0.4), PLANNED),
    ],
)
def test_sample_sizes_are_the_published_ones(rates, planned):
    found = value(rendered("statistics/*.sql", f"sample_size('{rates[0]}', '{rates[1]}')"))
    assert found == planned
    arcsine = NormalIndPower().solve_power(proportion_effectsize(*rates), power=0.8, alpha=0.05)
    assert found == pytest.approx(arcsine, rel=0.025)


def test_nothing_is_shown_before_the_planned_number_is_old_enough(database):
    give(database, *drawn(2 * PLANNED - 100, (0.1, 0.6)))
    row = result(database)
    assert (row["planned_sent"], row["verdict"]) == (PLANNED, "collecting")
    assert (row["difference"], row["p_value"]) == (None, None)


def test_the_look_is_mantel_and_haenszels_at_the_planned_number_and_never_changes(database):
    accounts, accepted = drawn(900, (0.25, 0.40))
    give(database, accounts[:800], accepted[:800])
    row = result(database)
    assert (row["account_type"], row["other_account_type"], row["verdict"]) == (
        "ai_mirror_saas",
        "real_personal",
        "lower",
    )
    places = [numpy.flatnonzero(side)[:PLANNED] for side in (accounts[:800] < 3, accounts[:800] >= 3)]
    tables = []
    for is_cto in (True, False):
        sides = [accepted[place[(place % 3 == 0) == is_cto]] for place in places]
        tables.append(numpy.array([[side.sum(), len(side) - side.sum()] for side in sides], dtype=float))
    test = StratifiedTable(tables).test_null_odds(correction=False)
    assert row["p_value"] == pytest.approx(test.pvalue, abs=1e-6)
    weights = [table.sum(axis=1).prod() / table.sum() for table in tables]
    differences = [table[0, 0] / table[0].sum() - table[1, 0] / table[1].sum() for table in tables]
    assert row["difference"] == pytest.approx(numpy.average(differences, weights=weights), abs=1e-9)
    more = {"place": numpy.arange(800, 900), "account": accounts[800:], "accepted": accepted[800:]}
    database.execute("delete from heyreach_import_leads; delete from heyreach_connections")
    give(database, accounts, numpy.concatenate([accepted[:800], ~more["accepted"]]))
    later = result(database)
    assert (later["difference"], later["p_value"]) == (row["difference"], row["p_value"])


def test_a_result_that_depends_on_who_was_asked_is_not_given(database):
    """Of twelve leads that HeyReach first showed as accepted six were asked, and nobody knows which."""
    accounts, accepted = drawn(900, (0.25, 0.40))
    give(database, accounts, accepted)
    known = result(database)
    database.execute("""
        insert into int_connections_dated
        select campaign_id, campaign_lead_id, 'g', false, true, true, true from heyreach_connections limit 12;
        insert into int_connections_asked values ('g', true, 12, 6, 6)
    """)
    row = result(database)
    assert (row["verdict"], row["difference"], row["p_value"]) == ("not_separable", None, None)
    assert known["verdict"] == "lower"


def test_a_ratio_that_lots_do_not_give_ends_it(database):
    accounts, accepted = drawn(1200, (0.3, 0.3))
    kept = (accounts >= 3) | (numpy.arange(1200) % 4 > 0)  # a quarter of the personas' leads is gone
    give(database, accounts[kept], accepted[kept])
    row = result(database)
    expected = chisquare([row["leads"], row["other_leads"]]).pvalue
    assert row["ratio_p_value"] == pytest.approx(expected, abs=1e-6)
    assert row["verdict"] == "blind"


def test_two_senders_can_not_stand_for_their_type(database):
    accounts, accepted = drawn(900, (0.2, 0.5))
    give(database, numpy.where(accounts == 2, 1, accounts), accepted)
    assert result(database)["senders"] == 2
    assert result(database)["verdict"] in ("not_separable", "blind")


def test_equal_types_are_no_evidence(database):
    give(database, *drawn(900, (0.3, 0.3), seed=3))
    assert result(database)["verdict"] == "no_evidence"
