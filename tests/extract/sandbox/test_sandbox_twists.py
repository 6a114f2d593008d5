"""Each twist shows what it says and nothing else, and the truth tells what it did."""

from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256

import orjson
import pytest

from extract.sandbox import DEMO_END, DEMO_START, ORDINARY_TWISTS, clock
from extract.sandbox.clock import DAY, HOUR, to_ticks
from extract.sandbox.process import running_sandbox
from extract.sandbox.twists import TWIST_NAMES, Twists
from extract.sandbox.twists.lists import PLACEHOLDERS
from extract.sandbox.world import World
from extract.workspace.errors import ConfigurationError
from tests.extract.sandbox.desk import LEADS, STATS, Desk

LIST_LEADS = "list/GetLeadsFromList"
BY_CAMPAIGN = "stats/GetOverallStatsByCampaign"
ALL_DAYS = {"startDate": "2025-12-01T00:00:00Z", "endDate": "2026-03-01T00:00:00Z"}
# What an untwisted demo world showed before there were twists, half-way and at its end.
CAPTURED = {
    "li_account/GetAll": ("3279999b6f0adb76", "424098e582a7c873"),
    "campaign/GetAll": ("ebda9e5f0bbae7e3", "d02ffbad01d1b911"),
    "list/GetAll": ("c109f94ed0831056", "e8c1bd1cbffad807"),
    LEADS: ("54615423511fa8e8", "e279754bfb988439"),
    STATS: ("2997c93f2527b7a8", "2b31e7a2af0fb506"),
    "truth": ("732dd21dd5ff1275", "366ace7de8806cb4"),
}


def digest(value: object) -> str:
    return sha256(orjson.dumps(value)).hexdigest()[:16]


@pytest.fixture(scope="module")
def plain() -> Desk:
    return Desk()


def test_a_world_without_twists_shows_what_it_always_showed():
    desk = Desk(leads=None)
    seen: dict[str, list[str]] = {name: [] for name in CAPTURED}
    for moment in (DEMO_START + timedelta(days=9, hours=14), DEMO_END):
        desk.at(moment)
        for route in ("li_account/GetAll", "campaign/GetAll", "list/GetAll"):
            seen[route].append(digest(desk.rows(route)))
        campaigns = [campaign["id"] for campaign in desk.rows("campaign/GetAll")]
        seen[LEADS].append(digest([desk.rows(LEADS, campaignId=number) for number in campaigns]))
        seen[STATS].append(digest(orjson.loads(desk.post(STATS, accountIds=[], campaignIds=[]).body)))
        truth = desk.truth()
        for lead in truth["leads"]:
            for told_later in ("replied_at", "replied_again_at", "meeting_at"):
                del lead[told_later]
        seen["truth"].append(digest(truth))
    assert {name: tuple(digests) for name, digests in seen.items()} == CAPTURED


@pytest.mark.parametrize("name", TWIST_NAMES)
def test_a_twist_is_the_same_for_the_same_seed_and_tells_what_it_did(name):
    one, other = (World.generate("boutique", 3, 300, start=DEMO_START, twists=[name]) for _ in range(2))
    told = one.truth(DEMO_END)["twists"]
    assert told == other.truth(DEMO_END)["twists"]
    assert told[name]
    assert one.histories == other.histories


def test_every_twist_leaves_every_route_readable():
    both_shapes = "connected_before_none"
    desk = Desk(*(name for name in TWIST_NAMES if name != both_shapes))
    for days in (3, 20, 33, 48):
        desk.at(DEMO_START + timedelta(days=days))
        assert len(desk.leads()) > 50
        for member in desk.rows("list/GetAll"):
            if member["listType"] == "USER_LIST":
                desk.rows(LIST_LEADS, 1000, listId=member["id"])


def test_unknown_twists_and_two_that_exclude_each_other_are_refused():
    with pytest.raises(ConfigurationError, match="Unknown sandbox twist 'rain'"):
        Twists(["rain"])
    with pytest.raises(ConfigurationError, match="not both"):
        Twists(["connected_before_none", "connected_before_accepted"])


