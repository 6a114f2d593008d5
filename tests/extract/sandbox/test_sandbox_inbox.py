"""The routes about one lead, as the sandbox answers them and the product asks them; webhook lines."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest

from extract.enrichment.base import Subject
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.integrations.heyreach import HeyreachCampaigns, HeyreachEngagement, HeyreachNetwork
from extract.heyreach.client import HeyReachClient
from extract.http.pacing import Pacer
from extract.sandbox import DEMO_END
from extract.sandbox.process import running_sandbox
from tests.extract.sandbox.desk import Desk


@pytest.fixture(scope="module")
def plain() -> Desk:
    return Desk()


def first_of(desk: Desk, is_wanted: Callable[[dict], bool]) -> dict:
    return next(lead for lead in desk.true_leads().values() if is_wanted(lead) and lead["profile_url"])


def test_the_routes_about_one_lead(plain):
    asked = first_of(plain, lambda lead: lead["accepted_at"] is not None)
    url, account_id = asked["profile_url"], asked["account_id"]
    both = {"senderAccountId": account_id, "leadProfileUrl": url}
    assert orjson.loads(plain.post("MyNetwork/IsConnection", **both).body) == {"isConnection": True}
    assert plain.post("MyNetwork/IsConnection", senderAccountId=1, leadProfileUrl=url).status == 404
    rows = plain.rows("campaign/GetCampaignsForLead", profileUrl=url)
    assert asked["campaign_id"] in {row["campaignId"] for row in rows}
    assert plain.rows("campaign/GetCampaignsForLead", profileUrl="https://example.com/x") == []


def test_conversations_are_the_messages_of_the_truth_in_pages_of_both_versions(plain):
    filters = {"linkedInAccountIds": [50105], "campaignIds": [], "leadProfileUrl": None}
    older = plain.rows("inbox/GetConversationsV2", 20, filters=filters)
    cursor, newer = None, []
    while True:
        answer = orjson.loads(
            plain.post("inbox/GetConversationsV3", limit=20, cursor=cursor, filters=filters).body
        )
        newer += answer["items"]
        cursor = answer["nextCursor"]
        if not answer["hasNextPage"]:
            break
    assert newer == older
    replied = sum(
        row["leadMessageStatus"] == "MessageReply" and row["linkedInSenderId"] == 50105
        for row in plain.leads().values()
    )
    answered = [row for row in older if any(one["sender"] == "CORRESPONDENT" for one in row["messages"])]
    assert len(answered) == replied > 5
    [one] = plain.rows(
        "inbox/GetConversationsV2",
        filters={
            "leadProfileUrl": answered[0]["correspondentProfile"]["profileUrl"],
            "linkedInAccountIds": [50105],
        },
    )
    assert one == answered[0]
    backwards = plain.post(
        "inbox/GetConversationsV3", **{"from": "2026-02-01T00:00:00Z"}, to="2026-01-01T00:00:00Z", filters={}
    )
    assert backwards.status == 400


def test_webhook_lines_tell_the_truth_in_every_shape():
    until = datetime(2026, 1, 26, tzinfo=UTC)
    with running_sandbox("boutique", 7, leads=300) as sandbox:
        documented = sandbox.webhook_lines(until)
        mixed = sandbox.webhook_lines(until, shape="mixed", times="mixed")
        leads = sandbox.truth(until)["leads"]
    kinds = Counter(line["event_type"] for line in documented)
    assert kinds["connection_request_sent"] == sum(lead["sent_at"] is not None for lead in leads)
    assert kinds["connection_request_accepted"] == sum(lead["accepted_at"] is not None for lead in leads)
    happened = {
        name: sum(lead[name] is not None for lead in leads)
        for name in ("replied_at", "replied_again_at", "meeting_at")
    }
    assert kinds["message_reply_received"] == happened["replied_at"] > happened["meeting_at"] > 0
    assert kinds["lead_tag_updated"] == happened["meeting_at"]
    assert (
        kinds["every_message_reply_received"]
        == happened["replied_at"] + happened["replied_again_at"]
        > happened["replied_at"]
    )
    assert [line["timestamp"] for line in documented] == sorted(line["timestamp"] for line in documented)
    assert len(mixed) == len(documented)
    shapes = Counter(
        "wrapped"
        if "body" in line
        else "camel"
        if "eventType" in line
        else "flat"
        if "campaignId" in line
        else "sender"
        if "linkedInAccount" in line["sender"]
        else "documented"
        for line in mixed
    )
    assert set(shapes) == {"documented", "camel", "flat", "sender", "wrapped"}
    assert mixed[1]["lead"]["profileUrl"] == documented[1]["lead"]["profile_url"]
    assert mixed[3]["sender"]["linkedInAccount"]["id"] == documented[3]["sender"]["id"]
    assert mixed[4]["body"]["campaign"] == documented[4]["campaign"]


def test_the_products_own_questions_about_a_lead_are_answered(tmp_path):
    """The client, over real HTTP; what it makes of the answers is what the truth says."""
    with running_sandbox("boutique", 7, leads=300, now=DEMO_END) as sandbox:
        leads = sandbox.truth()["leads"]
        asked = next(lead for lead in leads if lead["accepted_at"] is not None)
        subject = Subject(
            asked["profile_key"],
            {"linkedin_url": asked["profile_url"], "sender_account_id": str(asked["account_id"])},
        )
        with HeyReachClient(sandbox.base_url, sandbox.api_key, Pacer(0, sandbox.api_key, tmp_path)) as client:
            campaigns, engagement, network = (
                integration(EnrichmentConfig())._ask(client, subject)
                for integration in (HeyreachCampaigns, HeyreachEngagement, HeyreachNetwork)
            )
    rows = [lead for lead in leads if lead["profile_key"] == asked["profile_key"]]
    assert campaigns.fields["campaign_count"] == len(rows)
    assert engagement.payload["conversations"] >= 1
    assert engagement.fields["messages_sent"] >= 1
    assert network.fields == {"is_connection": True, "connection_degree": 1}
