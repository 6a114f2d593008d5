"""The week ahead of the demo, and what mending is worth in it, played again by other code."""

import itertools
from collections import defaultdict
from functools import partial

import duckdb
import pytest

from tests.conftest import Workspace
from tests.dbt_project.models import model_sql

FACTORS = ("list_id", "account_id", "source", "icp", "lead_seniority")
# The quantile of nine in ten, the highest chance, and how far off the requests of a week may be.
QUANTILE, HIGHEST, VOLUME_DOUBT = 1.644853626951472, 0.95, 0.12


def rows(workspace: Workspace, query: str) -> list[dict]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        answer = connection.execute(query)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@pytest.fixture(scope="module")
def workspace(demo) -> Workspace:
    return demo[0]


@pytest.fixture(scope="module")
def waiting(workspace) -> list[dict]:
    return rows(workspace, "select * from findings.fnd_waiting_leads order by connection_id")


@pytest.fixture(scope="module")
def remedies(workspace) -> dict[int, dict]:
    found = rows(workspace, "select * from findings.fnd_week_remedies")
    return {remedy["remedy"]: remedy for remedy in found}


@pytest.fixture(scope="module")
def senders(workspace) -> dict[str, dict]:
    return {row["account_id"]: row for row in rows(workspace, "select * from findings.fnd_sender_capacity")}


def test_the_chance_is_moved_by_what_each_factor_leaves_to_explain(workspace, waiting):
    requests = rows(
        workspace,
        f"select {', '.join(FACTORS)}, case when is_mature then is_accepted end as accepted, "
        "status, is_sent, is_waiting, connection_id from findings.fnd_connections_described "
        "where account_id is not null and not is_undecided and (is_waiting or status <> 'queued')",
    )
    mature = [row for row in requests if row["accepted"] is not None]
    rate = sum(row["accepted"] for row in mature) / len(mature)
    turned_to = [row for row in requests if not row["is_waiting"]]
    asked = sum(row["is_sent"] for row in turned_to) / len(turned_to)
    chance = {row["connection_id"]: rate for row in requests}
    for factor in FACTORS:
        levels = defaultdict(list)
        for row in mature:
            if row[factor] is not None:
                levels[row[factor]].append(row)
        observed = {level: sum(row["accepted"] for row in those) for level, those in levels.items()}
        expected = {
            level: sum(chance[row["connection_id"]] for row in those) for level, those in levels.items()
        }
        beyond = sum(
            (observed[level] - expected[level]) ** 2
            - sum(chance[row["connection_id"]] * (1 - chance[row["connection_id"]]) for row in those)
            for level, those in levels.items()
        )
        scatter = max(beyond / sum(value**2 for value in expected.values()), 0)
        for row in requests:
            if row[factor] in levels:
                share = (observed[row[factor]] * scatter + 1) / (expected[row[factor]] * scatter + 1)
                key = row["connection_id"]
                chance[key] = min(chance[key] * share, HIGHEST)
    assert waiting
    for row in waiting:
        assert row["chance"] == pytest.approx(chance[row["connection_id"]] * asked, abs=1e-9)
    assert len({round(row["chance"], 6) for row in waiting}) > 10


def played(waiting, remedies, senders, targets, is_oldest_first: bool, mended: set[int]) -> dict[str, float]:
    """Lead -> requests of the week, with these remedies: each sender goes round its campaigns by itself."""
    resumed = {remedies[each]["segment"] for each in mended if remedies[each]["kind"] == "resume"}
    restored = {remedies[each]["segment"] for each in mended if remedies[each]["kind"] == "restore"}
    last = {lead for lead, each in targets if each in mended and remedies[each]["kind"] == "serve_last"}
    requests = {}
    for account_id, sender in senders.items():
        if account_id in restored:
            left = sender["weekly_capacity_restored"]
        else:
            left = sender["weekly_capacity"] if sender["can_send"] else 0
        mine = [
            row
            for row in waiting
            if row["account_id"] == account_id
            and (row["is_in_running_campaign"] or row["campaign_id"] in resumed)
        ]
        for is_last in (False, True):
            queues = defaultdict(list)
            for row in sorted(mine, key=lambda row: row["place"]):
                if (row["connection_id"] in last) == is_last:
                    queues[row["campaign_created_at"], row["campaign_id"]].append(row)
            if is_oldest_first:
                order = itertools.chain.from_iterable(queues[name] for name in sorted(queues))
            else:
                everybody = itertools.chain.from_iterable(queues.values())
                order = sorted(everybody, key=lambda row: (row["place"], row["campaign_id"]))
            for row in order:
                if left > 0:
                    requests[row["connection_id"]] = min(left, 1)
                    left -= 1
    return requests


