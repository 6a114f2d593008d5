"""Webhook files all the way: what a receiver saved, against what really happened on the server."""

import json
from datetime import datetime, timedelta

import pytest

from extract.sandbox.process import running_sandbox
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

PERIOD = ("--since", "2026-01-01", "--until", "2026-03-01")
KINDS = {"connection_request_sent": "sent_at", "connection_request_accepted": "accepted_at"}


def snake_case(kind: str, at: str, lead: dict) -> dict:
    return {
        "event_type": kind,
        "timestamp": at,
        "correlation_id": f"{lead['campaign_lead_id']}-{kind}",
        "campaign": {"id": lead["campaign_id"], "name": "Q1"},
        "sender": {"id": lead["account_id"]},
        "lead": {"id": "1", "profile_url": lead["profile_url"] + "?utm_source=x"},
    }


def camel_case(kind: str, at: str, lead: dict) -> dict:
    return {
        "eventType": kind.upper(),
        "timestamp": at,
        "campaign": {"id": lead["campaign_id"], "name": "Q1"},
        "sender": {"id": lead["account_id"]},
        "leadProfile": {"linkedInUrl": lead["profile_url"] + "?utm_source=x"},
    }


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """A workspace with the webhook files of five days, the first day's in both shapes and twice."""
    with running_sandbox(seed=13, leads=200, now=FIRST_PULL) as sandbox:
        workspace = workspace_on(sandbox, tmp_path_factory.mktemp("webhooks"))
        folder = workspace.data_dir / "webhooks"
        folder.mkdir(parents=True)
        first = events_of(sandbox.truth())
        lines = [json.dumps(shape(*event)) for shape in (snake_case, camel_case) for event in first]
        (folder / "first.jsonl").write_text("\n".join([*lines, "<html>", *lines]) + "\n")
        outcomes = [workspace.run("extract")]
        sandbox.set_clock(FIRST_PULL + timedelta(days=5))
        events = events_of(sandbox.truth())
        assert len(events) > len(first) > 50
        (folder / "second.ndjson").write_text("".join(json.dumps(camel_case(*e)) + "\n" for e in events))
        outcomes.append(workspace.run("run", *PERIOD))
        for outcome in outcomes:
            assert outcome.exit_code == 0, outcome.errors
        yield workspace, outcomes, events


def events_of(truth: dict) -> list[tuple[str, str, dict]]:
    """Kind, time and lead of everything that happened to leads with a profile URL."""
    return [
        (kind, lead[column], lead)
        for lead in truth["leads"]
        for kind, column in KINDS.items()
        if lead[column] and lead["profile_url"]
    ]


def test_every_event_is_there_once_at_its_exact_time_and_finds_its_lead(received):
    workspace, _, events = received
    found = workspace.query(
        """
        select campaign_lead_id, lower(event_type), happened_at, account_id = sender_id
        from (
            select event_type, happened_at, campaign_id, account_id as sender_id, normalized_profile_url
            from staging.stg_heyreach__webhook_events
            left join intermediate.int_profile_urls_normalized using (profile_url_raw)
        )
        left join marts.heyreach_connections using (campaign_id, normalized_profile_url)
        """
    )
    assert sorted(found) == sorted(
        (str(lead["campaign_lead_id"]), kind, datetime.fromisoformat(at), True) for kind, at, lead in events
    )


def test_a_line_that_is_no_event_is_told_of_once(received):
    _, outcomes, _ = received
    line = "warning: webhooks/first.jsonl: 1 line is no JSON object and set aside; see quarantined_rows"
    assert [line in outcome.errors for outcome in outcomes] == [True, False]
