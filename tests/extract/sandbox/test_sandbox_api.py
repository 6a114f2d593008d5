import re
from collections import Counter
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from extract.sandbox import DEMO_END, DEMO_START
from extract.sandbox.activity import single_precision
from extract.sandbox.api import ORGANISATION_KEY, SandboxApi
from extract.sandbox.limits import RateLimit

LEADS = "campaign/GetLeadsFromCampaign"
STATS = "stats/GetOverallStats"

CAMPAIGN_KEYS = {
    "id", "name", "creationTime", "startedAt", "linkedInUserListId", "linkedInUserListName",
    "campaignAccountIds", "status", "progressStats", "excludeInOtherCampaigns",
    "excludeHasOtherAccConversations", "excludeContactedFromSenderInOtherCampaign", "excludeListId",
    "excludeFromCompanyBlacklist", "excludeFromLeadBlacklist", "organizationUnitId",
}  # fmt: skip
ACCOUNT_KEYS = {
    "id", "emailAddress", "firstName", "lastName", "profileUrl", "isActive", "activeCampaigns", "authIsValid",
    "isValidNavigator", "isValidRecruiter", "connectionRequestCooldown", "connectionNoteCooldown",
    "inMailCooldown", "searchCooldown", "accountLimits",
}  # fmt: skip
LEAD_KEYS = {
    "id", "linkedInUserProfileId", "linkedInUserProfile", "lastActionTime", "failedTime", "creationTime",
    "leadCampaignStatus", "leadConnectionStatus", "leadMessageStatus", "errorCode",
    "leadCampaignStatusMessage", "linkedInSenderId", "linkedInSenderFullName",
}  # fmt: skip
PROFILE_KEYS = {
    "linkedin_id", "profileUrl", "firstName", "lastName", "headline", "imageUrl", "location", "companyName",
    "companyUrl", "position", "about", "connections", "followers", "emailAddress", "enrichedEmailAddress",
    "customEmailAddress",
}  # fmt: skip
LIST_KEYS = {"id", "name", "totalItemsCount", "listType", "creationTime", "campaignIds"}
LIST_LEAD_KEYS = PROFILE_KEYS | {"id", "tags", "autoTags", "customFields"}
COMPANY_KEYS = {
    "name", "description", "industry", "imageUrl", "companySize", "employeesOnLinkedIn", "location",
    "specialities", "website",
}  # fmt: skip
STATS_KEYS = {
    "profileViews", "postLikes", "follows", "messagesSent", "totalMessageStarted", "totalMessageReplies",
    "inmailMessagesSent", "totalInmailStarted", "totalInmailReplies", "connectionsSent",
    "connectionsAccepted", "messageReplyRate", "inMailReplyRate", "connectionAcceptanceRate",
    "autoTaggedInterested", "totalAutoTagged", "uniqueLeadsContacted",
}  # fmt: skip

PAGED = {
    "li_account/GetAll": ({}, ACCOUNT_KEYS, 100),
    "campaign/GetAll": ({}, CAMPAIGN_KEYS, 100),
    LEADS: ({"campaignId": 40101}, LEAD_KEYS, 100),
    "list/GetAll": ({}, LIST_KEYS, 100),
    "list/GetLeadsFromList": ({"listId": 60101}, LIST_LEAD_KEYS, 1000),
    "list/GetCompaniesFromList": ({"listId": 60191}, COMPANY_KEYS, 1000),
}


@pytest.mark.parametrize("route", PAGED)
def test_paged_routes_answer_total_and_items_up_to_their_own_limit(sandbox, route):
    body, keys, limit = PAGED[route]
    page = sandbox.read(route, offset=0, limit=limit, **body)
    assert set(page) == {"totalCount", "items"}
    assert page["items"]
    assert all(keys <= set(row) for row in page["items"])
    assert len(sandbox.rows(route, limit=7, **body)) == page["totalCount"]
    assert sandbox.client.post(route, json={"offset": 0, "limit": limit + 1, **body}).status_code == 400
    assert sandbox.read(route, offset=page["totalCount"], limit=limit, **body)["items"] == []


def test_campaign_lead_rows_carry_profiles_without_custom_fields(all_lead_rows):
    rows = all_lead_rows().values()
    assert all(set(row) == LEAD_KEYS for row in rows)
    assert all(set(row["linkedInUserProfile"]) == PROFILE_KEYS for row in rows)


def test_pages_add_up_to_the_total_without_repeats(sandbox, world):
    ids = [
        row["id"]
        for campaign in sandbox.rows("campaign/GetAll")
        for row in sandbox.rows(LEADS, campaignId=campaign["id"])
    ]
    assert len(ids) == len(set(ids)) == len(world.leads)