def test_the_command_line_takes_names_or_a_json_array():
    assert Twists.read("list_deleted, placeholders") == ["list_deleted", "placeholders"]
    assert Twists.read('[{"name": "skewed_clock", "hours": 3}]') == [{"name": "skewed_clock", "hours": 3}]
    assert Twists.read("") == []
    with pytest.raises(ConfigurationError, match="no JSON array"):
        Twists.read("[list_deleted]")


@pytest.mark.parametrize(
    ("answer", "status", "body"), [("empty", 200, b""), ("null", 200, b"null"), ("no_content", 204, b"")]
)
def test_a_draft_without_a_sequence_answers_nothing(answer, status, body):
    desk = Desk({"name": "empty_sequences", "answer": answer})
    given = desk.get("campaign/GetCampaignSequence", "campaignId=40107")
    assert (given.status, given.body) == (status, body)
    assert desk.get("campaign/GetCampaignSequence", "campaignId=40101").body.startswith(b"{")
    assert desk.did("empty_sequences")["answers"] == {"40107": answer}


def test_requests_that_are_never_withdrawn_stay_open():
    desk = Desk({"name": "never_withdrawn", "campaigns": [40102]})
    tree = orjson.loads(desk.get("campaign/GetCampaignSequence", "campaignId=40102").body)
    assert tree["unconditionalNode"]["payload"]["toBeWithdrawnAfterDays"] is None
    ends = Counter(
        lead["campaign_id"] for lead in desk.true_leads().values() if lead["withdrawn_at"] is not None
    )
    assert ends[40102] == 0
    assert ends[40101] > 0


@pytest.mark.parametrize(
    ("name", "connection"),
    [("connected_before_accepted", "ConnectionAccepted"), ("connected_before_none", "None")],
)
def test_people_connected_before_are_never_asked_and_never_counted(name, connection):
    desk = Desk({"name": name, "share": 0.5, "campaigns": [40101]})
    rows, truth = desk.leads(), desk.true_leads()
    before = {key for key, lead in truth.items() if lead["already_connected"]}
    of_campaign = {key for key in before if truth[key]["campaign_id"] == 40101}
    begun = [key for key, row in rows.items() if row["leadCampaignStatus"] != "Pending"]
    assert 0.35 < len(of_campaign) / sum(truth[key]["campaign_id"] == 40101 for key in begun) < 0.65
    assert {rows[key]["leadConnectionStatus"] for key in before} == {connection}
    assert {rows[key]["leadCampaignStatus"] for key in before} <= {"Finished", "InSequence"}
    assert (
        {truth[key]["sent_at"] for key in before} == {truth[key]["accepted_at"] for key in before} == {None}
    )
    counts = desk.counts()
    assert counts["connectionsSent"] == sum(lead["sent_at"] is not None for lead in truth.values())
    assert counts["connectionsAccepted"] == sum(lead["accepted_at"] is not None for lead in truth.values())
    messages = Counter(rows[key]["leadMessageStatus"] for key in of_campaign)
    assert messages["MessageSent"] > 0
    assert (messages["None"] > 0) == (name == "connected_before_accepted")


def test_accepted_rows_leave_one_campaign_days_later_and_no_other_does(plain):
    desk = Desk({"name": "removed_after_accept", "campaign": 40101, "days": 3})
    rows, truth = desk.leads(), desk.true_leads()
    gone = truth.keys() - rows.keys()
    now = clock.iso(desk.api.now - 3 * DAY)
    due = {
        key
        for key, lead in truth.items()
        if lead["campaign_id"] == 40101 and lead["accepted_at"] and lead["accepted_at"] <= now
    }
    assert gone == due
    assert len(gone) > 20
    assert desk.counts()["connectionsAccepted"] == plain.counts()["connectionsAccepted"]


