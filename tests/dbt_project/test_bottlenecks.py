"""What the demo's list of bottlenecks rests on, computed again with independent libraries."""

from collections import defaultdict

import duckdb
import numpy
import pytest
from scipy.stats import norm
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from dbt_project.rendering import rendered
from tests.conftest import Workspace
from tests.dbt_project.models import model_sql
from tests.dbt_project.test_macros import value

DIMENSION_COLUMNS = {"account": "account_id", "account_type": "account_type", "account_kind": "account_kind"}


@pytest.fixture(scope="module")
def workspace(demo) -> Workspace:
    return demo[0]


def rows(workspace: Workspace, query: str) -> list[dict]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        answer = connection.execute(query)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@pytest.fixture(scope="module")
def requests(workspace: Workspace) -> list[dict]:
    return rows(workspace, "select * from findings.fnd_period_facts where evidence_sent = 1")


@pytest.fixture(scope="module")
def bottlenecks(workspace: Workspace) -> list[dict]:
    return rows(workspace, "select * from marts.rpt_bottlenecks order by rank")


def tables(requests: list[dict], column: str, segment: str) -> list[numpy.ndarray]:
    """A 2 x 2 table for each list: (segment, others) x (accepted, not)."""
    counted = defaultdict(lambda: numpy.zeros((2, 2)))
    for request in requests:
        if request["account_id"] is not None:
            side = 0 if request[column] == segment else 1
            counted[request["list_id"]][side, 1 - request["evidence_accepted"]] += 1
    return list(counted.values())


def test_differences_within_lists_are_mantel_and_haenszels(workspace, requests):
    effects = rows(workspace, "select * from findings.fnd_account_effects")
    assert {effect["dimension"] for effect in effects} == set(DIMENSION_COLUMNS)
    compared = 0
    for effect in effects:
        lists = tables(requests, DIMENSION_COLUMNS[effect["dimension"]], effect["segment"])
        shared = [table for table in lists if table.sum(axis=1).min() > 0]
        weights = [table.sum(axis=1).prod() / table.sum() for table in shared]
        differences = [table[0, 0] / table[0].sum() - table[1, 0] / table[1].sum() for table in shared]
        assert effect["difference_within_lists"] == pytest.approx(
            numpy.average(differences, weights=weights), abs=1e-9
        )
        test = StratifiedTable(shared).test_null_odds(correction=False)
        assert effect["z_by_chance"] ** 2 == pytest.approx(test.statistic, abs=1e-9)
        assert effect["compared_sent"] == sum(table[0].sum() for table in shared)
        compared += 1
    assert compared > 6


def test_a_segment_is_also_looked_at_without_the_account_that_lost_most(workspace, requests):
    compared = 0
    for effect in rows(workspace, "select * from findings.fnd_account_effects"):
        column = DIMENSION_COLUMNS[effect["dimension"]]
        others = defaultdict(list)
        for request in requests:
            if request["account_id"] is not None and request[column] != effect["segment"]:
                others[request["list_id"]].append(request["evidence_accepted"])
        beyond = defaultdict(list)
        for request in requests:
            if request[column] == effect["segment"] and others[request["list_id"]]:
                expected = numpy.mean(others[request["list_id"]])
                beyond[request["account_id"]].append(request["evidence_accepted"] - expected)
        worst = min(beyond, key=lambda account: sum(beyond[account]))
        left = [value for account, values in beyond.items() if account != worst for value in values]
        if left:
            assert effect["difference_without_worst"] == pytest.approx(numpy.mean(left), abs=1e-9)
            compared += 1
        else:
            assert effect["difference_without_worst"] is None
    assert compared >= 3


