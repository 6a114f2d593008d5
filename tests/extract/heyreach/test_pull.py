"""A pull of a workspace that lacks, refuses and garbles things: what ends it, and what is only left out."""

from email.utils import formatdate
from urllib.parse import urlsplit

import pytest

from extract.heyreach.asking import FAILURES_IN_A_ROW, SECONDS_FOR_FAILING_ADDITIONS
from extract.heyreach.observing import new_pull_id
from extract.heyreach.pull import KINDS, PARTS
from extract.workspace.errors import AuthenticationError, ProviderError, UnknownShapeError
from tests.extract.heyreach.scripted_server import Reply
from tests.extract.heyreach.scripted_workspace import (
    CAMPAIGNS,
    LISTS,
    SENDERS,
    ScriptedWorkspace,
    campaign,
    counts,
    lead,
    page,
)

LEADS = "campaign/GetLeadsFromCampaign"
SEQUENCE = "campaign/GetCampaignSequence"
BY_CAMPAIGN = "stats/GetOverallStatsByCampaign"
PAIR = "stats/GetOverallStats"
GONE = Reply({"errorMessage": "It was not found."}, status=404)
NO_ROUTE = Reply(b"", status=404)
REFUSED = Reply({"errorMessage": "No."}, status=400)
DOWN = Reply(status=503)
OTHER_SHAPE = Reply({"data": [], "total": 4})
ADDITIONS = [
    SEQUENCE,
    "list/GetAll",
    "list/GetLeadsFromList",
    BY_CAMPAIGN,
]
DAYS = "select account_id, campaign_id, stat_date, payload ->> '$.connectionsSent' from account_campaign_days"


@pytest.fixture
def workspace(tmp_path) -> ScriptedWorkspace:
    return ScriptedWorkspace(tmp_path)


def outcomes(workspace: ScriptedWorkspace, resource: str) -> dict[str, str]:
    """Scope -> outcome of the newest pull."""
    return dict(
        workspace.query(
            "select scope_id, outcome from pulls "
            f"where resource = '{resource}' and pull_id = (select max(pull_id) from pulls)"
        )
    )


# What is needed, and what only adds


def test_every_table_a_pull_fills_is_either_needed_or_an_addition():
    for kind in KINDS:
        parts = [part for part in PARTS if kind in part.kinds]
        resources = [name for part in parts for name in part.resources]
        assert len(resources) == len(set(resources)), kind
        # What is needed comes first: an outage costs no addition's time before it is known.
        assert [part.is_needed for part in parts] == sorted((part.is_needed for part in parts), reverse=True)


@pytest.mark.parametrize("path", ADDITIONS)
@pytest.mark.parametrize(
    "reply", [NO_ROUTE, REFUSED, DOWN, OTHER_SHAPE, Reply([1]), Reply({"byDayStats": {"x": 1}})]
)
def test_an_addition_that_fails_never_ends_a_pull(workspace, path, reply):
    workspace.routes[path] = lambda body: reply
    result = workspace.pull()
    assert result.is_complete
    assert outcomes(workspace, "campaign_leads") == dict.fromkeys(map(str, CAMPAIGNS), "complete")
    assert outcomes(workspace, "pull") == {"": "complete"}
    assert workspace.query("select bool_and(is_complete) from pulls where is_needed") == [(True,)]
    # One line for a part, however many of its scopes failed; a list that is refused has a line of its own.
    assert len(result.warnings) <= (len(LISTS) if "Leads" in path else 1)


@pytest.mark.parametrize("path", ADDITIONS[:3])
def test_an_addition_that_fails_is_incomplete_with_its_reason(workspace, path):
    workspace.routes[path] = lambda body: DOWN
    (warning,) = workspace.pull().warnings
    assert "answered 503" in warning
    incomplete = workspace.query("select resource, is_needed, note from pulls where outcome = 'incomplete'")
    assert incomplete
    for resource, is_needed, note in incomplete:
        assert resource in warning
        assert is_needed is False
        assert "answered 503" in note