def test_each_scenario_is_what_playing_the_week_gives(workspace, waiting, remedies, senders):
    targets = [
        (row["connection_id"], row["remedy"])
        for row in rows(workspace, "select * from findings.fnd_week_targets")
    ]
    [order] = rows(workspace, "select * from findings.fnd_service_order")
    play = partial(played, waiting, remedies, senders, targets, order["is_oldest_campaign_first"])
    assert not any(remedy["kind"] == "hand_on" for remedy in remedies.values())
    everything = set(remedies)
    mended = {("nothing", 0): set(), ("everything", 0): everything}
    mended |= {("alone", each): {each} for each in everything}
    mended |= {("without", each): everything - {each} for each in everything}
    chances = {row["connection_id"]: row["chance"] for row in waiting}
    said = {
        (row["scenario"], row["remedy"]): row["expected_accepted"]
        for row in rows(workspace, "select * from findings.fnd_week_scenarios")
    }
    expected = {
        scenario: sum(requests * chances[lead] for lead, requests in play(those).items())
        for scenario, those in mended.items()
    }
    assert said == pytest.approx(expected, abs=1e-6)

    worths = {row["remedy"]: row for row in rows(workspace, "select * from findings.fnd_week_worths")}
    for remedy in everything:
        alone = expected["alone", remedy] - expected["nothing", 0]
        together = expected["everything", 0] - expected["without", remedy]
        assert worths[remedy]["worth"] == pytest.approx(max(alone, 0), abs=1e-5)
        assert worths[remedy]["worth_together"] == pytest.approx(max(together, 0), abs=1e-5)
    total = expected["everything", 0] - expected["nothing", 0]
    assert worths[0]["worth"] == pytest.approx(total, abs=1e-5)
    # Somebody behind a pause and a logged-out sender counts in neither alone.
    assert total > sum(worths[remedy]["worth"] for remedy in everything)


def test_the_range_is_wrong_together_for_whoever_shares_a_level(workspace, waiting, remedies, senders):
    targets = [
        (row["connection_id"], row["remedy"])
        for row in rows(workspace, "select * from findings.fnd_week_targets")
    ]
    [order] = rows(workspace, "select * from findings.fnd_service_order")
    play = partial(played, waiting, remedies, senders, targets, order["is_oldest_campaign_first"])
    before = play(set())
    for worth in rows(workspace, "select * from findings.fnd_week_worths where remedy > 0"):
        now = play({worth["remedy"]})
        more = [
            (row, (now.get(row["connection_id"], 0) - before.get(row["connection_id"], 0)) * row["chance"])
            for row in waiting
        ]
        variance = sum(value for _, value in more) ** 2 * (waiting[0]["overall_doubt"] + VOLUME_DOUBT**2)
        for factor in FACTORS:
            levels = defaultdict(list)
            for row, value in more:
                levels[row[factor]].append((row[f"{factor}_doubt"], value))
            variance += sum(
                sum(value for _, value in those) ** 2 * max(doubt for doubt, _ in those)
                for those in levels.values()
            )
        half = QUANTILE * variance**0.5
        assert worth["worth_high"] == pytest.approx(max(worth["worth"] + half, 0), abs=1e-4)
        assert worth["worth_low"] == pytest.approx(max(worth["worth"] - half, 0), abs=1e-4)


@pytest.mark.parametrize(
    ("before", "after", "worth"), [("null", "null", None), ("3.0", "5.5", 2.5), ("3.0", "2.0", 0)]
)
def test_worth_is_unknown_where_chances_are_and_never_negative(before, after, worth):
    """Before anything was sent there is no chance to go by; and nobody has to mend what brings less."""
    with duckdb.connect() as database:
        database.execute(
            f"""
            create table fnd_week_remedies as
            select 1 as remedy, 'campaign_paused' as cause, 'campaign' as dimension, '7' as segment;
            create table fnd_week_scenarios (scenario varchar, remedy integer, expected_accepted double);
            insert into fnd_week_scenarios values
                ('nothing', 0, {before}), ('alone', 1, {after}),
                ('everything', 0, {after}), ('without', 1, {before});
            create table fnd_week_requests (
                scenario varchar, remedy integer, connection_id varchar, requests double
            );
            create table fnd_waiting_leads (
                connection_id varchar, chance double, overall_doubt double,
                {", ".join(f"{factor} varchar, {factor}_doubt double" for factor in FACTORS)}
            )
            """
        )
        found = database.execute(
            f"select worth, worth_low, worth_high, worth_together from ({model_sql('fnd_week_worths')})"
        ).fetchall()
    assert found == [(worth,) * 4] * 2