def test_by_id_routes_mirror_the_list_rows(sandbox):
    for route, name, rows in (
        ("campaign/GetById", "campaignId", sandbox.rows("campaign/GetAll")),
        ("list/GetById", "listId", sandbox.rows("list/GetAll")),
        ("li_account/GetById", "accountId", sandbox.rows("li_account/GetAll")),
    ):
        assert sandbox.client.get(route, params={name: rows[0]["id"]}).json() == rows[0]
        assert sandbox.client.get(route, params={name: 1}).status_code == 404
        assert sandbox.client.get(route, params={name: "one"}).status_code == 400


def test_the_sequence_tells_when_requests_are_withdrawn(sandbox):
    tree = sandbox.client.get("campaign/GetCampaignSequence", params={"campaignId": 40102}).json()
    request = tree["unconditionalNode"]
    assert tree["nodeType"] == "CHECK_IS_CONNECTION"
    assert request["nodeType"] == "CONNECTION_REQUEST"
    assert request["payload"]["toBeWithdrawnAfterDays"] == 14


def test_the_network_of_a_sender_is_paged_by_number_and_holds_its_connections(sandbox, world):
    truth = world.truth(DEMO_END)["leads"]
    connected = [
        lead
        for lead in truth
        if lead["account_id"] == 50105 and (lead["accepted_at"] or lead["already_connected"])
    ]
    body = {"senderId": 50105, "pageSize": 100}
    pages = [
        sandbox.read("MyNetwork/GetMyNetworkForSender", pageNumber=number, **body) for number in range(4)
    ]
    assert sum(len(page["items"]) for page in pages) == pages[0]["totalCount"] == len(connected)


def test_check_key_answers_an_empty_200(sandbox):
    answer = sandbox.client.get("auth/CheckApiKey")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("method", "path", "key", "status", "text"),
    [
        ("GET", "auth/CheckApiKey", "wrong", 401, "Invalid API key"),
        ("POST", "campaign/GetAll", "", 401, "Missing API key"),
        (
            "POST",
            "campaign/GetAll",
            ORGANISATION_KEY,
            200,
            "The provided API key is not a workspace-level key.",
        ),
        ("GET", "campaign/GetAll", None, 405, ""),
        ("POST", "campaign/GetById", None, 405, ""),
        ("POST", "campaign/GetCampaignLeads", None, 404, ""),
        ("POST", "campaign/DeleteCampaign", None, 404, ""),
    ],
)
def test_wrong_keys_verbs_and_routes(sandbox, method, path, key, status, text):
    headers = {} if key is None else {"X-API-KEY": key}
    answer = sandbox.client.request(method, path, headers=headers, json={"offset": 0, "limit": 1})
    assert (answer.status_code, answer.text) == (status, text)
    assert status != 401 or "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        (LEADS, {"offset": 0, "limit": 10}, "CampaignId"),
        (LEADS, {"campaignId": "40101"}, "CampaignId"),
        (LEADS, {"campaignId": 40101, "limit": 101}, "Limit"),
        (LEADS, {"campaignId": 40101, "limit": "10"}, "Limit"),
        (LEADS, {"campaignId": 40101, "offset": -1}, "Offset"),
        (LEADS, {"campaignId": 40101, "timeFilter": "Always"}, "TimeFilter"),
        (LEADS, {"campaignId": 40101, "timeFrom": "yesterday"}, "TimeFrom"),
        ("list/GetLeadsFromList", {"limit": 10}, "ListId"),
        ("campaign/GetAll", {"accountIds": ["50101"]}, "AccountIds"),
        (STATS, {"campaignIds": []}, "AccountIds"),
        (STATS, {"accountIds": []}, "CampaignIds"),
        ("MyNetwork/GetMyNetworkForSender", {"senderId": 50101, "pageSize": 101}, "PageSize"),
    ],
)
def test_bad_requests_name_the_field_in_pascal_case(sandbox, route, body, field):
    answer = sandbox.client.post(route, json=body)
    problem = answer.json()
    assert answer.status_code == problem["status"] == 400
    assert list(problem["errors"]) == [field]
    assert "traceId" in problem


def test_a_body_that_is_no_json_object_is_refused(sandbox):
    for content in (b"", b"[]", b"{"):
        assert sandbox.client.post("campaign/GetAll", content=content).status_code == 400


