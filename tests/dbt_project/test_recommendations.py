"""Advice to scale and to pause, from requests made up for it; tests against statsmodels and scipy."""

from collections.abc import Iterator

import duckdb
import pytest
from scipy.stats import false_discovery_control
from statsmodels.stats.proportion import proportions_ztest

from tests.dbt_project.models import FACT_COLUMNS, model_sql

TRAITS = ("lead_gender", "estimated_age", "is_employed")


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table stg_operations__run_parameters as
            select 30 as collecting_below, timestamptz '2026-01-01 00:00:00+00' as since,
                timestamptz '2026-02-01 00:00:00+00' as until, timestamptz '2026-02-01 00:00:00+00' as as_of;
            create table heyreach_accounts as
            select * from (values
                ('1', 'Maren', 'real_personal'), ('2', 'Nora', 'ai_mirror_saas'),
                ('3', 'Oren', 'real_personal'), ('4', 'Tess', 'real_personal')
            ) as accounts (account_id, label, account_type);
            create table fnd_sender_capacity as
            select account_id, account_id <> '3' as is_free_to_send
            from heyreach_accounts;
            create table fnd_segments_labeled as
            select 'icp' as dimension, 'sre' as segment, 'SRE' as segment_label;
            create table rpt_bottlenecks as
            select 'source' as dimension, 'zoominfo' as segment, 'ZoomInfo' as segment_label,
                'low_acceptance' as cause, 'lower' as verdict, 0.001 as q_value,
                3.0 as recoverable_accepts_per_week, 'ZoomInfo is low.' as why;
            create table rpt_crossed_segments (
                pair varchar, row_dimension varchar, row_segment varchar, row_label varchar,
                column_dimension varchar, column_segment varchar, column_label varchar, mature_sent bigint,
                mature_accepted bigint, accept_rate double, ci_low double, ci_high double,
                predicted_rate double, q_value double, verdict varchar
            );
            create table fnd_waiting_leads (
                connection_id varchar, account_id varchar, chance double, asked_share double,
                is_in_running_campaign boolean
            );
            create table fnd_connections_described (
                connection_id varchar, source varchar, icp varchar, account_id varchar
            );
            create table fnd_week_requests (connection_id varchar, scenario varchar, requests double);
            create table rpt_segment_performance as
            select 'source' as dimension, 'zoominfo' as segment, 'lower' as verdict,
                100::bigint as mature_sent, 8::bigint as mature_accepted, 0.08 as accept_rate,
                0.04 as ci_low, 0.15 as ci_high;
            create table fnd_period_facts (
                {", ".join(f"{column} varchar" for column in FACT_COLUMNS)},
                mature_sent integer, mature_accepted integer, undecided_mature integer default 0,
                undecided_group varchar, sent_to_date integer default 1
            );
            create table int_connections_asked (
                undecided_group varchar, is_undecided boolean, group_rows bigint, group_asked_at_least bigint,
                group_asked_at_most bigint
            )
        """)
        yield connection


def requests(
    database: duckdb.DuckDBPyConnection, account_id: str, icp: str, sent: int, accepted: int
) -> None:
    database.execute(
        """
        insert into fnd_period_facts (
            account_id, icp, source, source_list, company_region, company_size, company_industry,
            lead_seniority, lead_gender, mature_sent, mature_accepted
        )
        select ?, ?, 'clay', null, 'unknown', null, null, null, 'female', 1, cast(place < ? as integer)
        from range(?) as places (place)
        """,
        [account_id, icp, accepted, sent],
    )


def advice(database: duckdb.DuckDBPyConnection) -> list[dict]:
    answer = database.execute(f"select * from ({model_sql('rpt_recommendations')}) order by rank")
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


# (sender, ICP, sent, accepted): Maren, Nora and Oren all do better with SREs than with others.
CELLS = [
    *[("1", "sre", 100, 60), ("1", "cto", 100, 25)],
    *[("2", "sre", 100, 61), ("2", "cto", 100, 24)],
    *[("3", "sre", 100, 62), ("3", "cto", 100, 23)],
    *[("4", "sre", 100, 26), ("4", "cto", 20, 18)],
]


def test_only_real_senders_that_can_send_are_named_to_scale(database):
    for cell in CELLS:
        requests(database, *cell)
    scale, pause = advice(database)
    assert (scale["advice"], scale["account_id"], scale["segment_label"]) == ("scale", "1", "Maren x SRE")
    assert (scale["mature_sent"], scale["mature_accepted"]) == (100, 60)
    assert "60.0 % of 100 requests" in scale["why"]
    assert (pause["advice"], pause["segment_label"], pause["why"]) == (
        "pause",
        "ZoomInfo",
        "ZoomInfo is low.",
    )


@pytest.mark.parametrize(("rows", "advised"), [(8, True), (12, False)])
def test_no_advice_depends_on_who_was_asked(database, rows, advised):
    """Eight of eight were asked, or of twelve any: then of Maren's 60 of 100 four may not have been."""
    for cell in CELLS:
        requests(database, *cell)
    database.execute(f"""
        update fnd_period_facts set undecided_mature = 1, undecided_group = 'g'
        where rowid in (
            select rowid from fnd_period_facts
            where account_id = '1' and icp = 'sre' and mature_accepted = 1 order by rowid limit 8
        );
        insert into int_connections_asked values ('g', true, {rows}, 8, 8)
    """)
    assert [row["advice"] for row in advice(database)] == [*["scale"] * advised, "pause"]


