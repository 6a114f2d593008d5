"""The week ahead of the demo, and what mending is worth in it, played again by other code."""

import itertools
from collections import defaultdict
from dataclasses import dataclass

import duckdb
import pytest

from tests.conftest import Workspace
from tests.dbt_project.models import model_sql

FACTORS = ("losing_segment", "list_id", "account_id", "source", "icp", "lead_seniority")
# Columns of the dimensions in which the demo's leads lose, and how a losing segment's share may differ.
COLUMNS = {"source": "source", "icp": "icp", "company_size": "company_size", "industry": "company_industry"}
LOSING_SCATTER = 0.2
# The quantile of nine in ten, the highest chance, and how far off the requests of a week may be.
QUANTILE, HIGHEST, VOLUME_DOUBT = 1.644853626951472, 0.95, 0.1


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
    losing = rows(
        workspace,
        "select dimension, segment from findings.fnd_losing_segments "
        "where dimension <> 'account' order by round",
    )
    requests = rows(
        workspace,
        f"select {', '.join(FACTORS[1:])}, company_size, company_industry, "
        "case when is_mature then is_accepted end as accepted, "
        "status, is_sent, is_waiting, connection_id from findings.fnd_connections_described "
        "where account_id is not null and not is_undecided and (is_waiting or status <> 'queued')",
    )
    for row in requests:
        found = [each for each in losing if row[COLUMNS[each["dimension"]]] == each["segment"]]
        row["losing_segment"] = "/".join(found[0].values()) if found else "none"
    mature = [row for row in requests if row["accepted"] is not None]
    rate = sum(row["accepted"] for row in mature) / len(mature)
    turned_to = [row for row in requests if not row["is_waiting"]]
    asked = sum(row["is_sent"] for row in turned_to) / len(turned_to)
    # Of a lead that isn't there yet nothing is known but its sender.
    requests += [
        dict.fromkeys(FACTORS)
        | {"losing_segment": "none"}
        | {key: row[key] for key in ("connection_id", "account_id")}
        for row in waiting
        if row["is_new"]
    ]
    chance = {row["connection_id"]: rate for row in requests}
    shares: dict[str, dict[str, float]] = {factor: {} for factor in FACTORS}
    for factor in (*FACTORS, *FACTORS):
        for row in requests:
            chance[row["connection_id"]] /= shares[factor].get(row[factor], 1)
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
        if factor == "losing_segment":
            scatter = LOSING_SCATTER
        shares[factor] = {
            level: (observed[level] * scatter + 1) / (expected[level] * scatter + 1) for level in levels
        }
        for row in requests:
            key = row["connection_id"]
            chance[key] = min(chance[key] * shares[factor].get(row[factor], 1), HIGHEST)
    assert waiting
    for row in waiting:
        assert row["chance"] == pytest.approx(chance[row["connection_id"]] * asked, abs=1e-9)
    assert len({round(row["chance"], 6) for row in waiting}) > 10