def test_a_route_that_fails_alike_is_given_up_for_this_pull(workspace):
    workspace.routes["list/GetLeadsFromList"] = lambda body: DOWN
    started = workspace.clock()
    workspace.pull()
    asked = {
        request.body["listId"] for request in workspace.asked if request.path.startswith("list/GetLeads")
    }
    assert asked == set(LISTS[:FAILURES_IN_A_ROW])
    assert outcomes(workspace, "list_leads") == dict.fromkeys(map(str, LISTS), "incomplete")
    assert workspace.clock() - started < SECONDS_FOR_FAILING_ADDITIONS
    notes = workspace.query(f"select note from pulls where scope_id = '{LISTS[-1]}' and requests = 0")
    assert [note for (note,) in notes if note.startswith("not asked: ")]


def test_a_list_that_fails_takes_no_other_with_it(workspace):
    good = workspace.routes["list/GetLeadsFromList"]
    workspace.routes["list/GetLeadsFromList"] = (
        lambda body: DOWN if body["listId"] == LISTS[1] else good(body)
    )
    workspace.pull()
    assert outcomes(workspace, "list_leads") == {
        str(number): "incomplete" if number == LISTS[1] else "complete" for number in LISTS
    }


def test_additions_may_waste_only_so_much_time(workspace, monkeypatch):
    monkeypatch.setattr("extract.heyreach.asking.SECONDS_FOR_FAILING_ADDITIONS", 1.0)
    workspace.routes[SEQUENCE] = lambda body: DOWN
    workspace.pull()
    assert workspace.requests(SEQUENCE) == 8  # one question, as often as the client tries
    assert workspace.requests("list/GetAll") == 0
    assert set(outcomes(workspace, "account_campaign_days").values()) == {"incomplete"}


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("path", [LEADS, *ADDITIONS])
def test_a_refused_key_ends_a_pull_at_once(workspace, path, status):
    workspace.routes[path] = lambda body: Reply(b"Invalid API key", status=status)
    with pytest.raises(AuthenticationError):
        workspace.pull()
    assert workspace.requests(path) == 1
    assert urlsplit(workspace.asked[-1].path).path == path
    assert workspace.query("select count(*) from pulls") == [(0,)]


@pytest.mark.parametrize("path", ["li_account/GetAll", "campaign/GetAll"])
@pytest.mark.parametrize("reply", [OTHER_SHAPE, NO_ROUTE, REFUSED, DOWN])
def test_without_senders_or_campaigns_there_is_no_pull(workspace, path, reply):
    workspace.routes[path] = lambda body: reply
    with pytest.raises(ProviderError, match=path):
        workspace.pull()


@pytest.mark.parametrize("reply", [OTHER_SHAPE, NO_ROUTE, REFUSED, DOWN])
def test_a_campaign_that_can_not_be_read_makes_the_pull_incomplete_and_is_named(workspace, reply):
    good = workspace.routes[LEADS]
    workspace.routes[LEADS] = lambda body: reply if body["campaignId"] == CAMPAIGNS[1] else good(body)
    result = workspace.pull()
    assert not result.is_complete
    assert any(
        str(CAMPAIGNS[1]) in line and LEADS in line and "incomplete" in line for line in result.warnings
    )
    assert outcomes(workspace, "campaign_leads") == {
        str(number): "incomplete" if number == CAMPAIGNS[1] else "complete" for number in CAMPAIGNS
    }
    assert outcomes(workspace, "pull") == {"": "incomplete"}
    assert outcomes(workspace, "lists") == {"USER_LIST": "complete", "COMPANY_LIST": "complete"}


def test_an_unknown_shape_is_named_with_route_and_field(workspace):
    workspace.routes[LEADS] = lambda body: OTHER_SHAPE
    with pytest.raises(UnknownShapeError, match=rf"{LEADS}: the answer has no usable items"):
        workspace.pull()