def test_unknown_keys_are_ignored_and_empty_filters_mean_all(sandbox):
    everything = sandbox.read("campaign/GetAll", offset=0, limit=100)
    assert sandbox.read("campaign/GetAll", offset=0, limit=100, campaignStatus=["DRAFT"]) == everything
    assert sandbox.read("campaign/GetAll", offset=0, limit=100, statuses=[], accountIds=[]) == everything
    drafts = sandbox.read("campaign/GetAll", offset=0, limit=100, statuses=["DRAFT"])
    assert [row["status"] for row in drafts["items"]] == ["DRAFT"]
    lists = sandbox.rows("list/GetAll", listType="COMPANY_LIST")
    assert [row["id"] for row in lists] == [60191]


def test_leads_can_be_filtered_by_time(sandbox):
    rows = sandbox.rows(LEADS, campaignId=40101)
    since = "2026-01-10T00:00:00Z"
    recent = sandbox.rows(LEADS, campaignId=40101, timeFilter="LastActionTakenTime", timeFrom=since)
    assert 0 < len(recent) < len(rows)
    assert {row["id"] for row in recent} == {
        row["id"] for row in rows if row["lastActionTime"] and row["lastActionTime"] >= since
    }
    assert sandbox.rows(LEADS, campaignId=40101, timeFrom=since) == rows


def test_list_rows_can_be_looked_up_by_url(sandbox):
    row = sandbox.rows("list/GetLeadsFromList", listId=60101)[5]
    found = sandbox.rows("list/GetLeadsFromList", listId=60101, leadProfileUrl=row["profileUrl"])
    assert row in found
    assert len(found) < 3


def test_the_date_header_is_the_sandbox_clock(sandbox):
    now = datetime.fromisoformat("2026-01-05T10:20:30.900000+01:00")
    sandbox.set_clock(now)
    answer = sandbox.client.get("auth/CheckApiKey")
    assert parsedate_to_datetime(answer.headers["Date"]) == now.replace(microsecond=0)
    moved = sandbox.client.post(sandbox.control + "clock", json={"advance_seconds": 90}).json()
    assert moved == {"now": "2026-01-05T09:22:00Z"}


def test_statuses_advance_with_the_clock_and_never_go_back(sandbox, all_lead_rows):
    rank = {"None": 0, "ConnectionSent": 1, "ConnectionAccepted": 2}
    seen: dict[int, dict] = {}
    moves = Counter()
    actions_after_acceptance = 0
    for days in (1, 9, 16, 23, 30, 49):
        sandbox.set_clock(DEMO_START + timedelta(days=days))
        rows = all_lead_rows()
        assert set(seen) <= set(rows)
        for lead_id, before in seen.items():
            after = rows[lead_id]
            old, new = before["leadConnectionStatus"], after["leadConnectionStatus"]
            assert rank[old] <= rank[new]
            moves[old, new] += 1
            if old == "ConnectionAccepted":
                actions_after_acceptance += after["lastActionTime"] > before["lastActionTime"]
        seen = rows
    assert moves["None", "ConnectionSent"] > 100
    assert moves["ConnectionSent", "ConnectionAccepted"] > 50
    assert actions_after_acceptance > 20


def test_the_clock_can_go_back_to_the_very_same_rows(sandbox):
    early = DEMO_START + timedelta(days=10)
    sandbox.set_clock(early)
    before = sandbox.rows(LEADS, campaignId=40101)
    sandbox.set_clock(DEMO_END)
    assert sandbox.rows(LEADS, campaignId=40101) != before
    sandbox.set_clock(early)
    assert sandbox.rows(LEADS, campaignId=40101) == before


def test_nothing_shows_before_it_happened(sandbox):
    sandbox.set_clock(DEMO_START - timedelta(weeks=9))
    assert sandbox.rows("campaign/GetAll") == sandbox.rows("list/GetAll") == []
    assert sandbox.client.post(LEADS, json={"campaignId": 40101}).status_code == 404
    sandbox.set_clock(DEMO_START + timedelta(days=3))
    now = "2025-12-25T00:00:00Z"
    for row in sandbox.rows(LEADS, campaignId=40101):
        assert all(row[name] is None or row[name] <= now for name in ("creationTime", "lastActionTime"))