def test_rates_are_standardized_directly(workspace, requests):
    all_requests = [request for request in requests if request["account_id"] is not None]
    weights = defaultdict(int)
    for request in all_requests:
        weights[request["list_id"]] += 1
    for effect in rows(workspace, "select * from findings.fnd_account_effects"):
        column = DIMENSION_COLUMNS[effect["dimension"]]
        cells = defaultdict(list)
        for request in all_requests:
            if request[column] == effect["segment"]:
                cells[request["list_id"]].append(request["evidence_accepted"])
        covered = sum(weights[name] for name in cells)
        expected = sum(weights[name] * numpy.mean(cell) for name, cell in cells.items()) / covered
        assert effect["standardized_rate"] == pytest.approx(expected, abs=1e-9)
        assert effect["standardized_share"] == pytest.approx(covered / len(all_requests), abs=1e-9)


def test_a_sender_that_got_everybodys_mix_keeps_its_rate(workspace):
    """The identity of direct standardisation, on the whole of all senders."""
    [row] = rows(
        workspace,
        "select sum(evidence_accepted) / sum(evidence_sent) as rate from findings.fnd_period_facts"
        " where account_id is not null",
    )
    effects = rows(workspace, "select * from findings.fnd_account_effects where dimension = 'account'")
    assert min(effect["standardized_rate"] for effect in effects) < row["rate"]
    assert row["rate"] < max(effect["standardized_rate"] for effect in effects)


def test_segments_are_tested_one_sided_in_one_family(workspace):
    tests = rows(workspace, "select * from findings.fnd_loss_tests")
    assert len({test["dimension"] for test in tests}) > 5
    weighted = [min(1, test["p_value"] / test["weight"]) for test in tests]
    q_values = multipletests(weighted, method="fdr_bh")[1]
    assert [test["q_value"] for test in tests] == pytest.approx(list(q_values), abs=1e-9)
    for test in tests:
        # An account that is also looked at as one of two of its kind has two chances to look low.
        looks = (1, 2) if test["dimension"] == "account" else (1,)
        possible = [min(1, count * norm.cdf(test["z"])) for count in looks]
        assert min(abs(test["p_value"] - p_value) for p_value in possible) < 1e-6


def test_which_leads_which_sender_and_which_rows_each_have_their_share_of_the_family(workspace):
    found = rows(
        workspace,
        """
        select
            case
                when dimension in ('account', 'account_type', 'account_kind') then 'sender'
                when stage = 'import' then 'row'
                else 'lead'
            end as question,
            sum(weight) as share
        from findings.fnd_loss_tests group by all
        """,
    )
    [whole] = rows(workspace, "select count(*) as tests from findings.fnd_loss_tests")
    shares = {row["question"]: row["share"] / whole["tests"] for row in found}
    assert shares == pytest.approx({"sender": 0.6, "lead": 0.35, "row": 0.05}, abs=1e-9)


def test_what_nobody_knows_is_counted_against_a_loss_of_leads(workspace):
    in_doubt = {
        (segment["dimension"], segment["segment"]): segment["evidence_z_in_doubt"] or 0
        for segment in rows(workspace, "select * from findings.fnd_segments_compared")
    }
    tested = {
        (test["dimension"], test["segment"]): test["z"]
        for test in rows(workspace, "select * from findings.fnd_loss_tests where stage = 'acceptance'")
    }
    compared = 0
    for effect in rows(workspace, "select * from findings.fnd_lead_effects"):
        segment = effect["dimension"], effect["segment"]
        if segment in tested:
            z = effect["z"]
            assert tested[segment] == (min(z - in_doubt[segment], 0) if z < 0 else z)
            compared += 1
    assert compared > 10


@pytest.mark.parametrize(("found", "trials", "share"), [(12, 100, 0.05), (3, 40, 0.10), (40, 120, 0.05)])
def test_unusable_rows_are_tested_against_what_is_normal(found, trials, share):
    expected, _ = proportions_ztest(found - 0.5, trials, value=share, prop_var=share)
    z = rendered("statistics/*.sql", f"beyond_normal_z('{found}', '{trials}', '{share}')")
    assert value(z) == pytest.approx(-expected, abs=1e-9)