@dataclass
class Week:
    """What the demo's week ahead is played with."""

    waiting: list[dict]
    remedies: dict[int, dict]
    senders: dict[str, dict]
    targets: list[tuple[str, int]]
    is_oldest_first: bool

    def served(self, mended: set[int]) -> dict[str, dict[str, float]]:
        """Sender -> lead -> requests with these remedies: each sender goes round its campaigns by itself."""
        resumed, restored = self._segments(mended, "resume"), self._segments(mended, "restore")
        last = self._leads(mended, "serve_last")
        requests: dict[str, dict[str, float]] = {}
        for account_id in self.senders:
            left = self._capacity(account_id, restored)
            mine = [
                row
                for row in self.waiting
                if row["account_id"] == account_id
                and (row["is_in_running_campaign"] or row["campaign_id"] in resumed)
            ]
            requests[account_id] = {}
            for is_last in (False, True):
                for row in self._in_order([row for row in mine if (row["connection_id"] in last) == is_last]):
                    requests[account_id][row["connection_id"]] = max(min(left, 1), 0)
                    left -= 1
        return requests

    def accepted(self, mended: set[int]) -> dict[str, float]:
        """Lead -> acceptances to be expected of the week's requests to it."""
        rows = {row["connection_id"]: row for row in self.waiting}
        served = self.served(mended)
        brought = {
            lead: requests * rows[lead]["chance"]
            for those in served.values()
            for lead, requests in those.items()
            if requests
        }
        moving = self._leads(mended, "move")
        wanted = {
            lead: 1 - requests
            for those in served.values()
            for lead, requests in those.items()
            if lead in moving
        }
        restored = self._segments(mended, "restore")
        rooms = {
            account_id: max(
                self._capacity(account_id, restored)
                - max(sum(served[account_id].values()), sender["sent_last_7_days"] or 0),
                0,
            )
            for account_id, sender in self.senders.items()
            if sender["is_active"]
        }
        room = sum(rooms.values())
        moved = min(room / sum(wanted.values()), 1) if wanted and room else 0
        # Of those who ask instead.
        share = sum(each * rows[f"new/{name}"]["sender_share"] for name, each in rooms.items()) / (room or 1)
        for lead, requests in wanted.items():
            row = rows[lead]
            chance = min(row["chance"] / row["sender_share"] * share, row["asked_share"])
            brought[lead] = brought.get(lead, 0) + requests * moved * chance
        if any(self.remedies[each]["kind"] == "bring" for each in mended) and room:
            left = max(room - sum(wanted.values()), 0) / room
            for account_id, of_sender in rooms.items():
                if self.senders[account_id]["has_room"]:
                    new = f"new/{account_id}"
                    brought[new] = of_sender * left * rows[new]["chance"]
        return brought

    def _capacity(self, account_id: str, restored: set[str]) -> float:
        sender = self.senders[account_id]
        if account_id in restored:
            return sender["weekly_capacity_restored"]
        return sender["weekly_capacity"] if sender["can_send"] else 0

    def _in_order(self, mine: list[dict]) -> list[dict]:
        queues = defaultdict(list)
        for row in sorted(mine, key=lambda row: row["place"]):
            queues[row["campaign_created_at"], row["campaign_id"]].append(row)
        if self.is_oldest_first:
            return list(itertools.chain.from_iterable(queues[name] for name in sorted(queues)))
        everybody = itertools.chain.from_iterable(queues.values())
        return sorted(everybody, key=lambda row: (row["place"], row["campaign_id"]))

    def _segments(self, mended: set[int], kind: str) -> set[str]:
        return {self.remedies[each]["segment"] for each in mended if self.remedies[each]["kind"] == kind}

    def _leads(self, mended: set[int], kind: str) -> set[str]:
        return {lead for lead, each in self.targets if each in mended and self.remedies[each]["kind"] == kind}


@pytest.fixture(scope="module")
def week(workspace, waiting, remedies, senders) -> Week:
    targets = [
        (row["connection_id"], row["remedy"])
        for row in rows(workspace, "select * from findings.fnd_week_targets")
    ]
    [order] = rows(workspace, "select * from findings.fnd_service_order")
    return Week(waiting, remedies, senders, targets, order["is_oldest_campaign_first"])