@pytest.mark.parametrize("campaigns", [1, 2, 4])
@pytest.mark.parametrize("reply", [DOWN, REFUSED])
def test_leads_that_never_come_end_the_pull(workspace, campaigns, reply):
    workspace.routes["campaign/GetAll"] = lambda body: page(*map(campaign, CAMPAIGNS[:campaigns]))
    workspace.routes[LEADS] = lambda body: reply
    with pytest.raises(ProviderError, match=LEADS):
        workspace.pull()


def test_a_walk_that_breaks_off_keeps_what_had_come(workspace):
    """The ledger says so, and nobody counts as gone."""
    rows = [lead(number) for number in range(250)]

    def broken(body: dict) -> Reply:
        if body["campaignId"] != CAMPAIGNS[0]:
            return page(lead(body["campaignId"]))
        if is_broken and body["offset"] > 0:
            return OTHER_SHAPE
        return Reply({"totalCount": 250, "items": rows[body["offset"] : body["offset"] + 100]})

    workspace.routes[LEADS] = broken
    is_broken = False
    workspace.pull()
    is_broken = True
    rows[3] |= {"leadConnectionStatus": "ConnectionAccepted"}
    result = workspace.pull()
    assert not result.is_complete
    assert workspace.query(
        "select distinct_rows, total_count, is_complete, started_at < finished_at from pulls "
        f"where resource = 'campaign_leads' and scope_id = '{CAMPAIGNS[0]}' order by pull_id desc limit 1"
    ) == [(100, 250, False, True)]
    assert workspace.query("select count(*), count(payload) from campaign_leads") == [(254, 254)]


@pytest.mark.parametrize("reply", [GONE, REFUSED, DOWN, OTHER_SHAPE])
@pytest.mark.parametrize(
    ("path", "resource"), [(LEADS, "campaign_leads"), ("list/GetLeadsFromList", "list_leads")]
)
def test_what_ends_between_two_pages_stands_in_the_ledger_once(workspace, path, resource, reply):
    """Gone where HeyReach says so, else incomplete; and nobody counts as gone from it."""

    def ending(body: dict) -> Reply:
        rows = [lead(number, profileUrl=f"https://linkedin.com/in/{number}") for number in range(90)]
        return reply if body["offset"] else Reply({"totalCount": 250, "items": rows})

    scope = str((CAMPAIGNS if path == LEADS else LISTS)[0])
    good = workspace.routes[path]
    workspace.routes[path] = lambda body: ending(body) if scope in map(str, body.values()) else good(body)
    workspace.pull()
    expected = "gone" if reply is GONE else "incomplete"
    assert workspace.query(
        f"select outcome from pulls where resource = '{resource}' and scope_id = '{scope}'"
    ) == [(expected,)]
    assert workspace.query("select count(*) from pulls group by resource, scope_id having count(*) > 1") == []


def test_what_vanishes_while_it_is_read_is_gone_and_missing_from_nothing(workspace):
    leads, members = workspace.routes[LEADS], workspace.routes["list/GetLeadsFromList"]
    workspace.routes[LEADS] = lambda body: GONE if body["campaignId"] == CAMPAIGNS[0] else leads(body)
    workspace.routes["list/GetLeadsFromList"] = (
        lambda body: GONE if body["listId"] == LISTS[0] else members(body)
    )
    workspace.routes[SEQUENCE] = lambda body: GONE
    workspace.routes[BY_CAMPAIGN] = lambda body: GONE
    result = workspace.pull()
    assert result.is_complete
    assert outcomes(workspace, "campaign_leads")[str(CAMPAIGNS[0])] == "gone"
    assert outcomes(workspace, "list_leads")[str(LISTS[0])] == "gone"
    assert set(outcomes(workspace, "campaign_sequences").values()) == {"gone"}
    assert workspace.query("select count(*) from pulls where not is_complete") == [(0,)]


