"""Whom nobody was asked about, because the host of their page refuses: no call, and still to be asked."""

from datetime import date

import duckdb

from tests.dbt_project.models import model_sql


def test_whom_nobody_was_asked_about_is_no_call_of_the_week():
    with duckdb.connect() as connection:
        connection.execute("""
            create table stg_operations__run_parameters as select timestamptz '2026-02-01' as as_of;
            create table stg_enrichment__answers as
            select 'profile_text' as integration, timestamptz '2026-01-07' as answered_at,
                unnest(['found', 'failed', 'unasked', 'unasked']) as status, 5 as signals_asked,
                unnest([2, 0, 0, 0]) as signals_found, 0.0 as credits, 0.0 as cost_usd;
            create table heyreach_leads (
                lead_id varchar, created_at timestamptz, is_valid_profile_url boolean,
                imported_at_method varchar
            );
            create table heyreach_connections (lead_id varchar, is_accepted boolean);
            create table int_enrichment_results (
                lead_id varchar, integration varchar, first_found_at timestamptz, status varchar
            );
        """)
        rows = connection.execute(f"""
            select integration, calls, found, failed, signals_asked
            from ({model_sql("rpt_enrichment_weeks")}) order by integration
        """).fetchall()
    assert rows == [("all", 2, 1, 1, 5), ("profile_text", 2, 1, 1, 5)]


def test_who_is_asked_about_again_is_covered_since_the_first_answer():
    with duckdb.connect() as connection:
        connection.execute("""
            create table stg_operations__run_parameters as select timestamptz '2026-02-01' as as_of;
            create table stg_enrichment__answers as
            select 'builtwith' as integration, 'found' as status,
                unnest([timestamptz '2026-01-07', '2026-01-21']) as answered_at,
                1 as signals_asked, 1 as signals_found, 0.0 as credits, 0.0 as cost_usd;
            create table heyreach_leads as
            select unnest(['lead', 'found']) as lead_id, timestamptz '2026-01-05' as created_at,
                true as is_valid_profile_url,
                unnest(['first_seen_in_list', 'discovered']) as imported_at_method;
            create table heyreach_connections (lead_id varchar, is_accepted boolean);
            create table int_enrichment_results as
            select 'lead' as lead_id, 'builtwith' as integration, timestamptz '2026-01-07' as first_found_at,
                timestamptz '2026-01-21' as answered_at, 'found' as status;
        """)
        rows = connection.execute(f"""
            select week, covered_leads_to_date, leads_to_date
            from ({model_sql("rpt_enrichment_weeks")}) where integration = 'builtwith' order by week
        """).fetchall()
    assert rows == [(date(2026, 1, 5), 1, 1), (date(2026, 1, 19), 1, 1)]


def test_whom_nobody_was_asked_about_is_pending_until_something_is_answered():
    with duckdb.connect() as connection:
        connection.execute("""
            create table int_enrichment_values (
                lead_id varchar, field varchar, value varchar, integration varchar, is_chosen boolean,
                first_found_at timestamptz
            );
            create table int_enrichment_results as
            select lead_id, status, 0 as signals_asked, 0 as signals_found, 0.0 as credits, 0.0 as cost_usd,
                timestamptz '2026-01-07' as answered_at
            from (values
                ('unasked', 'unasked'), ('answered', 'unasked'), ('answered', 'not_found'),
                ('failed', 'failed')
            ) as results (lead_id, status)
        """)
        rows = connection.execute(f"""
            select lead_id, enrichment_status from ({model_sql("int_lead_enrichments")}) order by lead_id
        """).fetchall()
    assert rows == [("answered", "completed"), ("failed", "failed"), ("unasked", "pending")]