def test_each_scenario_is_what_playing_the_week_gives(workspace, week, remedies):
    assert {remedy["kind"] for remedy in remedies.values()} == {
        "resume",
        "restore",
        "move",
        "bring",
        "hand_on",
        "serve_last",
    }
    everything = set(remedies)
    mended = {("nothing", 0): set(), ("everything", 0): everything}
    mended |= {("alone", each): {each} for each in everything}
    mended |= {
        ("without", each): {
            other for other in everything if remedies[other]["line"] != remedies[each]["line"]
        }
        for each in everything
    }
    said = {
        (row["scenario"], row["remedy"]): row["expected_accepted"]
        for row in rows(workspace, "select * from findings.fnd_week_scenarios")
    }
    expected = {scenario: sum(week.accepted(those).values()) for scenario, those in mended.items()}
    assert said == pytest.approx(expected, abs=1e-6)

    worths = {row["remedy"]: row for row in rows(workspace, "select * from findings.fnd_week_worths")}
    for remedy in everything:
        alone = expected["alone", remedy] - expected["nothing", 0]
        together = expected["everything", 0] - expected["without", remedy]
        assert worths[remedy]["worth"] == pytest.approx(max(alone, 0), abs=1e-5)
        assert worths[remedy]["worth_together"] == pytest.approx(max(together, 0), abs=1e-5)
        same = [
            worths[other]["worth"]
            for other in everything
            if remedies[other]["line"] == remedies[remedy]["line"]
        ]
        assert worths[remedy]["is_best_remedy"] == (worths[remedy]["worth"] == max(same))
    total = expected["everything", 0] - expected["nothing", 0]
    assert worths[0]["worth"] == pytest.approx(total, abs=1e-5)
    # Whoever has room for the leads of one sender has none for those of another.
    assert total < sum(row["worth"] for row in worths.values() if row["is_best_remedy"])


def test_the_range_is_wrong_together_for_whoever_shares_a_level(workspace, week, waiting):
    before = week.accepted(set())
    for worth in rows(workspace, "select * from findings.fnd_week_worths where remedy > 0"):
        now = week.accepted({worth["remedy"]})
        more = [
            (row, now.get(row["connection_id"], 0) - before.get(row["connection_id"], 0)) for row in waiting
        ]
        variance = sum(value for _, value in more) ** 2 * VOLUME_DOUBT**2
        for factor in FACTORS:
            levels = defaultdict(list)
            for row, value in more:
                if value:
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
            select
                1 as remedy, 'campaign_paused' as cause, 'campaign' as dimension, '7' as segment,
                'resume' as kind;
            create table fnd_week_scenarios (scenario varchar, remedy integer, expected_accepted double);
            insert into fnd_week_scenarios values
                ('nothing', 0, {before}), ('alone', 1, {after}),
                ('everything', 0, {after}), ('without', 1, {before});
            create table fnd_week_requests (
                scenario varchar, remedy integer, connection_id varchar, expected_accepted double
            );
            create table fnd_waiting_leads (
                connection_id varchar, chance double,
                {", ".join(f"{factor} varchar, {factor}_doubt double" for factor in FACTORS)}
            )
            """
        )
        found = database.execute(
            f"select worth, worth_low, worth_high, worth_together from ({model_sql('fnd_week_worths')})"
        ).fetchall()
    assert found == [(worth,) * 4] * 2


@pytest.mark.parametrize(
    ("remedies", "asked", "accepted"),
    [
        # Ten of a weak sender's twenty go to two others that have room for four and six.
        ({1: "hand_on"}, {"weak": (10, 10)}, 10 * 0.1 + 10 * 0.24),
        # Whom nobody gets to comes first.
        ({1: "hand_on", 2: "move"}, {"weak": (17, 3), "left": (0, 7)}, 17 * 0.1 + 3 * 0.24),
        # Where new leads are brought, they are asked rather than those whom the weak sender asks anyway.
        ({1: "hand_on", 3: "bring"}, {"weak": (16, 4), "new": (6, 0)}, 16 * 0.1 + 4 * 0.24),
    ],
)
def test_room_goes_to_whom_it_brings_most(remedies, asked, accepted):
    """Of those with room one is as its lists expect, one half better, 1.2 together; the weak one is half."""
    with duckdb.connect() as connection:
        has, handed, moved = (kind in remedies.values() for kind in ("bring", "hand_on", "move"))
        connection.execute(
            f"""
            create table fnd_week_turns as select * from (values
                ('all', 0, 'weak', 'W', {handed}, 20.0, if({handed}, 20.0, 0.0)),
                ('all', 0, 'left', 'B', false, 0.0, if({moved}, 7.0, 0.0))
            ) as turns
                (scenario, remedy, connection_id, account_id, is_handed_on, requests, requests_for_others);
            create table fnd_week_plans as
            select 'all' as scenario, 0 as remedy, null::varchar as segment,
                unnest({[*remedies.values()]}) as kind;
            create table fnd_sender_capacity as select * from (values
                ('W', 20, 0, true, false), ('A', 14, 10, true, false), ('N', 16, 10, true, true),
                ('B', 0, 0, false, false)
            ) as senders (account_id, weekly_capacity, sent_last_7_days, can_send, has_room);
            alter table fnd_sender_capacity add column is_active boolean default true;
            alter table fnd_sender_capacity add column weekly_capacity_restored double default 20;
            create table fnd_waiting_leads as
            select *, 0.1 as chance, 0.9 as asked_share, connection_id like 'new%' as is_new
            from (values
                ('weak', 'W', 0.5), ('left', 'B', 1.0), ('new', 'N', 1.0), ('new/A', 'A', 1.5),
                ('new/W', 'W', 0.5), ('new/B', 'B', 1.0)
            ) as leads (connection_id, account_id, sender_share);
            """
        )
        rows = connection.execute(
            "select connection_id, requests - requests_by_others, requests_by_others, expected_accepted "
            f"from ({model_sql('fnd_week_requests')})"
        ).fetchall()
    assert has == any(name == "new" for name, *_ in rows)
    assert {name: (pytest.approx(own), pytest.approx(others)) for name, own, others, _ in rows} == asked
    assert {name: worth for name, *_, worth in rows}["weak"] == pytest.approx(accepted)


@pytest.mark.parametrize(
    ("seen", "usual"),
    [
        # Capped: back to its own limit, although the others have more.
        ([12, 3], 12),
        # As low from the start as now, or lowered a little: as the others.
        ([3], 15),
        ([8, 6], 15),
        # It had more than the others, and has.
        ([18, 17], 18),
    ],
)
def test_a_capped_sender_goes_back_to_its_own_limit(seen, usual):
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table stg_operations__run_parameters as select timestamptz '2026-02-09' as as_of;
            create table heyreach_accounts as
            select unnest(['it', 'b', 'c', 'd']) as account_id,
                unnest([{seen[-1]}, 15, 15, 16]) as daily_request_limit,
                true as is_listed, true as is_active;
            create table stg_heyreach__sender_account_observations as
            select 'it' as account_id, unnest({seen}) as daily_request_limit,
                timestamptz '2026-01-05' + interval (generate_subscripts({seen}, 1)) week as observed_at;
            """
        )
        rows = dict(
            connection.execute(
                f"select account_id, usual_daily_limit from ({model_sql('fnd_sender_limits')})"
            ).fetchall()
        )
    assert rows["it"] == usual


