"""Webhooks registered: one of each type and never two, others' left alone, no delivery ever refused."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from dbt_project.rendering import model_sql, returned
from extract.acting import webhooks
from extract.acting.ledger import ActLedger
from extract.acting.webhooks import WebhookOptions, wanted
from extract.heyreach.client import HeyReachClient
from extract.heyreach.door_addresses import read_addresses
from extract.workspace.workspace import Workspace as Settings
from reports.door.opening import open_door
from reports.jobs.webhooks import manage
from tests.conftest import Outcome, Workspace
from tests.extract.acting.conftest import ActedOn
from tests.recording_sandbox import CREATE, DELETE, UPDATE
from tests.reports.door.conftest import at

SOMEBODYS = {
    "webhookName": "A relay",
    "webhookUrl": "https://user:pass@relay.example.com/hooks/SENTINEL-7d1",
    "eventType": "MESSAGE_SENT",
    "campaignIds": [],
}


@pytest.fixture
def settings(sandbox, tmp_path) -> Settings:
    """A workspace on the sandbox, whose door is not open yet."""
    return replace(
        at(tmp_path, HEYREACH_API_KEY=sandbox.api_key, HEYREACH_BASE_URL=sandbox.base_url),
        requests_per_minute=0,
        read_back_waits=(0.0, 0.0),
    )


@pytest.fixture
def workspace(settings, sandbox) -> Workspace:
    return Workspace(
        settings.data_dir,
        {
            "HEYREACH_API_KEY": sandbox.api_key,
            "HEYREACH_BASE_URL": sandbox.base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
            "IMPORT_READ_BACK_WAITS": "0,0",
        },
    )


@pytest.fixture
def url(settings) -> Iterator[str]:
    """The address of the workspace's door, which is open."""
    with open_door(settings) as url:
        yield url


def hooks(workspace: Workspace, *arguments: str) -> Outcome:
    return workspace.run("webhooks", *arguments)


def registered(sandbox: ActedOn) -> dict[str, list[dict]]:
    """Event type -> ours in HeyReach, whatever they look like."""
    found: dict[str, list[dict]] = {}
    for row in sandbox.api.webhooks.values():
        if row["webhookName"] != SOMEBODYS["webhookName"]:
            found.setdefault(row["eventType"], []).append(row)
    return found


def addresses(workspace: Workspace | Settings) -> list:
    return list(read_addresses(workspace.data_dir / ".door.json"))


def test_they_are_shown_first_then_registered_once_each_and_tried(workspace, sandbox, url):
    sandbox.by_hand(CREATE, json=SOMEBODYS)
    shown = hooks(workspace, "--url", url)
    assert shown.exit_code == 0, shown.errors
    assert shown.printed.count("to do: create ") == len(wanted())
    assert (sandbox.asked(), addresses(workspace)) == ([], [])
    done = hooks(workspace, "--url", url, "--apply")
    assert done.exit_code == 0, done.errors
    assert sandbox.asked() == [CREATE] * len(wanted())
    [address] = addresses(workspace)
    assert registered(sandbox).keys() == wanted().keys()
    for event_type, [row] in registered(sandbox).items():
        told = row["webhookUrl"], row["webhookName"], row["campaignIds"], row["isActive"]
        assert told == (address.target, wanted()[event_type], [], True)
    assert done.printed.count("  ok  ") == len(wanted())
    assert "a test event arrived" in done.printed
    assert "another's MESSAGE_SENT (7001) 'A relay' to https://relay.example.com/..." in done.printed
    again = hooks(workspace, "--apply", "--url", url)
    assert (again.exit_code, sandbox.asked()) == (0, [CREATE] * len(wanted()))
    for outcome in (shown, done, again):
        for secret in (address.secret, "SENTINEL", "user:pass"):
            assert secret not in outcome.printed + outcome.errors
    with ActLedger(workspace.data_dir / "acts.sqlite") as ledger:
        assert {ledger.state(act) for act in ledger.acts()} == {"done"}


