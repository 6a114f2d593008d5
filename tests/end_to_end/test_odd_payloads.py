"""Payloads as HeyReach may send them one day: what can't be read is named, and stops what rests on it."""

import duckdb
import pytest

from extract.sandbox.process import running_sandbox
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

pytestmark = pytest.mark.usefixtures("built_without_dbt")

PERIOD = ("--since", "2026-01-01", "--until", "2026-02-01")
LEADS, CAMPAIGNS, LISTS = "campaign_leads", "campaigns", "lists"
# Table, share of its rows (one in so many), and what their payloads say instead.
PATCHES = (
    (CAMPAIGNS, 2, '{"name": "Twin", "startedAt": "31/12/2025"}'),
    (CAMPAIGNS, 1, '{"progressStats": {"totalUsersInProgress": -3, "totalUsers": "12"}}'),
    (LISTS, 2, '{"listType": "SOMETHING_NEW"}'),
    ("sender_accounts", 2, '{"firstName": " ", "lastName": "\u00a0"}'),
    (LEADS, 7, '{"leadCampaignStatus": "Snoozed"}'),
    (LEADS, 11, '{"leadConnectionStatus": "Withdrawn"}'),
    (LEADS, 13, '{"lastActionTime": "yesterday"}'),
    (LEADS, 19, '{"linkedInUserProfile": {"profileUrl": "https://www.linkedin.com/sales/lead/ACwAAA,N"}}'),
    (LEADS, 23, '{"linkedInUserProfile": {"position": {"title": "x"}}}'),
    ("account_campaign_days", 29, '{"connectionsSent": -1}'),
    (
        "list_leads",
        5,
        '{"customFields": [{"name": "source", "value": " N/A"}, {"name": "Batch-ID", "value": "b"}]}',
    ),
    (
        "list_leads",
        31,
        '{"customFields": [{"name": "source", "value": {"a": 1}}, {"name": "icp", "value": 7}]}',
    ),
)
# Table, share of its rows, and the field that is JSON null there.
NULLS = (
    (CAMPAIGNS, 3, "name"),
    (LISTS, 3, "name"),
    (LEADS, 2, "leadMessageStatus"),
    (LEADS, 6, "creationTime"),
    (LEADS, 17, "profileUrl"),
)


def rewrite(raw, table: str, share: int, payload: str, value: str, condition: str = "true") -> None:
    raw.execute(
        f"update heyreach.{table} set payload = {payload}"
        f" where payload is not null and hash(content_hash) % {share} = 0 and {condition}",
        [value],
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    with running_sandbox(seed=17, leads=400, now=FIRST_PULL) as sandbox:
        workspace = workspace_on(sandbox, tmp_path_factory.mktemp("odd"))
        assert workspace.run("extract").exit_code == 0
    with duckdb.connect(str(workspace.data_dir / "raw.duckdb")) as raw:
        for table, share, patch in PATCHES:
            rewrite(raw, table, share, "json_merge_patch(payload, cast(? as json))", patch)
        for table, share, field in NULLS:
            nulled = (
                'cast(regexp_replace(cast(payload as varchar), concat(\'"\', $1, \'":"[^"]*"\'),'
                " concat('\"', $1, '\":null')) as json)"
            )
            rewrite(raw, table, share, nulled, field)
        # What has never been sent is sometimes shown as null.
        nothing = """cast(replace(cast(payload as varchar), '"leadConnectionStatus":"None"', ?) as json)"""
        rewrite(raw, LEADS, 2, nothing, '"leadConnectionStatus":null')
    outcome = workspace.run("build", *PERIOD)
    assert outcome.exit_code == 0, outcome.errors
    return workspace


def test_odd_payloads_are_published_and_named(workspace):
    [(line,)] = workspace.query("select message from marts.rpt_health where topic = 'payload_problems'")
    for text in (
        'campaign_leads.lastActionTime (', 'no ISO 8601 time, such as "yesterday"',
        "campaign_leads.linkedInUserProfile.position (object instead of text or null in",
        "campaigns.progressStats.totalUsers (text instead of integer or null in",
        'campaigns.startedAt (',
    ):  # fmt: skip
        assert text in line
    assert "Every other figure stands." in line
    assert workspace.query("select count(*) from marts.heyreach_campaigns where campaign_name is null") == [
        (0,)
    ]
    assert workspace.query("select count(*) from marts.heyreach_accounts where trim(label) = ''") == [(0,)]
    assert workspace.query("select count(*) from marts.heyreach_leads where title like '%{%'") == [(0,)]


def test_placeholders_and_respelled_fields_are_unknown_and_named(workspace):
    [(line,)] = workspace.query(
        "select message from marts.rpt_health where topic = 'custom_fields_respelled'"
    )
    assert "batch-id (expected batch_id; " in line
    assert (
        workspace.query("select distinct source from marts.heyreach_leads where source ilike '%n/a%'") == []
    )
    [(respelled,)] = workspace.query("select count(distinct lead_id) from findings.fnd_lead_fields_respelled")
    assert respelled > 20


def test_without_the_field_that_says_what_was_sent_the_last_good_warehouse_stays(workspace):
    before = workspace.warehouse.read_bytes()
    with duckdb.connect(str(workspace.data_dir / "raw.duckdb")) as raw:
        rewrite(raw, LEADS, 10, "json_merge_patch(payload, cast(? as json))", '{"leadConnectionStatus": 2}')
    outcome = workspace.run("build", *PERIOD)
    assert outcome.exit_code == 1
    assert "assert_payload_types" in outcome.errors
    assert "campaign_leads.leadConnectionStatus, integer instead of text or null" in outcome.errors
    assert workspace.warehouse.read_bytes() == before