@pytest.mark.parametrize(
    "row",
    [
        {"campaignAccountIds": 5, "status": ["x"], "creationTime": "soon", "linkedInUserListId": None},
        {"campaignAccountIds": None, "status": None, "creationTime": 7},
        {"campaignAccountIds": [None], "startedAt": {}},
    ],
)
def test_an_odd_campaign_ends_no_pull(workspace, row):
    workspace.routes["campaign/GetAll"] = lambda body: page(
        campaign(CAMPAIGNS[0], **row), campaign(CAMPAIGNS[1])
    )
    assert workspace.pull().is_complete
    assert workspace.pull("daily").is_complete


# Sequences


@pytest.mark.parametrize("reply", [Reply(b""), Reply(b"null"), Reply(b"", status=204)])
def test_a_campaign_without_a_sequence_is_an_answer(workspace, reply):
    good = workspace.routes[SEQUENCE]
    workspace.routes[SEQUENCE] = lambda body: reply if body["campaignId"] == CAMPAIGNS[0] else good(body)
    result = workspace.pull()
    assert result.warnings == []
    assert workspace.requests(SEQUENCE) == len(CAMPAIGNS)
    assert outcomes(workspace, "campaign_sequences") == dict.fromkeys(map(str, CAMPAIGNS), "complete")
    none = f"select count(*), count(payload) from campaign_sequences where campaign_id = '{CAMPAIGNS[0]}'"
    assert workspace.query(none) == [(1, 0)]
    workspace.pull()
    assert workspace.query(none) == [(1, 0)]  # no news
    workspace.routes[SEQUENCE] = good
    workspace.pull()
    assert workspace.query(none) == [(2, 1)]


def test_a_sequence_that_can_not_be_read_is_none_of_that(workspace):
    good = workspace.routes[SEQUENCE]
    workspace.routes[SEQUENCE] = lambda body: REFUSED if body["campaignId"] == CAMPAIGNS[0] else good(body)
    (warning,) = workspace.pull().warnings
    assert f"campaign_sequences {CAMPAIGNS[0]}" in warning
    assert "expiry_days" in warning
    assert workspace.query("select count(*) from campaign_sequences") == [(len(CAMPAIGNS) - 1,)]


# Daily counts


def test_daily_counts_take_one_request_a_sender_and_are_read_by_pair(workspace):
    workspace.pull()
    assert workspace.requests(BY_CAMPAIGN) == len(SENDERS)
    assert workspace.requests(PAIR) == 0
    (body,) = {
        tuple(sorted((name, str(value)) for name, value in request.body.items() if name != "accountIds"))
        for request in workspace.asked
        if request.path == BY_CAMPAIGN
    }
    assert dict(body)["campaignIds"] == "[]"
    assert dict(body)["startDate"] == "2026-01-01T00:00:00.000Z"
    pairs = {f"{sender}/{number}" for sender in SENDERS for number in CAMPAIGNS}
    assert outcomes(workspace, "account_campaign_days") == dict.fromkeys(pairs, "complete")
    assert workspace.query("select sum(requests) from pulls where resource = 'account_campaign_days'") == [
        (2,)
    ]
    assert sorted(workspace.query(DAYS)) == [
        (str(sender), str(number), "2026-01-05", "2") for sender in SENDERS for number in CAMPAIGNS
    ]


