from collections import Counter
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from extract.heyreach.client import HeyReachClient
from extract.http.pacing import Pacer
from extract.importer.senders import (
    Sender,
    campaign_senders,
    check_named,
    distribute_by_hash,
    distribute_by_limits,
)
from extract.sandbox.process import running_sandbox
from extract.workspace.errors import ConfigurationError

CAMPAIGN = {"id": 40001, "campaignAccountIds": [50001]}
ACCOUNT = {
    "id": 50001,
    "firstName": "Dana",
    "lastName": "Example",
    "isActive": True,
    "authIsValid": True,
    "connectionRequestCooldown": False,
    "accountLimits": {"connectioRequestLimit": 25, "connectioRequestMax": 40},
}
EXPERIMENT = "short-note-2026-03"


def able(account_id, daily_limit=25, name=""):
    return Sender(str(account_id), name, daily_limit, None)


def people(count, prefix="person"):
    return [f"linkedin.com/in/{prefix}-{number}" for number in range(count)]


def sender_of(changes):
    (sender,) = campaign_senders(CAMPAIGN, [ACCOUNT | changes])
    return sender


LOGGED_OUT = sender_of({"authIsValid": False})


# The senders of a campaign


def test_a_sender_that_can_send_has_no_problem():
    assert campaign_senders(CAMPAIGN, [ACCOUNT]) == [Sender("50001", "Dana Example", 25, None)]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"isActive": False}, "inactive", id="inactive"),
        pytest.param({"authIsValid": False}, "logged out of LinkedIn", id="logged out"),
        pytest.param(
            {"accountLimits": {"connectioRequestLimit": 0}},
            "at a daily limit of 0 connection requests",
            id="limit 0",
        ),
        pytest.param({"accountLimits": {}}, "without a daily limit of connection requests", id="no limit"),
        pytest.param({"accountLimits": None}, "without a daily limit of connection requests", id="no limits"),
        pytest.param({"isActive": False, "authIsValid": False}, "inactive", id="the first of several"),
        pytest.param({"connectionRequestCooldown": True}, None, id="a cooldown passes by itself"),
    ],
)
def test_what_keeps_a_sender_from_sending(changes, problem):
    assert sender_of(changes).problem == problem


def test_a_sender_that_heyreach_lists_no_more_is_a_problem():
    assert campaign_senders(CAMPAIGN, []) == [
        Sender("50001", "", 0, "not among HeyReach's accounts any more")
    ]


@pytest.mark.parametrize(
    ("first", "last", "name"), [("Dana", None, "Dana"), (None, "Example", "Example"), (None, None, "")]
)
def test_names_may_be_missing(first, last, name):
    assert sender_of({"firstName": first, "lastName": last}).name == name


def test_senders_are_the_campaigns_own_once_each_by_number():
    accounts = [ACCOUNT | {"id": number} for number in (9, 10, 50001, 50002)]
    senders = campaign_senders({"campaignAccountIds": [50001, 10, 9, 10]}, accounts)
    assert [sender.account_id for sender in senders] == ["9", "10", "50001"]


@pytest.mark.parametrize("campaign", [{}, {"campaignAccountIds": None}, {"campaignAccountIds": []}])
def test_a_campaign_may_have_no_senders(campaign):
    assert campaign_senders(campaign, [ACCOUNT]) == []


def test_rows_of_the_api_are_understood(tmp_path):
    pages = {"offset": 0, "limit": 100, "keyword": ""}
    seen = set()
    with (
        running_sandbox() as sandbox,
        HeyReachClient(sandbox.base_url, sandbox.api_key, Pacer(0, sandbox.api_key, tmp_path)) as client,
    ):
        for week in range(0, 14):
            sandbox.set_clock(datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=week))
            accounts = client.post("li_account/GetAll", pages).data["items"]
            listed = {str(account["id"]): account for account in accounts}
            for campaign in client.post("campaign/GetAll", pages).data["items"]:
                for sender in campaign_senders(campaign, accounts):
                    seen.add(sender.problem)
                    if sender.problem is None:
                        assert listed[sender.account_id]["authIsValid"]
                        assert sender.daily_limit > 0
    assert {None, "logged out of LinkedIn"} <= seen


