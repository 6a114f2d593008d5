"""The inbox in a pull: asked where it is switched on, page by page, and kept without what was written."""

import json
from datetime import datetime, timedelta

import pytest

from tests.extract.heyreach.scripted_server import Reply
from tests.extract.heyreach.scripted_workspace import ScriptedWorkspace

INBOX = "inbox/GetConversationsV3"
SECRET = "Could we meet on Tuesday?"
PAGES = {None: ([1, 2], "b"), "b": ([2, 3], "c"), "c": ([4], None)}


def conversation(number: int, **fields: object) -> dict:
    return {
        "id": f"conversation-{number}",
        "campaignId": 40001,
        "linkedInAccountId": 50001,
        "groupChat": False,
        "lastMessageAt": "2026-01-05T10:00:00Z",
        "lastMessageText": SECRET,
        "totalMessages": 1,
        "correspondentProfile": {
            "profileUrl": f"https://www.linkedin.com/in/person-{number}",
            "linkedin_id": f"10000{number}",
            "firstName": "Secret",
            "emailAddress": "secret@example.com",
            "tags": ["Meeting booked"],
            "autoTags": [{"name": "Interested"}],
        },
        "messages": [
            {
                "createdAt": "2026-01-05T10:00:00Z",
                "body": SECRET,
                "subject": SECRET,
                "isInMail": False,
                "sender": "CORRESPONDENT",
            }
        ],
        **fields,
    }


def paged(body: dict) -> Reply:
    numbers, cursor = PAGES[body.get("cursor")]
    items = [conversation(number) for number in numbers]
    return Reply({"items": items, "totalCount": 4, "nextCursor": cursor, "hasNextPage": cursor is not None})


@pytest.fixture
def workspace(tmp_path) -> ScriptedWorkspace:
    workspace = ScriptedWorkspace(tmp_path)
    workspace.routes[INBOX] = paged
    return workspace


def walks(workspace: ScriptedWorkspace) -> list[tuple]:
    return workspace.query(
        "select split_part(scope_id, '/', 1), outcome, is_needed from pulls "
        "where resource = 'conversations' order by pull_id"
    )


def asked_from(workspace: ScriptedWorkspace) -> list[str | None]:
    return [each.body.get("from") for each in workspace.asked if each.path.endswith(INBOX)]


def test_it_is_asked_only_where_it_is_switched_on_and_never_by_a_light_pull(workspace):
    workspace.pull()
    assert workspace.requests(INBOX) == 0
    workspace.pull("light", reads_inbox=True)
    assert workspace.requests(INBOX) == 0
    assert walks(workspace) == []


def test_every_page_is_read_and_nothing_that_was_written_or_called_is_kept(workspace):
    result = workspace.pull(reads_inbox=True)
    assert result.is_complete
    assert workspace.requests(INBOX) == 3
    assert asked_from(workspace) == [None] * 3
    assert walks(workspace) == [("all", "complete", False)]
    kept = workspace.query("select conversation_id, payload from conversations order by 1")
    assert [key for key, _ in kept] == [f"conversation-{number}" for number in range(1, 5)]
    landed = "".join(path.read_text() for path in (workspace.folder / "landing").rglob("*") if path.is_file())
    for word in (SECRET, "Secret", "secret@example.com"):
        assert word not in landed
    assert json.loads(kept[0][1]) == {
        "id": "conversation-1",
        "campaignId": 40001,
        "linkedInAccountId": 50001,
        "groupChat": False,
        "lastMessageAt": "2026-01-05T10:00:00Z",
        "totalMessages": 1,
        "correspondentProfile": {
            "profileUrl": "https://www.linkedin.com/in/person-1",
            "linkedin_id": "100001",
            "tags": ["Meeting booked"],
            "autoTags": [{"name": "Interested"}],
        },
        "messages": [{"createdAt": "2026-01-05T10:00:00Z", "isInMail": False, "sender": "CORRESPONDENT"}],
    }


def test_a_daily_pull_asks_for_two_weeks_or_since_the_last_whole_reading_and_half_an_hour(workspace):
    workspace.pull(reads_inbox=True)
    began = workspace.query("select started_at from pulls where resource = 'conversations'")[0][0]
    workspace.pull("daily", reads_inbox=True)
    [*_, since] = asked_from(workspace)
    assert abs(datetime.fromisoformat(since) - began + timedelta(days=14)) < timedelta(minutes=1)
    assert workspace.query("select count(*) from conversations") == [(4,)]
    # The last whole reading is long ago: what was written since must not be missed, nor what was dated back.
    with_old = "update pulls set started_at = started_at - interval 40 day where resource = 'conversations'"
    workspace.change(with_old)
    workspace.pull("daily", reads_inbox=True)
    [*_, since] = asked_from(workspace)
    assert abs(datetime.fromisoformat(since) - began + timedelta(days=40, minutes=30)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Reply({"errorMessage": "No."}, status=400), "No."),
        (Reply({"data": []}), "hasNextPage"),
        (Reply({"items": [], "hasNextPage": True}), "nextCursor"),
    ],
)
def test_an_inbox_that_is_not_handed_out_ends_no_pull_and_is_asked_again_whole(workspace, answer, told):
    workspace.pull(reads_inbox=True)
    workspace.routes[INBOX] = lambda body: answer
    result = workspace.pull("daily", reads_inbox=True)
    assert result.is_complete
    [warning] = result.warnings
    assert told in warning
    assert "the next pull asks again" in warning
    assert [outcome for _, outcome, _ in walks(workspace)] == ["complete", "incomplete"]


def test_what_no_campaign_began_and_groups_are_not_kept(workspace):
    items = [conversation(1), conversation(2, campaignId=None), conversation(3, groupChat=True), "odd"]
    workspace.routes[INBOX] = lambda body: Reply({"items": items, "totalCount": 4, "hasNextPage": False})
    result = workspace.pull(reads_inbox=True)
    assert workspace.query("select conversation_id from conversations") == [("conversation-1",)]
    assert "person-" not in "".join(
        text for (text,) in workspace.query("select row_text from quarantined_rows")
    )
    [warning] = result.warnings
    assert "a row was set aside" in warning


def test_a_cursor_that_comes_again_leads_round_once(workspace):
    workspace.routes[INBOX] = lambda body: Reply(
        {"items": [conversation(1)], "totalCount": 9, "nextCursor": "b", "hasNextPage": True}
    )
    workspace.pull(reads_inbox=True)
    assert workspace.requests(INBOX) == 2
    assert walks(workspace) == [("all", "incomplete", False)]


def test_whoever_was_erased_is_not_kept(workspace):
    class Everybody:
        def erased(self, mentions: set[str]) -> set[str]:
            return {each for each in mentions if "person-2" in each}

    workspace.pull(reads_inbox=True, erased=Everybody())
    kept = workspace.query("select conversation_id from conversations order by 1")
    assert [key for (key,) in kept] == [f"conversation-{number}" for number in (1, 3, 4)]