@pytest.mark.parametrize(
    ("reply", "requests", "is_named"),
    [
        (NO_ROUTE, 1, False),
        (Reply(b"", status=405), 1, False),
        (REFUSED, len(SENDERS), False),
        (Reply({"overallStats": []}), 1, True),
        (Reply({"byDayStats": {"2026-01-05": {"connectionsSent": 1}}}), 1, True),
        (Reply({"byDayStats": {"2026-01-05": [{"connectionsSent": 1, "connectionsAccepted": 1}]}}), 1, True),
        (Reply({"byDayStats": {"2026-01-05": [{"campaignId": 40001, "sent": 1}]}}), 1, True),
        (Reply({"byDayStats": {"January": []}}), 1, True),
    ],
    ids=["no route", "wrong verb", "refused", "no days", "no array", "no campaign", "no counts", "no day"],
)
def test_without_counts_by_campaign_each_pair_is_asked(workspace, reply, requests, is_named):
    workspace.pull()
    same = sorted(workspace.query(DAYS))
    other = ScriptedWorkspace(workspace.folder / "other")
    other.routes[BY_CAMPAIGN] = lambda body: reply
    warnings = other.pull().warnings
    assert [BY_CAMPAIGN in line and "byDayStats" in line for line in warnings] == [True] * is_named
    assert other.requests(BY_CAMPAIGN) == requests
    assert other.requests(PAIR) == len(SENDERS) * len(CAMPAIGNS)
    assert sorted(other.query(DAYS)) == same
    assert outcomes(other, "account_campaign_days") == outcomes(workspace, "account_campaign_days")


def test_either_route_tells_the_same_so_that_changing_it_is_no_news(workspace):
    by_campaign = workspace.routes.pop(BY_CAMPAIGN)
    workspace.pull()
    workspace.routes[BY_CAMPAIGN] = by_campaign
    for rows in workspace.days.values():
        for row in rows:
            row.update(campaignName="Renamed", isCampaignDeleted=True)
    assert workspace.pull().rows_landed == 0


@pytest.mark.parametrize("is_by_campaign", [True, False])
def test_counts_that_heyreach_takes_back_are_seen(workspace, is_by_campaign):
    """A day that vanishes, a campaign that vanishes from the answer, and a day that is sent as 0."""
    if not is_by_campaign:
        del workspace.routes[BY_CAMPAIGN]
    workspace.days["2026-01-06T00:00:00Z"] = [counts(1, campaignId=number) for number in CAMPAIGNS]
    workspace.pull()
    del workspace.days["2026-01-06T00:00:00Z"]
    workspace.days["2026-01-05T00:00:00Z"][:2] = [counts(0, campaignId=CAMPAIGNS[1])]
    workspace.pull()
    newest = dict.fromkeys(())
    for campaign_id, day, sent in workspace.query(
        "select campaign_id, stat_date, arg_max(coalesce(payload ->> '$.connectionsSent', 'none'), pull_id) "
        f"from account_campaign_days where account_id = '{SENDERS[0]}' group by all"
    ):
        newest[int(campaign_id), day] = sent
    first, second, third, fourth = CAMPAIGNS
    assert newest == {
        (first, "2026-01-05"): "none",
        (second, "2026-01-05"): "0",
        (third, "2026-01-05"): "2",
        (fourth, "2026-01-05"): "2",
        **{(number, "2026-01-06"): "none" for number in CAMPAIGNS},
    }
    assert set(outcomes(workspace, "account_campaign_days").values()) == {"complete"}


def test_an_answer_without_any_day_is_not_believed_where_there_were_counts(workspace):
    workspace.pull()
    workspace.routes[BY_CAMPAIGN] = lambda body: Reply({"byDayStats": {}, "overallStats": []})
    assert workspace.pull().rows_landed == 0
    assert workspace.requests(PAIR) == len(SENDERS) * len(CAMPAIGNS)


def test_a_deleted_campaign_goes_on_being_counted(workspace):
    workspace.pull()
    left = CAMPAIGNS[1:]
    workspace.routes["campaign/GetAll"] = lambda body: page(*map(campaign, left))
    never_seen = counts(5, campaignId=49999, campaignName="Old", isCampaignDeleted=True)
    workspace.days["2026-01-06T00:00:00Z"] = [counts(1, 1, campaignId=CAMPAIGNS[0]), never_seen]
    workspace.pull()
    assert outcomes(workspace, "account_campaign_days")[f"{SENDERS[0]}/{CAMPAIGNS[0]}"] == "complete"
    added = workspace.query(f"{DAYS} where stat_date = '2026-01-06' and account_id = '{SENDERS[0]}'")
    # One that was deleted before anybody looked has counts, and no leads that they could be compared with.
    assert {(campaign_id, sent) for _, campaign_id, _, sent in added} == {
        (str(CAMPAIGNS[0]), "1"),
        ("49999", "5"),
    }
    assert f"{SENDERS[0]}/49999" not in outcomes(workspace, "account_campaign_days")


