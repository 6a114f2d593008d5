"""Webhook files all the way: what a receiver saved, against what really happened on the server."""

import json
from datetime import datetime, timedelta

import pytest

from extract.sandbox.process import running_sandbox
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

pytestmark = pytest.mark.usefixtures("built_without_dbt")

PERIOD = ("--since", "2026-01-01", "--until", "2026-03-01")
KINDS = {"connection_request_sent": "sent_at", "connection_request_accepted": "accepted_at"}


# Connection events that name no time, campaign or lead that is known, and a type nobody knows.
UNUSABLE = (
    {"event_type": "connection_request_sent", "timestamp": "05/01/2026 09:00", "campaign": {"id": 1}},
    {"event_type": "connection_request_sent", "timestamp": "2026-01-05T09:00:00Z", "campaign": {"id": 1}},
    {"event_type": "connection_request_accepted", "timestamp": "2026-01-05T09:00:00Z"},
    {"event_type": "lead_was_sneezed_at", "timestamp": "2026-01-05T09:00:00Z", "lead": {"id": "7"}},
)


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


def flat(kind: str, at: str, lead: dict) -> dict:
    return {
        "event_type": kind,
        "timestamp": at.replace("T", " ").replace("Z", " +0000"),
        "campaignId": lead["campaign_id"],
        "sender": {"linkedInAccount": {"id": lead["account_id"]}},
        "lead": {"profile_url": lead["profile_url"].replace("https://www.", "").rstrip("/")},
    }


def relayed(kind: str, at: str, lead: dict) -> dict:
    return {"headers": {"host": "relay"}, "body": snake_case(kind, at.replace("Z", "z"), lead)}


def relayed_as_text(kind: str, at: str, lead: dict) -> dict:
    compact = at.replace("-", "").replace(":", "").replace(".", ",")
    return {"headers": {}, "body": json.dumps([camel_case(kind, compact, lead)])}


def listed(kind: str, at: str, lead: dict) -> list:
    other = {"event_type": "lead_auto_tagged_interested", "timestamp": at, "lead": {"id": "1"}}
    return [snake_case(kind, at, lead), other]


SHAPES = (snake_case, camel_case, flat, relayed, relayed_as_text, listed)


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """Webhook files of five days: the first day's in two shapes and twice, then all in every shape."""
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
        lines = [json.dumps(SHAPES[place % len(SHAPES)](*event)) for place, event in enumerate(events)]
        lines += [json.dumps(line) for line in UNUSABLE]
        (folder / "second.ndjson").write_text("\n".join(lines) + "\n")
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
        select distinct campaign_lead_id, lower(event_type), happened_at, account_id = sender_id
        from (
            select event_type, happened_at, campaign_id, account_id as sender_id, normalized_profile_url
            from staging.stg_heyreach__webhook_events
            inner join intermediate.int_profile_urls_normalized using (profile_url_raw)
        )
        inner join marts.heyreach_connections using (campaign_id, normalized_profile_url)
        """
    )
    assert sorted(found) == sorted(
        (str(lead["campaign_lead_id"]), kind, datetime.fromisoformat(at), True) for kind, at, lead in events
    )


def test_a_line_that_is_no_event_is_told_of_once(received):
    _, outcomes, _ = received
    line = "warning: webhooks/first.jsonl: 1 line is no JSON object and set aside; see quarantined_rows"
    assert [line in outcome.errors for outcome in outcomes] == [True, False]


def test_every_connection_event_dates_its_request_whatever_its_shape(received):
    workspace, _, events = received
    found = workspace.query(
        """
        select
            count(distinct (campaign_lead_id, event, account_id, happened_at)) filter (where problem is null),
            count(*) filter (where problem is not null)
        from intermediate.int_webhook_events_matched
        """
    )
    assert found == [(len(events), 3)]


def test_what_cannot_be_used_is_one_line_with_count_example_and_the_form_expected(received):
    workspace, _, _ = received
    [(events,)] = workspace.query("select count(*) from intermediate.int_webhook_events_matched")
    lines = dict(workspace.query("select topic, message from marts.rpt_health where topic like 'webhook%'"))
    assert set(lines) == {"webhook_events_unused", "webhook_types_unknown"}
    unused = lines["webhook_events_unused"]
    assert unused.startswith(f"3 of {events} connection events from webhooks name no campaign, lead or")
    assert 'webhooks/second.ndjson: timestamp "05/01/2026 09:00", campaign "1"' in unused
    assert '"campaign": {"id": 1}' in unused
    assert "LEAD_WAS_SNEEZED_AT (1)" in lines["webhook_types_unknown"]