def test_a_deleted_campaign_is_gone_but_for_its_counts():
    desk = Desk({"name": "campaign_deleted", "campaign": 40101, "after": 0.6}, leads=None)
    did = desk.did("campaign_deleted")
    assert did["waiting"] > 0
    assert desk.get("campaign/GetById", "campaignId=40101").status == 404
    assert desk.post(LEADS, campaignId=40101, offset=0, limit=10).status == 404
    assert 40101 not in {row["id"] for row in desk.rows("campaign/GetAll")}
    told = orjson.loads(desk.post(BY_CAMPAIGN, accountIds=[], campaignIds=[], **ALL_DAYS).body)
    deleted = {row["campaignId"]: row["isCampaignDeleted"] for row in told["overallStats"]}
    assert deleted[40101] is True
    assert deleted[40102] is False
    last = max(
        lead["accepted_at"] or lead["sent_at"]
        for lead in desk.true_leads().values()
        if lead["campaign_id"] == 40101 and lead["sent_at"]
    )
    assert last < did["deleted_at"]
    before = datetime.fromisoformat(did["deleted_at"]) - timedelta(hours=1)
    assert 40101 in {row["id"] for row in desk.at(before).rows("campaign/GetAll")}


def test_a_deleted_list_is_gone_while_its_campaign_names_it_on():
    desk = Desk("list_deleted")
    list_id = desk.did("list_deleted")["list"]
    assert desk.post(LIST_LEADS, listId=list_id, offset=0, limit=10).status == 404
    assert list_id not in {row["id"] for row in desk.rows("list/GetAll")}
    assert list_id in {row["linkedInUserListId"] for row in desk.rows("campaign/GetAll")}


def test_an_exchanged_list_holds_half_of_the_people_again_with_other_fields():
    desk = Desk({"name": "list_exchanged", "campaign": 40101, "after": 0.5})
    did = desk.did("list_exchanged")
    old, new = did["list"], did["new_list"]

    def sources(list_id: int) -> dict[str, str]:
        rows = desk.rows(LIST_LEADS, 1000, listId=list_id)
        fields = {row["profileUrl"]: {f["name"]: f["value"] for f in row["customFields"]} for row in rows}
        return {url: row["source"] for url, row in fields.items() if url and "source" in row}

    def list_of_campaign() -> int:
        [row] = [row for row in desk.rows("campaign/GetAll") if row["id"] == 40101]
        return row["linkedInUserListId"]

    first, second = sources(old), sources(new)
    shared = first.keys() & second.keys()
    assert 0.35 < len(shared) / len(first) < 0.65
    assert all(first[url] != second[url] for url in shared)
    lists = Counter(
        (lead["list_id"], lead["enrolled_at"] >= did["exchanged_at"])
        for lead in desk.true_leads().values()
        if lead["campaign_id"] == 40101
    )
    assert set(lists) == {(old, False), (new, True)}
    assert list_of_campaign() == new
    desk.at(datetime.fromisoformat(did["exchanged_at"]) - timedelta(hours=2))
    assert list_of_campaign() == old


def test_rows_show_another_sender_days_after_sending_while_counts_do_not():
    desk = Desk({"name": "sender_shown_differently", "sender": 50105, "to": 50101, "share": 0.5, "days": 4})
    rows, truth = desk.leads(), desk.true_leads()
    shown = Counter(
        (rows[key]["linkedInSenderId"], rows[key]["linkedInSenderFullName"])
        for key, lead in truth.items()
        if lead["account_id"] == 50105 and lead["reassigned_at"]
    )
    assert set(shown) == {(50101, "Maren Aldous")}
    sent = sum(lead["account_id"] == 50105 and lead["sent_at"] is not None for lead in truth.values())
    assert 0.3 * sent < shown.total() < 0.6 * sent
    counts = orjson.loads(desk.post(STATS, accountIds=[50105], campaignIds=[]).body)["overallStats"]
    assert counts["connectionsSent"] == sent


def custom_fields(desk: Desk) -> list[dict[str, str]]:
    lists = [row["id"] for row in desk.rows("list/GetAll") if row["listType"] == "USER_LIST"]
    return [
        {field["name"]: field["value"] for field in row["customFields"]}
        for number in lists
        for row in desk.rows(LIST_LEADS, 1000, listId=number)
    ]


def test_placeholders_stand_in_some_fields_and_the_truth_names_them():
    desk = Desk({"name": "placeholders", "share": 0.3})
    spoilt = [row for row in custom_fields(desk) if set(row.values()) & set(PLACEHOLDERS)]
    assert {row[name] for row in spoilt for name in ("source", "icp", "batch_id")} > set(PLACEHOLDERS)
    told = [lead for lead in desk.true_leads().values() if lead["respelt"]]
    assert {name for lead in told for name in lead["respelt"]} == {"source", "icp", "batch_id"}
    assert all(lead["source"] not in PLACEHOLDERS for lead in told)