# Clocks


def test_pulls_sort_as_they_were_made_whatever_this_machines_clock_says():
    first = new_pull_id("20990101T000000000000-abcdef")
    assert first > "20990101T000000000000-abcdef"
    assert new_pull_id(first) > first
    assert new_pull_id("bench") < "2100"
    assert new_pull_id() < "2100"


def test_news_is_told_by_pull_where_heyreachs_clock_was_set_back(workspace):
    """Seen as sent by a clock that was ahead, then accepted, then as sent again by the right one."""
    times = iter((1768456800, 1768446000, 1768447000))  # 06:00, 03:00 and 03:16 of one day
    warned = []
    for status in ("ConnectionSent", "ConnectionAccepted", "ConnectionSent"):
        workspace.date = formatdate(next(times), usegmt=True)
        workspace.routes[LEADS] = lambda body, status=status: page(
            lead(body["campaignId"], leadConnectionStatus=status)
        )
        warned.append([line for line in workspace.pull().warnings if "clock" in line])
    assert workspace.query(
        "select payload ->> '$.leadConnectionStatus' from campaign_leads "
        f"where campaign_id = '{CAMPAIGNS[0]}' order by pull_id"
    ) == [("ConnectionSent",), ("ConnectionAccepted",), ("ConnectionSent",)]
    assert warned[0] == []
    assert "2026-01-15T03:00:01Z" in warned[1][0]
    assert "2026-01-15T06:00:01Z" in warned[1][0]


def test_a_date_before_what_rows_tell_is_named_with_both_times(workspace):
    workspace.date = formatdate(1768446000, usegmt=True)  # 2026-01-15 03:00:00
    workspace.routes[LEADS] = lambda body: page(lead(1, lastActionTime="2026-01-15T05:30:00.1234567Z"))
    (warning,) = workspace.pull().warnings
    assert "2026-01-15T05:30:00Z" in warned_times(warning)
    assert any(time.startswith("2026-01-15T02:59:5") for time in warned_times(warning))


def test_an_action_of_this_minute_and_a_text_contradict_no_clock(workspace):
    workspace.date = formatdate(1768446000, usegmt=True)
    workspace.routes[LEADS] = lambda body: page(
        lead(1, lastActionTime="2026-01-15T03:00:30Z"),
        lead(2, lastActionTime="yesterday"),
        lead(3, lastActionTime=None),
    )
    assert workspace.pull().warnings == []


def warned_times(line: str) -> list[str]:
    return [word.strip(":,.") for word in line.split() if word.startswith("2026-")]


def test_both_clocks_are_kept_and_every_row_knows_its_request(workspace):
    workspace.date = formatdate(1768446000, usegmt=True)
    workspace.pull()
    assert workspace.query(
        "select count(*) from pulls where outcome <> 'gone' and (received_at is null "
        "or received_at - now() > interval 1 minute or now() - received_at > interval 1 minute)"
    ) == [(0,)]
    numbers = "select distinct request_number from {}"
    assert workspace.query(numbers.format("sender_accounts")) == [(1,)]
    assert workspace.query(numbers.format("campaigns")) == [(2,)]
    assert sorted(workspace.query(numbers.format("campaign_leads"))) == [(3,), (4,), (5,), (6,)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_pull_long_after_everything_happened_is_whole(workspace, kind):
    workspace.date = formatdate(1774000000, usegmt=True)  # late in March
    assert workspace.pull(kind).is_complete
