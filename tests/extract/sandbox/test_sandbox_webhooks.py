"""Webhooks of the sandbox: registered as HeyReach takes them, and delivered to a door until it has them."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import httpx
import orjson
import pytest

from extract.heyreach.door_addresses import new_address, write_addresses
from extract.sandbox import DEMO_END, DEMO_START
from extract.sandbox.api import API_KEY
from extract.sandbox.process import running_sandbox
from reports.door.opening import open_door
from tests.reports.door.conftest import at

HOOK = {
    "webhookName": "Requests",
    "webhookUrl": "https://hooks.example.com/a",
    "eventType": "CONNECTION_REQUEST_SENT",
    "campaignIds": [],
}


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox(seed=13, leads=120, start=DEMO_START, now=DEMO_END) as sandbox:
        yield sandbox


def ask(sandbox, method: str, route: str, **content) -> httpx.Response:
    url = f"{sandbox.base_url}/webhooks/{route}"
    return httpx.request(method, url, headers={"X-API-KEY": API_KEY}, **content)


def all_of(sandbox) -> list[dict]:
    return ask(sandbox, "POST", "GetAllWebhooks", json={"offset": 0, "limit": 100}).json()["items"]


def test_a_webhook_lives_as_heyreach_documents_it(sandbox):
    for _ in range(2):
        created = ask(sandbox, "POST", "CreateWebhook", json=HOOK)
        assert (created.status_code, created.content) == (200, b"")
    first, second = all_of(sandbox)
    assert {**first, "id": 0} == {**second, "id": 0} == {**HOOK, "id": 0, "isActive": True}
    number = {"webhookId": second["id"]}
    assert ask(sandbox, "GET", "GetWebhookById", params=number).json() == second
    changed = {"webhookName": None, "webhookUrl": "https://hooks.example.com/b"}
    assert ask(sandbox, "PATCH", "UpdateWebhook", params=number, json=changed).status_code == 200
    assert all_of(sandbox)[1] == second | {"webhookUrl": "https://hooks.example.com/b"}
    assert ask(sandbox, "DELETE", "DeleteWebhook", params=number).status_code == 400
    for webhook in (first, second):
        number = {"webhookId": webhook["id"]}
        assert (
            ask(sandbox, "PATCH", "UpdateWebhook", params=number, json={"isActive": False}).status_code == 200
        )
        assert ask(sandbox, "DELETE", "DeleteWebhook", params=number).status_code == 200
        assert ask(sandbox, "DELETE", "DeleteWebhook", params=number).status_code == 404
    assert all_of(sandbox) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"webhookName": "ab"}, "WebhookName"),
        ({"webhookName": "x" * 26}, "WebhookName"),
        ({"webhookUrl": "hooks.example.com"}, "WebhookUrl"),
        ({"eventType": "SNEEZED"}, "EventType"),
        ({"eventType": ""}, "EventType"),
        ({"eventType": "LEAD_TAG_UPDATED", "campaignIds": [1]}, "all campaigns"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_can_be_no_webhook_is_refused(sandbox, change, field):
    refused = ask(sandbox, "POST", "CreateWebhook", json=HOOK | change)
    assert (refused.status_code, field in refused.text) == (400, True)
    assert ask(sandbox, "POST", "GetAllWebhooks", json={"limit": 101}).status_code == 400


def test_events_are_delivered_to_the_door_until_it_has_them_some_twice_and_not_in_order(sandbox, tmp_path):
    workspace, since = at(tmp_path), DEMO_END - timedelta(days=7)
    told = [
        line
        for line in sandbox.webhook_lines()
        if line["timestamp"] >= since.isoformat()[:19]
        and line["event_type"] in ("connection_request_sent", "message_sent")
    ]
    with open_door(workspace) as url:
        address = new_address(url)
        hooks = [
            HOOK | {"webhookUrl": address.target},
            HOOK | {"webhookUrl": address.target, "eventType": "MESSAGE_SENT"},
            HOOK,
            HOOK | {"webhookUrl": address.target, "eventType": "LEAD_TAG_UPDATED", "isActive": False},
        ]
        for hook in hooks:
            ask(sandbox, "POST", "CreateWebhook", json=hook)
        refused = sandbox.deliver(DEMO_END - timedelta(days=4), tries=1)
        assert (refused["delivered"], refused["given_up"] > 0) == (0, True)
        write_addresses(workspace.paths.door, (address, replace(address, secret="x" * 43)))
        counts = sandbox.deliver(since)
    [path] = workspace.paths.webhooks.iterdir()
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert len(lines) == counts["delivered"] == counts["tries"]
    assert counts["given_up"] == 0
    assert counts["elsewhere"] > 0
    came = Counter(line["correlation_id"] for line in lines)
    assert came.keys() == {line["correlation_id"] for line in told}
    assert 0.03 < sum(count > 1 for count in came.values()) / len(came) < 0.25
    moments = [line["timestamp"] for line in lines]
    assert moments != sorted(moments)