def test_white_space_strays_around_values_and_two_fields_are_misnamed():
    desk = Desk("stray_white_space")
    rows = custom_fields(desk)
    sources = {row["source"] for row in rows if "source" in row}
    assert {"clay", "clay\t", "\u00a0clay", "clay\u200b", "clay\r\n", "\nclay", "  clay "} <= sources
    misnamed = [row for row in rows if "batch-id" in row]
    assert misnamed
    assert all("Company Region" in row and "batch_id" not in row for row in misnamed)


def test_the_date_header_runs_ahead_until_some_day_while_rows_tell_the_right_time():
    desk = Desk({"name": "skewed_clock", "hours": 2, "until_days": 10})
    early, late = DEMO_START + timedelta(days=9), DEMO_START + timedelta(days=11)
    assert desk.at(early).api.date - to_ticks(early) == 2 * HOUR
    assert desk.at(late).api.date == to_ticks(late)
    with running_sandbox(
        "boutique", 7, leads=100, now=early, twists=[{"name": "skewed_clock", "hours": 2}]
    ) as sandbox:
        assert sandbox.truth()["twists"] == {"skewed_clock": {"hours": 2, "until_days": None}}


def test_a_corrected_count_falls_without_any_lead_moving():
    desk = Desk({"name": "corrected_counts", "days": 1})
    [wrong] = desk.did("corrected_counts")["counts"]

    def accepted_on_the_day(moment: datetime) -> int:
        desk.at(moment)
        both = {"accountIds": [wrong["account_id"]], "campaignIds": [wrong["campaign_id"]]}
        days = orjson.loads(desk.post(STATS, **both).body)["byDayStats"]
        return days[f"{wrong['at'][:10]}T00:00:00Z"]["connectionsAccepted"]

    corrected = datetime.fromisoformat(wrong["corrected_at"])
    assert accepted_on_the_day(corrected - timedelta(seconds=1)) == 1
    assert accepted_on_the_day(corrected) == 0


def test_null_stands_for_none_in_a_share_of_the_rows(plain):
    def statuses(desk: Desk) -> Counter:
        return Counter(row["leadConnectionStatus"] for row in desk.leads().values())

    shown, usual = statuses(Desk("connection_status_null")), statuses(plain)
    assert shown[None] > 20
    assert shown[None] + shown["None"] == usual["None"]
    assert shown["ConnectionAccepted"] == usual["ConnectionAccepted"]


def test_a_sender_of_a_rare_type_sends_little(plain):
    desk = Desk({"name": "small_sender_group", "sender": 50105})
    [sender] = [sender for sender in desk.truth()["senders"] if sender["account_id"] == 50105]
    assert sender["account_type"] == "ai_aimfox_saas"

    def leads_of(desk: Desk) -> int:
        return sum(lead.account_id == 50105 for lead in desk.world.leads)

    assert 0 < leads_of(desk) < leads_of(plain) / 3


def test_senders_come_and_go():
    desk = Desk("gone_senders")
    senders = {sender["account_id"]: sender for sender in desk.did("gone_senders")["senders"]}
    assert len(senders) == 3

    def listed(days: int) -> set[int]:
        return {row["id"] for row in desk.at(DEMO_START + timedelta(days=days)).rows("li_account/GetAll")}

    joined = {number for number, sender in senders.items() if "joined_at" in sender}
    gone = {number for number, sender in senders.items() if "disconnected_at" in sender}
    assert not joined & listed(3)
    assert joined <= listed(20)
    assert not gone & listed(48)
    for lead in desk.true_leads().values():
        sender = senders.get(lead["account_id"], {})
        if lead["sent_at"]:
            assert sender.get("joined_at", "") < lead["sent_at"] < sender.get("disconnected_at", "9")


def test_the_ordinary_twists_make_a_world_that_differs_little(plain):
    desk = Desk(*ORDINARY_TWISTS)
    assert len(desk.leads()) == len(plain.leads())
    shares = [bool(lead["already_connected"]) for lead in desk.true_leads().values()]
    assert 0.02 < sum(shares) / len(shares) < 0.12
