"""When somebody was first asked in a campaign that HeyReach names: as the warehouse saw it, within bounds."""

import json

import duckdb

from tests.dbt_project.models import model_sql

HISTORY = [
    {"campaign_id": "1", "campaign_name": "Q1", "campaign_status": "IN_PROGRESS", "lead_status": "Pending",
     "enrolled_at": "2026-01-01T00:00:00+00:00"},
    {"campaign_id": "2", "campaign_name": None, "campaign_status": "FINISHED", "lead_status": "Finished",
     "enrolled_at": None},
    {"campaign_id": "3", "campaign_name": "Old", "campaign_status": "FINISHED", "lead_status": "Finished",
     "enrolled_at": None},
    {"campaign_id": None, "campaign_name": "Nameless", "campaign_status": None, "lead_status": None,
     "enrolled_at": None},
]  # fmt: skip


# Requests as (lead, campaign, sent, id, method, estimate, earliest, latest).
REQUESTS = [
    # Asked twice in one campaign, and waiting there once more.
    ("sam", "1", True, "b", "observed_interval", "2026-01-20", "2026-01-19", "2026-01-21"),
    ("sam", "1", True, "a", "webhook", "2026-01-05", "2026-01-05", "2026-01-05"),
    ("sam", "1", False, "c", None, None, None, None),
    # Sent before anybody looked, and a request to somebody else.
    ("sam", "2", True, "d", "first_seen_left_censored", None, None, "2026-01-10"),
    ("kim", "3", True, "e", "webhook", "2026-01-06", "2026-01-06", "2026-01-06"),
]


def test_the_first_request_is_dated_as_far_as_the_warehouse_saw_it():
    with duckdb.connect() as connection:
        connection.execute("""
            set timezone = 'UTC';
            create table stg_operations__run_parameters as select timestamptz '2026-02-01' as as_of;
            create table int_enrichment_values (
                lead_id varchar, field varchar, value varchar, is_chosen boolean, answered_at timestamptz
            );
            create table heyreach_connections (
                lead_id varchar, campaign_id varchar, is_sent boolean, connection_id varchar,
                connection_sent_method varchar, connection_sent_at timestamptz,
                connection_sent_earliest timestamptz, connection_sent_latest timestamptz
            );
        """)
        connection.executemany("insert into heyreach_connections values (?, ?, ?, ?, ?, ?, ?, ?)", REQUESTS)
        connection.executemany(
            "insert into int_enrichment_values values (?, ?, ?, ?, '2026-01-31')",
            [
                ("sam", "campaign_history", json.dumps(HISTORY), True),
                ("sam", "headline", "SRE", True),
                ("kim", "campaign_history", json.dumps(HISTORY), False),
            ],
        )
        rows = connection.execute(f"""
            select campaign_id, campaign_name, campaign_lead_status, enrolled_at::date::varchar,
                first_contact_at::date::varchar, first_contact_earliest::date::varchar,
                first_contact_latest::date::varchar, first_contact_method
            from ({model_sql("enrichment_campaigns")}) order by campaign_id
        """).fetchall()
    assert rows == [
        ("1", "Q1", "Pending", "2026-01-01", "2026-01-05", "2026-01-05", "2026-01-05", "webhook"),
        ("2", None, "Finished", None, None, None, "2026-01-10", "first_seen_left_censored"),
        ("3", "Old", "Finished", None, None, None, None, None),
    ]
