"""Whom a line of the report concerns: as many as it counts, and nothing that describes a person."""

import duckdb
import pytest

from dbt_project.rendering import returned
from tests.dbt_project.models import model_sql
from tests.diagnosis.examination import UNLIKE_THEIR_LEADS

# Three imports of the ledger, of which one lies before the period and one lost its leads and fields.
LEDGER = """
    create table stg_operations__run_parameters as
    select timestamptz '2026-01-01 00:00:00+00' as since, timestamptz '2026-02-01 00:00:00+00' as until;
    create table heyreach_imports as
    select
        import_id, 'clay' as source, 'ledger' as known_from,
        if(import_id = 'old', '2025-12-10', '2026-01-10')::date as imported_at
    from unnest(['one', 'lost', 'old']) as imports (import_id);
    create table heyreach_import_leads as
    select
        * exclude (is_valid), import_id || row_number as import_lead_id, 'clay' as source,
        'lead' as lead_id, 'raw' as profile_url_raw, if(import_id = 'lost', null, import_id) as batch_id,
        if(is_valid, 'linkedin.com/in/x', null) as normalized_profile_url
    from (values
        ('one', 1, true, 'verified', null, null, null),
        ('one', 2, false, 'left_out', 'no_profile_url', null, null),
        ('one', 3, true, 'left_out', 'duplicate_in_file', null, null),
        ('one', 4, true, 'left_out', 'missing_name', null, null),
        ('one', 5, true, 'left_out', 'in_other_campaign', null, null),
        ('old', 1, false, 'left_out', 'no_profile_url', null, null),
        ('lost', 1, true, 'missing_lead', null, null, null),
        ('lost', 2, true, 'refused', 'said no', null, null),
        ('lost', 3, true, 'changed_fields', null, 'icp', 'batch_id')
    ) as rows (import_id, row_number, is_valid, state, why, missing_fields, changed_fields)
"""
# What else is read, and is empty here.
EMPTY = {
    "heyreach_connections": ("connection_id", "lead_id", "created_at", "campaign_id", "batch_id", "source"),
    "heyreach_campaigns": ("campaign_id", "campaign_name"),
    "int_lead_rows_identified": (
        *("lead_id", "profile_url_raw", "normalized_profile_url", "container_id", "row_key"),
        *("first_observed_at", "found_in"),
    ),
    "int_lead_evidence": (
        *("origin", "list_id", "row_key", "source", "batch_id", "observed_at", "content_hash"),
    ),
    "int_import_rows_resolved": ("custom_batch_id",),
}


@pytest.fixture(scope="module")
def workspace(demo):
    return demo[0]


def test_as_many_stand_behind_each_line_of_the_demo_as_it_counts(workspace):
    assert workspace.query(UNLIKE_THEIR_LEADS) == []
    [(lines,)] = workspace.query("select count(distinct rank) from marts.rpt_bottleneck_leads")
    # Behind senders with room stand those who would wait longer for others, also for some who can't send.
    assert workspace.query("select count(*) from marts.rpt_bottlenecks") == [(lines,)]
    assert lines > 3


def test_nothing_that_describes_a_person_is_told_of_a_lead(workspace):
    columns = {
        name
        for (name,) in workspace.query(
            "select column_name from duckdb_columns() where table_name = 'rpt_bottleneck_leads'"
        )
    }
    sensitive = {entry["column"] for entry in returned("catalogue/*.sql", "sensitive_dimensions()")}
    assert len(sensitive) == 3
    assert not columns & (sensitive | {"is_employed", "estimated_age", "gender"})


def test_a_paused_campaign_names_the_command_that_resumes_it(workspace):
    [(command, segment)] = workspace.query(
        "select command, segment from marts.rpt_bottlenecks where cause = 'campaign_paused'"
    )
    assert command == f"make resume CAMPAIGN={segment}"
    [(links,)] = workspace.query(
        "select distinct heyreach_url from marts.rpt_bottleneck_leads "
        "where rank = (select rank from marts.rpt_bottlenecks where cause = 'campaign_paused')"
    )
    assert links == f"https://app.heyreach.io/app/campaigns/{segment}"


def test_rows_of_a_file_are_told_by_what_became_of_them_and_only_of_imports_of_the_period():
    with duckdb.connect() as connection:
        connection.execute(LEDGER)
        for table, columns in EMPTY.items():
            connection.execute(f"create table {table} ({', '.join(f'{name} varchar' for name in columns)})")
        told = connection.execute(
            f"select cause, tier, batch, why from ({model_sql('rpt_bottleneck_leads__rows')}) order by all"
        ).fetchall()
    assert told == [
        ("duplicate_leads", "losing", "one", "row 3 of import one was left out: duplicate in file"),
        ("duplicate_leads", "losing", "one", "row 5 of import one was left out: in other campaign"),
        ("import_loss", "blind", "lost", "row 3 of import lost stands in HeyReach without icp, batch_id"),
        ("import_loss", "blocked", "lost", "row 1 of import lost never arrived in HeyReach"),
        ("import_loss", "blocked", "lost", "row 2 of import lost never arrived in HeyReach"),
        ("invalid_leads", "losing", "one", "row 2 of import one has no usable profile link"),
    ]