def test_daily_stats_equal_the_truth_for_every_account_and_campaign(sandbox, world):
    truth = world.truth(DEMO_END)["leads"]
    expected: dict[tuple[int, int], Counter] = {}
    for lead in truth:
        counts = expected.setdefault((lead["account_id"], lead["campaign_id"]), Counter())
        for kind, moment in (
            ("connectionsSent", lead["sent_at"]),
            ("connectionsAccepted", lead["accepted_at"]),
        ):
            if moment:
                counts[moment[:10] + "T00:00:00Z", kind] += 1
    assert len(expected) > 10
    for (account_id, campaign_id), counts in expected.items():
        stats = sandbox.read(STATS, accountIds=[account_id], campaignIds=[campaign_id])
        shown = {
            (day, kind): values[kind]
            for day, values in stats["byDayStats"].items()
            for kind in ("connectionsSent", "connectionsAccepted")
            if values[kind]
        }
        assert shown == counts
        assert all(set(values) == STATS_KEYS for values in stats["byDayStats"].values())
        sent, accepted = (
            sum(count for (_, kind), count in counts.items() if kind == name)
            for name in ("connectionsSent", "connectionsAccepted")
        )
        overall = stats["overallStats"]
        assert (overall["connectionsSent"], overall["connectionsAccepted"]) == (sent, accepted)
        assert overall["connectionAcceptanceRate"] == (single_precision(accepted / sent) if sent else 0)


def test_stats_keep_to_the_range_and_to_the_clock(sandbox):
    wanted = {"startDate": "2026-01-06T00:00:00.000Z", "endDate": "2026-01-07T23:59:59.999Z"}
    both = {"accountIds": [], "campaignIds": []}
    assert list(sandbox.read(STATS, **both, **wanted)["byDayStats"]) == [
        "2026-01-06T00:00:00Z",
        "2026-01-07T00:00:00Z",
    ]
    lifetime = sandbox.read(STATS, **both)
    assert sandbox.read(STATS, **both, timeFrom=wanted["startDate"]) == lifetime
    sandbox.set_clock(datetime.fromisoformat("2026-01-06T12:00:00Z"))
    assert max(sandbox.read(STATS, **both)["byDayStats"]) == "2026-01-06T00:00:00Z"


def test_stats_by_campaign_are_the_same_numbers_in_arrays(sandbox):
    span = {"startDate": "2025-12-01T00:00:00Z", "endDate": "2026-02-09T23:59:59.999Z"}
    by_campaign = sandbox.read(
        "stats/GetOverallStatsByCampaign", accountIds=[50105], campaignIds=[40101], **span
    )
    overall = sandbox.read(STATS, accountIds=[50105], campaignIds=[40101], **span)
    names = {"campaignId": 40101, "campaignName": "Platform engineers EU", "isCampaignDeleted": False}
    assert by_campaign["overallStats"] == [names | overall["overallStats"]]
    assert by_campaign["byDayStats"] == {
        day: [names | values] for day, values in overall["byDayStats"].items()
    }
    without_dates = sandbox.read("stats/GetOverallStatsByCampaign", accountIds=[], campaignIds=[])
    assert without_dates == {"byDayStats": {}, "overallStats": []}


def test_rates_have_single_precision_digits():
    assert single_precision(10 / 73) == 0.13698630
    assert single_precision(0.5) == 0.5
    assert single_precision(1 / 3) == 0.33333334


def test_the_workspace_has_the_quirks_of_a_real_one(sandbox, all_lead_rows):
    rows = all_lead_rows().values()
    profiles = [row["linkedInUserProfile"] for row in rows]
    campaigns = {row["id"]: row for row in sandbox.rows("campaign/GetAll")}
    lists = {row["id"]: row for row in sandbox.rows("list/GetAll")}

    fractions = {len(re.fullmatch(r"[^.]*?(?:\.(\d+))?Z", row["creationTime"])[1] or "") for row in rows}
    assert fractions == set(range(8))
    shapes = {re.sub(r"\d+$", "9", re.sub(r"_\w+", "_", row["linkedin_id"]))[:5] for row in profiles}
    assert shapes == {"9", "imp_", "ACoAA"}
    assert {"", None} <= {profile["position"] for profile in profiles}
    assert any(profile["firstName"] != profile["firstName"].strip() for profile in profiles)
    assert any("<" in profile["firstName"] or "|" in profile["firstName"] for profile in profiles)
    assert any("|" in campaign["name"] for campaign in campaigns.values())
    assert any("/company/" in profile["profileUrl"] for profile in profiles)
    assert any(profile["profileUrl"] == "" for profile in profiles)
    assert any(
        (row["leadConnectionStatus"], row["leadMessageStatus"]) == ("None", "MessageSent") for row in rows
    )
    assert any(
        (row["leadCampaignStatus"], row["leadConnectionStatus"]) == ("Failed", "ConnectionAccepted")
        for row in rows
    )
    assert any(campaign["progressStats"]["totalUsersInProgress"] < 0 for campaign in campaigns.values())

    draft = next(campaign for campaign in campaigns.values() if campaign["status"] == "DRAFT")
    assert draft["startedAt"] is None
    assert lists[draft["linkedInUserListId"]]["totalItemsCount"] > 100
    assert sandbox.read(LEADS, campaignId=draft["id"])["totalCount"] == 0
    paused = next(campaign for campaign in campaigns.values() if campaign["status"] == "PAUSED")
    assert paused["progressStats"]["totalUsersPending"] > 20
    assert Counter(row["listType"] for row in lists.values()) == {"USER_LIST": 8, "COMPANY_LIST": 1}


