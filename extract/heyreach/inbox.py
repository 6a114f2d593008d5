"""The inbox of the senders, where the operator has it read: who wrote when, and what they are tagged with.

What was written is dropped before anything is kept, and so are names and pictures, groups, and conversations
that no campaign began: those are nobody's business. HeyReach's documents:
https://documenter.getpostman.com/view/23808049/2sA2xb5F75 (`inbox/GetConversationsV3`).
"""

from datetime import datetime, timedelta
from functools import partial

from extract.heyreach.asking import Asking
from extract.heyreach.client import Answer
from extract.heyreach.observing import Pull
from extract.heyreach.paging import WalkSummary
from extract.heyreach.reading import identified
from extract.raw import routes
from extract.workspace.errors import UnknownShapeError

# HeyReach dates messages back that it came to see late.
READ_AGAIN = timedelta(minutes=30)
# A tag moves no conversation to the front: those of so many days are looked at again. Full pulls read all.
TAGS_WITHIN = timedelta(days=14)
ROUTE = routes.CONVERSATIONS

_OF_CONVERSATION = ("id", "campaignId", "linkedInAccountId", "groupChat", "lastMessageAt", "totalMessages")
_OF_PERSON = ("profileUrl", "linkedin_id", "tags", "autoTags")
_OF_MESSAGE = ("createdAt", "sender", "isInMail")


def read_inbox(pull: Pull) -> None:
    """Land the conversations that changed since the last whole reading; in a full pull all of them."""
    since = None
    if pull.kind != "full" and pull.known.inbox_read_from:
        since = min(pull.known.inbox_read_from - READ_AGAIN, pull.client.now() - TAGS_WITHIN)
    asking = Asking(pull, ROUTE.name)
    scope = ("since", f"{since:%Y-%m-%dT%H:%M:%SZ}") if since else ("all",)
    asking.ask(scope, partial(_read, pull, scope, since))
    asking.failed.update(asking.gone)
    asking.warning("replies are dated by statuses and webhooks until the next pull asks again")


def kept(row: object) -> object:
    """A conversation without its texts and names, None for one that isn't kept.

    What is no conversation stays as it is, to be set aside.
    """
    if not isinstance(row, dict):
        return row
    if row.get("groupChat") is True or row.get("campaignId") is None:
        return None
    person, messages = row.get("correspondentProfile"), row.get("messages")
    return {
        **_only(row, _OF_CONVERSATION),
        "correspondentProfile": _only(person, _OF_PERSON),
        "messages": [_only(message, _OF_MESSAGE) for message in messages]
        if isinstance(messages, list)
        else None,
    }


def _only(fields: object, names: tuple[str, ...]) -> dict:
    return {name: fields[name] for name in names if name in fields} if isinstance(fields, dict) else {}


def _read(pull: Pull, scope: tuple[str, ...], since: datetime | None) -> None:
    """Page by page to the end; a cursor that comes again would lead round for ever."""
    body = {**ROUTE.body, "limit": ROUTE.page_limit}
    if since:
        body["from"] = f"{since:%Y-%m-%dT%H:%M:%S}.000Z"
    answers: list[Answer] = []
    cursors: set[str] = set()
    keys: set[str] = set()
    rows = unkeyed = 0
    cursor = None
    while not answers or (cursor and cursor not in cursors):
        if cursor:
            cursors.add(cursor)
        answers.append(pull.client.post(ROUTE.path, {**body, **({"cursor": cursor} if cursor else {})}))
        pull.answers += 1
        items, has_next = answers[-1].data.get("items"), answers[-1].data.get("hasNextPage")
        if not isinstance(items, list) or not isinstance(has_next, bool):
            raise UnknownShapeError(ROUTE.path, "items" if isinstance(has_next, bool) else "hasNextPage")
        rows += len(items)
        conversations = [row for row in map(kept, items) if row is not None]
        for _, row in pull.may_be_kept(ROUTE, conversations):
            key, row_hash = (None, None)
            if row is not None:
                key, row_hash = identified(pull, ROUTE, (), row, answers[-1].not_after)
                unkeyed += key is None
            if key is not None:
                keys.add(key)
                pull.observe(ROUTE.name, (), key, row, answers[-1].not_after, row_hash)
        cursor = answers[-1].data.get("nextCursor") if has_next else None
        if has_next and not isinstance(cursor, str):
            raise UnknownShapeError(ROUTE.path, "nextCursor")
    total = answers[-1].data.get("totalCount")
    is_complete = cursor is None
    pull.record(
        ROUTE.name,
        scope,
        WalkSummary(
            requests=len(answers),
            pages=len(answers),
            rows_received=rows,
            distinct_rows=len(keys) + unkeyed,
            duplicate_rows=0,
            unkeyed_rows=unkeyed,
            total_count_first=answers[0].data.get("totalCount"),
            total_count_last=total,
            is_complete=is_complete,
            is_stable=is_complete,
            started_at=answers[0].not_before,
            finished_at=answers[-1].not_after,
            received_at=answers[-1].received_at,
            note=None if is_complete else "the same cursor came again",
        ),
    )
    if is_complete:
        pull.known.inbox_read_from = answers[0].not_before