def test_whatever_became_of_them_is_mended_and_others_are_left_alone(workspace, sandbox, url):
    sandbox.by_hand(CREATE, json=SOMEBODYS)
    hooks(workspace, "--url", url, "--apply")
    [address] = addresses(workspace)
    ours = {event_type: rows[0]["id"] for event_type, rows in registered(sandbox).items()}
    [gone, doubled, resting, narrowed, *_] = ours
    twice = {"webhookName": "again", "webhookUrl": address.target, "eventType": doubled, "campaignIds": []}
    by_hand = {"webhookName": "mine", "webhookUrl": f"{url}/hooks/old", "eventType": "LIKED_POST"}
    sandbox.by_hand(CREATE, json=twice)
    sandbox.by_hand(CREATE, json=by_hand)
    for event_type, change in {
        gone: {"webhookUrl": "https://elsewhere.example.com/x"},
        resting: {"isActive": False},
        narrowed: {"webhookName": "only one", "isActive": True},
    }.items():
        sandbox.api.webhooks[ours[event_type]] |= change
    listed = hooks(workspace)
    for state, event_type in {
        "missing": gone,
        "doubled": doubled,
        "resting": resting,
        "outdated": "LIKED_POST",
    }.items():
        assert f"  {state:<9} {event_type}" in listed.printed
    sandbox.api.received.clear()
    assert hooks(workspace, "--url", url, "--apply").exit_code == 0
    assert sorted(sandbox.asked()) == sorted([CREATE, UPDATE, UPDATE, UPDATE, UPDATE, DELETE])
    found = registered(sandbox)
    assert {event_type: len(rows) for event_type, rows in found.items() if rows} == (
        dict.fromkeys(wanted(), 1)
        | {gone: 2, "LIKED_POST": 1}  # the one that leads elsewhere is not ours any more
    )
    assert sandbox.api.webhooks[7001] == SOMEBODYS | {"id": 7001, "isActive": True}
    assert found["LIKED_POST"][0]["webhookUrl"] == address.target


def test_another_secret_takes_over_and_the_old_one_holds_for_a_day(workspace, sandbox, url):
    hooks(workspace, "--url", url, "--apply")
    [before] = addresses(workspace)
    rotated = hooks(workspace, "--rotate", "--apply")
    assert rotated.exit_code == 0, rotated.errors
    old, new = addresses(workspace)
    assert (old.secret, new.until) == (before.secret, None)
    assert timedelta(hours=23, minutes=59) < old.until - datetime.now(UTC) <= timedelta(hours=24)
    assert {row["webhookUrl"] for rows in registered(sandbox).values() for row in rows} == {new.target}
    assert "a test event arrived" in rotated.printed


def test_stopped_ours_are_gone_and_what_is_under_way_is_taken_for_a_day(workspace, sandbox, url):
    sandbox.by_hand(CREATE, json=SOMEBODYS)
    hooks(workspace, "--url", url, "--apply")
    shown = hooks(workspace, "--stop")
    assert shown.printed.count("to do: delete") == len(wanted()) == len(registered(sandbox))
    stopped = hooks(workspace, "--stop", "--apply")
    assert stopped.exit_code == 0, stopped.errors
    assert list(sandbox.api.webhooks) == [7001]
    assert [address.until is not None for address in addresses(workspace)] == [True]


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def dying_at(moment: int, before: Callable[[], None]) -> Iterator[None]:
    """What a process does on disk or at HeyReach has two moments, before and after; it dies at one."""
    passed = iter(range(10_000))

    def mortal(act: Callable) -> Callable:
        def acting(*arguments, **named):
            before()
            if next(passed) == moment:
                raise Killed
            answer = act(*arguments, **named)
            before()
            if next(passed) == moment:
                raise Killed
            return answer

        return acting

    with ExitStack() as patches:
        for place, name in (
            *((ActLedger, name) for name in ("plan", "record")),
            (HeyReachClient, "command"),
            (webhooks, "write_addresses"),
        ):
            patches.enter_context(patch.object(place, name, mortal(getattr(place, name))))
        yield


@pytest.mark.parametrize(
    "asked", [{"url": True}, {"rotate": True}, {"stop": True}], ids=lambda asked: next(iter(asked))
)
def test_killed_at_any_moment_nothing_is_doubled_and_no_delivery_refused(
    settings, serve, tmp_path, asked, monkeypatch
):
    some = dict(list(wanted().items())[: 2 if "rotate" in asked else 1])
    monkeypatch.setattr(webhooks, "wanted", lambda: some)
    monkeypatch.setattr("reports.jobs.webhooks.missed", lambda address: None)
    url = "https://hooks.example.com"
    options = WebhookOptions(apply=True, **(asked | {"url": url} if "url" in asked else asked))

    def do(at_work: Settings, options: WebhookOptions) -> None:
        manage(at_work, options, say=lambda line: None, show=lambda line: None)

    moment, is_over = 0, False
    while not is_over:
        acted_on = serve()
        acted_on.by_hand(CREATE, json=SOMEBODYS)
        folder = tmp_path / f"killed-{moment}"
        at_work = replace(settings, data_dir=folder, base_url=acted_on.base_url)
        if "url" not in asked:
            do(at_work, WebhookOptions(url, apply=True))

        def taken(at_work: Settings = at_work, acted_on: ActedOn = acted_on) -> None:
            """Whatever HeyReach delivers now is taken."""
            known = {address.target for address in addresses(at_work)}
            sent = {row["webhookUrl"] for rows in registered(acted_on).values() for row in rows}
            assert sent <= known

        try:
            with dying_at(moment, taken):
                do(at_work, options)
            is_over = True
        except Killed:
            do(at_work, options)
        taken()
        found = registered(acted_on)
        assert {name: len(rows) for name, rows in found.items()} == (
            {} if options.stop else dict.fromkeys(some, 1)
        )
        assert 7001 in acted_on.api.webhooks
        staying = [address for address in addresses(at_work) if address.until is None]
        assert len(staying) == (0 if options.stop else 1)
        assert {row["webhookUrl"] for rows in found.values() for row in rows} == {
            each.target for each in staying
        }
        moment += 1
    assert moment > 8