def test_senders_get_into_trouble_as_time_goes_by(sandbox, all_lead_rows):
    sandbox.set_clock(DEMO_START + timedelta(days=14))
    early = {row["id"]: row for row in sandbox.rows("li_account/GetAll")}
    assert early[50102]["connectionRequestCooldown"]
    assert early[50104]["authIsValid"]
    sandbox.set_clock(DEMO_END)
    late = {row["id"]: row for row in sandbox.rows("li_account/GetAll")}
    assert set(early) - set(late) == {50103}
    assert late[50104]["isActive"] and not late[50104]["authIsValid"]
    assert not late[50102]["connectionRequestCooldown"]
    waiting = Counter(
        row["linkedInSenderId"] for row in all_lead_rows().values() if row["leadCampaignStatus"] == "Pending"
    )
    assert waiting[50103] > 20
    assert waiting[50104] > 20
    assert late[50101]["accountLimits"]["connectioRequestLimit"] == 13


def test_custom_fields_come_only_with_list_rows_and_one_batch_has_lost_them(sandbox):
    rows = sandbox.rows("list/GetLeadsFromList", limit=1000, listId=60103)
    fields = [{field["name"]: field["value"] for field in row["customFields"]} for row in rows]
    assert 40 < sum(not row for row in fields) < 120
    known = [row for row in fields if row]
    always = {
        "source", "source_list", "icp", "batch_id", "enrichment_level", "company_region", "title",
        "company_name", "company_size", "company_industry",
    }  # fmt: skip
    assert all(always <= set(row) for row in known)
    assert {"keywords", "estimated_age"} <= set.union(*map(set, known))
    assert any("keywords" not in row for row in known)
    assert all(isinstance(value, str) for row in known for value in row.values())
    assert any(row["profileUrl"] is None for row in rows)


def test_one_person_is_listed_under_six_spellings(sandbox):
    rows = sandbox.rows("list/GetLeadsFromList", listId=60190)[-6:]
    assert len({row["profileUrl"] for row in rows}) == 6
    assert len({(row["firstName"], row["lastName"], row["headline"]) for row in rows}) == 1


def test_the_log_counts_requests_per_route(sandbox):
    sandbox.client.get(sandbox.control + "log", params={"reset": 1})
    sandbox.read("campaign/GetAll")
    sandbox.read("campaign/GetAll")
    sandbox.client.get("auth/CheckApiKey", headers={"X-API-KEY": "wrong"})
    assert sandbox.client.get(sandbox.control + "log").json() == {
        "total": 3,
        "routes": {"campaign/GetAll": 2, "auth/CheckApiKey": 1},
        "statuses": {"200": 2, "401": 1},
        "services": {},
    }


def test_control_routes_refuse_nonsense(sandbox):
    for name, body in (
        ("clock", {"now": "soon"}),
        ("faults", {"faults": [{"name": "earthquake"}]}),
        ("faults", {}),
    ):
        assert sandbox.client.post(sandbox.control + name, json=body).status_code == 400
    assert sandbox.client.post(sandbox.control + "world", json={}).status_code == 404


def test_the_rate_limit_has_a_minute_and_a_burst_window():
    limit = RateLimit(per_minute=20, per_burst=15)
    assert [limit.admits(0.0) for _ in range(16)] == [True] * 15 + [False]
    assert limit.admits(2.1)
    assert [limit.admits(10.0 + step) for step in range(5)] == [True] * 4 + [False]
    assert limit.admits(60.1)


def test_over_the_rate_limit_the_answer_is_429_without_retry_after(world):
    api = SandboxApi(world, DEMO_END, rate_limit=RateLimit(per_minute=300, per_burst=15))
    answers = [api.handle("GET", "/api/public/auth/CheckApiKey", "", api.api_key, b"") for _ in range(16)]
    assert [answer.status for answer in answers] == [200] * 15 + [429]
    assert answers[-1].headers == {}