@pytest.mark.parametrize(
    ("created", "found"),
    [
        # Side by side; one after the other; and of campaigns made at once nothing tells.
        (("2026-01-01", "2026-01-02"), (20, 10, False)),
        (("2026-01-02", "2026-01-01"), (20, 10, False)),
        (("2026-01-01", "2026-01-01"), (0, 0, True)),
    ],
)
def test_who_is_served_first_is_told_by_campaigns_of_different_age(created, found):
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table stg_operations__run_parameters as select timestamptz '2026-02-09' as as_of;
            create table campaign_statuses as
            select unnest(['IN_PROGRESS', 'unknown']) as status, unnest([true, false]) as sends_to_waiting;
            create table heyreach_campaigns as
            select unnest(['7', '8']) as campaign_id, unnest({list(created)})::timestamptz as created_at,
                'IN_PROGRESS' as campaign_status, true as is_present;
            create table heyreach_connections as
            select campaign_id || number as connection_id, 'A' as account_id, campaign_id,
                timestamptz '2026-01-20' as created_at, number > 10 as is_waiting, number <= 10 as is_sent,
                case when number <= 10 then timestamptz '2026-01-26' + interval (number) day end
                    as connection_sent_at
            from (values ('7'), ('8')) as campaigns (campaign_id), range(1, 15) as numbers (number);
            """
        )
        assert connection.execute(model_sql("fnd_service_order")).fetchall() == [found]