def test_chance_is_ruled_out_for_all_combinations_at_once(database):
    for cell in CELLS:
        requests(database, *cell)
    sent, accepted = (sum(cell[place] for cell in CELLS) for place in (2, 3))
    families = [(s, a) for _, _, s, a in CELLS if s >= 30]
    # All leads are Clay's: a sender with Clay is the sender.
    families += [
        (sum(c[2] for c in CELLS if c[0] == who), sum(c[3] for c in CELLS if c[0] == who)) for who in "1234"
    ]
    p_values = [
        proportions_ztest([a, accepted - a], [s, sent - s], alternative="larger")[1] for s, a in families
    ]
    expected = false_discovery_control(p_values)[families.index((100, 60))]
    assert advice(database)[0]["q_value"] == pytest.approx(expected, abs=1e-6)


def test_equal_combinations_are_no_advice(database):
    for account_id in "1234":
        for number, icp in enumerate(("sre", "cto", "devops")):
            requests(database, account_id, icp, 100 + number, 30)
    assert [row["advice"] for row in advice(database)] == ["pause"]


def test_of_combinations_that_hold_the_same_requests_one_that_can_be_advised_is_named(database):
    """All SREs of Maren are Clay's, and Clay does better with others: the ICP is worth more requests."""
    for cell in CELLS:
        requests(database, *cell)
    database.execute("update fnd_period_facts set source = null where not (account_id = '1' and icp = 'sre')")
    requests(database, "4", "devops", 100, 95)
    database.execute("update fnd_period_facts set source = 'clay' where icp = 'devops'")
    assert [row["segment"] for row in advice(database) if row["account_id"] == "1"] == ["sre"]


def crossed(database: duckdb.DuckDBPyConnection, pair: str, row: str, label: str) -> None:
    database.execute(
        "insert into rpt_crossed_segments values ($1, $2, $3, $4, 'icp', 'sre', 'SRE', 100, 60, 0.6, 0.5,"
        " 0.69, 0.31, 0.004, 'higher')",
        [pair, pair.split("_")[0], row, label],
    )


def test_a_meeting_of_two_is_advised_where_nothing_else_says_it(database):
    """Maren with SREs stands in the list already; Nora is an AI persona, and Oren can't send."""
    for cell in CELLS:
        requests(database, *cell)
    crossed(database, "source_icp", "hr", "HR")
    for account_id, label in (("1", "Maren"), ("2", "Nora"), ("3", "Oren"), ("4", "Tess")):
        crossed(database, "account_icp", account_id, label)
    found = [row for row in advice(database) if row["advice"] == "scale"]
    assert sorted(row["segment_label"] for row in found) == ["HR x SRE", "Maren x SRE", "Tess x SRE"]
    [meeting] = [row for row in found if row["segment_label"] == "HR x SRE"]
    assert (meeting["dimension"], meeting["segment"]) == ("source", "hr")
    assert (meeting["crossed_dimension"], meeting["crossed_segment"]) == ("icp", "sre")
    assert "60.0 % of 100 requests were accepted, 31.0 % would be by what both" in meeting["why"]


def test_the_model_knows_nothing_of_what_a_person_is():
    assert not [trait for trait in TRAITS if trait in model_sql("rpt_recommendations")]