def test_what_is_named_is_measured_against_what_is_not(workspace, requests, bottlenecks):
    named = [row for row in bottlenecks if row["cause"] == "low_acceptance"]
    assert named
    columns = {name: name for name in ("source", "icp", "company_size")}
    columns |= {"account": "account_id", "list": "list_id", "industry": "company_industry"}
    assert {row["dimension"] for row in named} <= set(columns)
    left = [
        request
        for request in requests
        if not any(request[columns[row["dimension"]]] == row["segment"] for row in named)
    ]
    rate = sum(request["evidence_accepted"] for request in left) / len(left)
    for row in named:
        assert f"{100 * rate:.1f} %" in row["why"]


def test_the_list_is_in_the_order_in_which_to_mend_it(bottlenecks):
    def place(row):
        return (
            row["verdict"] == "background",
            row["tier"] != "blind",
            -(row["recoverable_accepts_per_week"] or 0),
        )

    assert [place(row) for row in bottlenecks] == sorted(place(row) for row in bottlenecks)
    assert [row["rank"] for row in bottlenecks] == list(range(1, len(bottlenecks) + 1))
    assert {"blind", "blocked", "lower"} <= {row["verdict"] for row in bottlenecks}


def test_a_lead_that_waits_is_blamed_on_one_cause(workspace, bottlenecks):
    blamed = sum(row["evidence_n"] for row in bottlenecks if row["tier"] == "blocked")
    [row] = rows(
        workspace, "select count(*) as queued from marts.heyreach_connections where status = 'queued'"
    )
    assert 0 < blamed <= row["queued"]


def test_the_diagnosis_counts_the_list(workspace, bottlenecks):
    [diagnosis] = rows(workspace, "select * from marts.rpt_diagnosis")
    alarms = [row for row in bottlenecks if row["verdict"] != "background"]
    assert diagnosis["alarms"] == len(alarms)
    [together] = rows(workspace, "select worth from findings.fnd_week_worths where remedy = 0")
    of_files = [row for row in alarms if row["worth_together"] is None]
    assert diagnosis["recoverable_accepts_per_week"] == pytest.approx(
        together["worth"] + sum(row["recoverable_accepts_per_week"] or 0 for row in of_files), abs=1e-5
    )
    [tested] = rows(
        workspace,
        "select count(*) as tests, count(*) filter (where q_value <= 0.05 and z < 0) as lower"
        " from findings.fnd_loss_tests where stage = 'acceptance'",
    )
    assert (diagnosis["segments_compared"], diagnosis["segments_lower"]) == (tested["tests"], tested["lower"])


def test_requests_that_nobody_withdraws_are_counted_once_they_are_old():
    """Open longer than an expiry; those that HeyReach withdraws are gone by then."""
    as_of = "2026-02-09 00:00:00+00"
    with duckdb.connect() as database:
        database.execute(
            f"""
            create table fnd_sender_capacity as select
                '1' as account_id, 'Maren' as label, false as has_room, 0 as weekly_room,
                65 as weekly_capacity, 40 as sent_last_7_days, 65 as queued_running,
                true as is_free_to_send;
            create table stg_operations__run_parameters as
            select cast('{as_of}' as timestamptz) as as_of, 30 as expiry_days;
            create table heyreach_connections as
            select status, cast(latest as timestamptz) as connection_sent_latest
            from (values
                ('pending', '2026-01-10 00:00:00+00'), ('pending', '2026-01-10 00:00:01+00'),
                ('pending', null), ('expired', '2025-12-01 00:00:00+00'),
                ('accepted', '2025-12-01 00:00:00+00')
            ) as rows (status, latest)
            """
        )
        found = database.execute(
            f"select cause, evidence_n, is_minor, why from ({model_sql('rpt_bottlenecks__requests')})"
        ).fetchall()
    assert [row[:3] for row in found] == [("requests_open_long", 1, True)]
    assert found[0][3].startswith("Open for more than 30 days, in campaigns that never withdraw: 1 requests")