# By limits

limits = st.lists(st.integers(1, 40), min_size=1, max_size=8)


def test_leads_are_shared_out_by_limits_from_the_first_one_on():
    senders = [able(1, 20), able(2, 10), able(3, 5)]
    chosen = distribute_by_limits(people(14), senders)
    assert "".join(chosen) == "11211231121123"


def test_of_equals_the_first_goes_first():
    assert distribute_by_limits(people(4), [able(7), able(8)]) == ["7", "8", "7", "8"]


@given(limits, st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_every_beginning_of_the_file_is_near_the_proportion(limits, count):
    senders = [able(50_001 + place, limit) for place, limit in enumerate(limits)]
    chosen = distribute_by_limits(people(count), senders)
    given_leads = Counter()
    for number, account_id in enumerate(chosen, start=1):
        given_leads[account_id] += 1
        for sender in senders:
            share = number * sender.daily_limit / sum(limits)
            assert int(share + 1e-9) <= given_leads[sender.account_id] <= share + max(1, len(limits) - 1)


@given(limits, st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_whole_days_of_leads_fill_every_limit_exactly(limits, days):
    senders = [able(50_001 + place, limit) for place, limit in enumerate(limits)]
    chosen = Counter(distribute_by_limits(people(days * sum(limits)), senders))
    assert chosen == {sender.account_id: days * sender.daily_limit for sender in senders}


@given(limits, st.integers(0, 100), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_more_leads_change_nothing_before_them_and_names_do_not_matter(limits, count, more):
    senders = [able(50_001 + place, limit) for place, limit in enumerate(limits)]
    chosen = distribute_by_limits(people(count), senders)
    assert distribute_by_limits(people(count + more, "other"), senders)[:count] == chosen


# By hash


@given(st.permutations(range(30)), st.permutations([50_001, 50_002, 50_003]), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_a_hash_depends_on_neither_order_nor_company_nor_limits(order, account_ids, count):
    keys = people(30)
    senders = [able(50_001), able(50_002), able(50_003)]
    usual = dict(zip(keys, distribute_by_hash(keys, senders, EXPERIMENT), strict=True))
    some = [keys[place] for place in order][:count]
    others = [able(account_id, 1 + place) for place, account_id in enumerate(account_ids)]
    assert distribute_by_hash(some, others, EXPERIMENT) == [usual[key] for key in some]


def test_a_hash_is_the_same_for_ever():
    chosen = distribute_by_hash(people(12), [able(50_001), able(50_002), able(50_003)], EXPERIMENT)
    assert "".join(account_id[-1] for account_id in chosen) == "131113131122"


def test_an_analyst_recomputes_the_hash_in_sql():
    senders = [able(50_001), able(50_002), able(9)]
    keys = [*people(200), "linkedin.com/in/renée-dubrielle"]
    sql = """
        select arg_max(account_id, sha256($experiment || '|' || key || '|' || account_id))
        from unnest($keys) with ordinality as leads(key, place), unnest($account_ids) as accounts(account_id)
        group by place
        order by place
    """
    values = {
        "experiment": EXPERIMENT,
        "keys": keys,
        "account_ids": [sender.account_id for sender in senders],
    }
    with duckdb.connect() as connection:
        recomputed = [account_id for (account_id,) in connection.execute(sql, values).fetchall()]
    assert distribute_by_hash(keys, senders, EXPERIMENT) == recomputed


@pytest.mark.parametrize("count", [2, 3, 7])
def test_a_hash_gives_equal_shares_in_every_part_of_the_file(count):
    senders = [able(50_001 + place, 1 + place) for place in range(count)]
    chosen = distribute_by_hash(people(8_000), senders, EXPERIMENT)
    for part in (chosen, chosen[::2], chosen[:1_000]):
        counts = Counter(part)
        assert chisquare([counts[sender.account_id] for sender in senders]).pvalue > 0.001


def test_experiments_are_independent_of_each_other():
    senders = [able(50_001), able(50_002)]
    pairs = zip(
        distribute_by_hash(people(8_000), senders, "first"),
        distribute_by_hash(people(8_000), senders, "second"),
        strict=True,
    )
    assert chisquare(list(Counter(pairs).values())).pvalue > 0.001


def test_where_a_sender_drops_out_only_its_own_people_go_to_others():
    keys, senders = people(600), [able(50_001), able(50_002), able(50_003)]
    before = distribute_by_hash(keys, senders, EXPERIMENT)
    after = distribute_by_hash(keys, senders[:2], EXPERIMENT)
    assert Counter(old for old, new in zip(before, after, strict=True) if old != new).keys() == {"50003"}


# Who can't send gets nobody

DISTRIBUTIONS = [
    pytest.param(distribute_by_limits, id="limits"),
    pytest.param(lambda keys, senders: distribute_by_hash(keys, senders, EXPERIMENT), id="hash"),
]


@pytest.mark.parametrize("distribute", DISTRIBUTIONS)
def test_only_senders_that_can_send_are_chosen(distribute):
    assert set(distribute(people(50), [LOGGED_OUT, able(50_002)])) == {"50002"}


@pytest.mark.parametrize("distribute", DISTRIBUTIONS)
def test_no_leads_need_nobody_chosen(distribute):
    assert distribute([], [able(50_001)]) == []


@pytest.mark.parametrize("distribute", DISTRIBUTIONS)
def test_without_anybody_who_can_send_each_sender_is_named_with_what_to_do(distribute):
    senders = [LOGGED_OUT, *campaign_senders({"campaignAccountIds": [50002]}, [])]
    with pytest.raises(ConfigurationError) as caught:
        distribute(people(3), senders)
    assert caught.value.problems == [
        "No sender of the campaign can send: 50001 ('Dana Example') is logged out of LinkedIn: log it in "
        "again in HeyReach, or add another one",
        "No sender of the campaign can send: 50002 is not among HeyReach's accounts any more: connect it "
        "again in HeyReach, or add another one",
    ]


@pytest.mark.parametrize("distribute", DISTRIBUTIONS)
def test_a_campaign_without_senders_is_an_error(distribute):
    with pytest.raises(ConfigurationError, match="no sender account; add one"):
        distribute(people(3), [])


# By a column of the file


def test_named_senders_that_can_send_are_fine():
    assert check_named([(2, "50001"), (3, "50002"), (4, "50001")], [able(50_001), able(50_002)]) == []


def test_each_account_that_will_not_do_has_one_line_with_its_rows():
    senders = [LOGGED_OUT, able(50_002)]
    rows = [(2, "50099"), (3, "50002"), (4, "50001"), (5, "50099"), (6, None), (7, "")]
    rows += [(number, "50001") for number in range(8, 27)]
    assert check_named(rows, senders) == [
        "rows 2 and 5: '50099' is no sender of this campaign; write one of 50001, 50002, or add it to the "
        "campaign in HeyReach",
        "rows 4, 8, 9 and 17 more: 50001 ('Dana Example') is logged out of LinkedIn: log it in again in "
        "HeyReach, or write another sender",
        "rows 6 and 7: no sender account is named; write one of 50001, 50002",
    ]


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, "row 2"),
        (2, "rows 2 and 3"),
        (3, "rows 2, 3 and 4"),
        (4, "rows 2, 3, 4 and 1 more"),
        (20, "rows 2, 3, 4 and 17 more"),
    ],
)
def test_long_lists_of_rows_are_shortened(count, shown):
    (problem,) = check_named([(2 + number, "x") for number in range(count)], [able(50_001)])
    assert problem.startswith(f"{shown}: ")
