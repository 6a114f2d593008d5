"""Replies and meetings against the hidden truth: told by webhooks, by the inbox, by both, by statuses."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import duckdb
import pytest

from extract.sandbox.process import running_sandbox
from extract.workspace.sql_text import literal
from tests.conftest import Workspace
from tests.dbt_project.models import model_sql
from tests.end_to_end.conftest import FIRST_PULL, pull_at, workspace_on

pytestmark = pytest.mark.usefixtures("built_without_dbt")

NIGHTS = 12
BEGINNING = FIRST_PULL - timedelta(days=NIGHTS)
# What each source fills; emptied, it tells nothing.
SOURCES = {
    "webhooks": ["int_engagement_webhooks"],
    "inbox": ["int_inbox_replies", "int_inbox_tags"],
}
Told = Callable[..., list[dict]]


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Iterator[tuple[Workspace, list[dict]]]:
    """Twelve days of a workspace whose inbox is read and webhooks were kept, and the truth of its leads."""
    with running_sandbox(seed=5, leads=700, now=BEGINNING) as sandbox:
        workspace = workspace_on(sandbox, tmp_path_factory.mktemp("engagement"))
        nights = [(BEGINNING + timedelta(days=day), "daily" if day else "full") for day in range(NIGHTS)]
        pull_at(sandbox, workspace, [*nights, (FIRST_PULL, "full")], reads_inbox=True)
        folder = workspace.data_dir / "webhooks"
        folder.mkdir(parents=True)
        lines = sandbox.webhook_lines(shape="mixed", times="mixed")
        (folder / "all.jsonl").write_text("\n".join(map(json.dumps, [*lines, *lines])) + "\n")
        outcome = workspace.run("run")
        assert outcome.exit_code == 0, outcome.errors
        yield workspace, sandbox.truth()["leads"]


@pytest.fixture(scope="module")
def told(watched) -> Told:
    """The rows of engagement_events by the model's own SQL, where only some sources tell."""
    workspace, _ = watched

    def rows(*sources: str) -> list[dict]:
        with duckdb.connect() as connection:
            connection.execute(f"attach {literal(workspace.warehouse)} as published (read_only)")
            connection.execute("set TimeZone = 'UTC'")
            found = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
            ).fetchall()
            silent = [table for name, tables in SOURCES.items() if name not in sources for table in tables]
            for schema, table in found:
                nothing = "limit 0" if table in silent else ""
                connection.execute(f"create view {table} as from published.{schema}.{table} {nothing}")
            answer = connection.execute(model_sql("engagement_events"))
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    return rows


def where(leads: list[dict], *events: str) -> Counter:
    """How often it really happened, by campaign and sender; a meeting is a person's first."""
    happened = sorted((lead[event], lead) for lead in leads for event in events if lead[event])
    if events == ("meeting_at",):
        happened = list({lead["profile_key"]: (at, lead) for at, lead in reversed(happened)}.values())
    return Counter((str(lead["campaign_id"]), str(lead["account_id"])) for _, lead in happened)


def counted(rows: list[dict], kind: str) -> Counter:
    return Counter((row["campaign_id"], row["account_id"]) for row in rows if row["kind"] == kind)


@pytest.mark.parametrize("sources", [("webhooks",), ("inbox",), ("webhooks", "inbox")])
def test_replies_and_meetings_by_campaign_and_sender_equal_the_truth(watched, told, sources):
    _, leads = watched
    rows = told(*sources)
    replies = where(leads, "replied_at", "replied_again_at")
    assert counted(rows, "reply") == replies
    assert replies.total() > where(leads, "replied_at").total() > 30
    assert counted(rows, "meeting") == where(leads, "meeting_at")
    assert where(leads, "meeting_at").total() > 10
    # Exact where the event itself tells its time.
    true = Counter(datetime.fromisoformat(lead["replied_at"]) for lead in leads if lead["replied_at"])
    assert true.keys() <= {row["happened_at"] for row in rows} if sources == ("inbox",) else True


def test_statuses_alone_tell_that_somebody_replied_and_between_when(watched, told):
    workspace, leads = watched
    rows = told()
    assert counted(rows, "reply") == where(leads, "replied_at")
    assert {row["kind"] for row in rows} == {"reply"}
    true = {
        str(lead["campaign_lead_id"]): datetime.fromisoformat(lead["replied_at"])
        for lead in leads
        if lead["replied_at"]
    }
    rows_of = {
        (lead_id, campaign_id): campaign_lead_id
        for lead_id, campaign_id, campaign_lead_id in workspace.query(
            "select lead_id, campaign_id, campaign_lead_id from marts.heyreach_connections"
        )
    }
    bounded = 0
    for row in rows:
        at = true[rows_of[row["lead_id"], row["campaign_id"]]]
        assert row["happened_earliest"] <= at <= row["happened_latest"]
        bounded += row["method"] == "observed_interval"
        assert (row["happened_at"] is not None) or row["method"] == "first_seen_left_censored"
    assert bounded >= 8


def test_whoever_is_shown_as_replied_has_a_reply_and_a_request_it_follows(watched, told):
    workspace, _ = watched
    replied = {
        connection_id
        for (connection_id,) in workspace.query(
            "select connection_id from marts.heyreach_connections where is_replied"
        )
    }
    for sources in ((), ("webhooks",), ("inbox",), ("webhooks", "inbox")):
        rows = told(*sources)
        assert replied <= {row["connection_id"] for row in rows if row["kind"] == "reply"}
    assert len(replied) > 30


def test_no_text_and_no_name_is_kept(watched):
    workspace, _ = watched
    landed = [path.read_text() for path in (workspace.data_dir / "landing").rglob("conversations*")]
    assert landed
    for word in ("tell me more", "Hello", "firstName", "lastMessageText", "body", "imageUrl"):
        assert not any(word in text for text in landed)