def test_an_answer_that_is_lost_is_settled_by_looking(workspace, sandbox, url):
    sandbox.set_faults({"name": "lost_response"})
    done = hooks(workspace, "--url", url, "--apply")
    assert done.exit_code == 0, done.errors
    assert sandbox.asked() == [CREATE] * len(wanted())


def test_one_that_appears_late_is_waited_for_and_not_created_again(workspace, sandbox, url, monkeypatch):
    hidden: dict[int, dict] = {}

    def hide(route: str) -> None:
        newest = max(sandbox.api.webhooks, default=0)
        if route == CREATE and sandbox.api.webhooks[newest]["eventType"] == "MESSAGE_SENT":
            hidden[newest] = sandbox.api.webhooks.pop(newest)

    sandbox.api.after_write = hide
    undone = hooks(workspace, "--url", url, "--apply")
    assert undone.exit_code == 3
    assert "create MESSAGE_SENT: it is not shown" in undone.errors
    assert sandbox.asked() == [CREATE] * len(wanted())
    assert len(addresses(workspace)) == 1
    look, looks = webhooks.all_webhooks, iter(range(100))

    def shown_at_last(client: HeyReachClient) -> list:
        if next(looks) == 2:
            sandbox.api.webhooks[7100] = {**next(iter(hidden.values())), "id": 7100}
        return look(client)

    monkeypatch.setattr(webhooks, "all_webhooks", shown_at_last)
    assert hooks(workspace, "--url", url, "--apply").exit_code == 0
    assert sandbox.asked() == [CREATE] * len(wanted())
    assert {len(rows) for rows in registered(sandbox).values()} == {1}


def test_what_heyreach_refuses_keeps_the_rest_and_the_old_address(workspace, sandbox, url, monkeypatch):
    hooks(workspace, "--url", url, "--apply")
    names = wanted() | {"SENDER_SNEEZED": "Analytics: sneezes"}
    monkeypatch.setattr(webhooks, "wanted", lambda: names)
    refused = hooks(workspace, "--rotate", "--apply")
    assert refused.exit_code == 3
    assert "create SENDER_SNEEZED" in refused.errors
    old, new = addresses(workspace)
    assert (old.until, new.until) == (None, None)
    assert {row["webhookUrl"] for rows in registered(sandbox).values() for row in rows} == {new.target}


def test_without_an_open_door_they_are_registered_and_it_is_said_that_nothing_arrives(workspace, sandbox):
    done = hooks(workspace, "--url", "http://127.0.0.1:9", "--apply")
    assert done.exit_code == 3
    assert "did not arrive (127.0.0.1 refuses connections): open the door (make door)" in done.errors
    assert len(registered(sandbox)) == len(wanted())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--url", "http://hooks.example.com"), "URL must be an https:// address without a path"),
        (("--url", "https://hooks.example.com/in"), "URL must be an https:// address without a path"),
        (("--url", "https://user:pw@hooks.example.com"), "URL must be an https:// address"),
        (("--url", "https://hooks.example.com", "--stop"), "leave URL= and ROTATE=1 away"),
        (("--rotate",), "Say by which public name the door is reached"),
        (("--stop",), "there is nothing to stop"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_can_not_be_asked_for_is_one_line_and_nothing_is_done(workspace, sandbox, arguments, told):
    refused = hooks(workspace, *arguments, "--apply")
    assert (refused.exit_code, refused.errors.count("\n")) == (2, 1)
    assert told in refused.errors
    assert sandbox.asked() == []
    assert addresses(workspace) == []


def test_a_door_file_that_can_not_be_read_stops_it(workspace, sandbox):
    workspace.data_dir.mkdir(exist_ok=True)
    (workspace.data_dir / ".door.json").write_text("{}")
    refused = hooks(workspace, "--url", "https://hooks.example.com", "--apply")
    assert (refused.exit_code, "can't be read" in refused.errors) == (2, True)
    assert sandbox.asked() == []


def test_registered_are_the_types_that_models_look_at_by_names_that_heyreach_takes():
    engagement = "catalogue/engagement.sql"
    matched = set(re.findall(r"'(CONNECTION_REQUEST_[A-Z]+)'", model_sql("int_webhook_events_matched")))
    replies = {each["name"] for each in returned(engagement, "reply_event_types()") if each["tells_all"]}
    tags = returned(engagement, "tag_event_types()").keys()
    assert wanted().keys() == matched | replies | set(tags) | set(
        returned(engagement, "message_event_types()")
    )
    assert wanted().keys() <= set(returned("webhook_event_types.sql", "webhook_event_types()"))
    assert all(3 <= len(name) <= 25 for name in wanted().values())
    assert len(set(wanted().values())) == len(wanted())
