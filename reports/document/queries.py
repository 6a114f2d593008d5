"""The published warehouse as one report: every figure is read, none is made here.

All SQL of the reports is in this file. Rows carry every column of their model under the model's names, so a
column that is added to a model is in the JSON report without a change here.
"""

import re
from typing import Any

import duckdb

from dbt_project.rendering import rendered, returned
from reports.read_only import finite

Row = dict[str, Any]

SUMMARY = "select * from marts.rpt_summary"
# Columns of rpt_summary that describe the run; the rest are totals.
PARAMETERS = (
    "as_of",
    "since",
    "until",
    "is_begun",
    "is_over",
    "watched_from",
    "watched",
    "is_demo",
    "acceptance_window_days",
    "detection_lag_days",
    "hide_rate_below",
)

HEADLINE = "select * from marts.rpt_headline order by span, since"
DIAGNOSIS = "select * from marts.rpt_diagnosis"
BOTTLENECKS = "select * from marts.rpt_bottlenecks order by rank"
OUTCOMES = "select * from marts.rpt_advice_outcomes order by list_order"
CHANGES = """
    select *
    from marts.rpt_anomalies
    where is_open
    order by is_acknowledged, since desc, kind, dimension, segment
"""
RECOMMENDATIONS = "select * from marts.rpt_recommendations order by rank"
EXPERIMENTS = (
    "select * from marts.rpt_experiments order by began_at, experiment, account_type, other_account_type"
)
# By the default profile. Names and links are for `make inbox`; what is left, `make erase` finds in reports.
INBOX = """
    select inbox.* exclude (lead_id, profile_url, first_name, last_name, title, company_name, company_domain)
    from marts.rpt_lead_inbox as inbox
    inner join marts.rpt_inbox_profiles as profiles using (icp_profile)
    where profiles.is_default and inbox.rank <= 10
    order by inbox.rank
"""
# What changed of watched leads; the notices tell it, too.
WATCHED = """
    select icp_profile, watched_as, who, tier, total_score, tier_before, score_before, what_changed
    from marts.rpt_watched_leads
    where is_news
    order by total_score desc, who, what_changed
"""
INBOX_PROFILES = "select * from marts.rpt_inbox_profiles order by profile_order"
PROFILES = "select * from marts.rpt_icp_profiles order by profile_order"
_TIERS = [f"tier:{tier}" for tier in (*returned("catalogue/*.sql", "score_tiers()"), "cold")]
SCORE_VALIDATION = f"""
    select validation.*
    from marts.rpt_score_validation as validation
    left join marts.rpt_icp_profiles as profiles using (icp_profile)
    order by profiles.profile_order, metric, list_position({_TIERS}, scope), scope
"""  # noqa: S608 - the tiers are our own
# With fewer acceptances a score is neither believed nor refused.
FEWEST_ACCEPTED = int(rendered("statistics/*.sql", "fewest_accepted_for_scores()"))
SIGNAL_VALUES = """
    select worths.*
    from marts.rpt_signal_value as worths
    left join marts.rpt_icp_profiles as profiles using (icp_profile)
    order by profiles.profile_order, points_of_total desc, component
"""
OUTREACH = """
    select *
    from marts.rpt_outreach_metrics
    where dimension in ('all', 'segment')
    order by dimension <> 'all', value = 'not_by_segment', sent desc, value
    limit 8
"""
MESSAGE_TESTS = "select * from marts.rpt_message_tests order by started_at desc, test_id limit 3"
PLAN_WEEKS = "select * from marts.rpt_plan_weeks order by week desc limit 3"
# The first of each step says what is said of all its texts; what can be favoured stands first.
LEARNING = """
    select *
    from marts.rpt_outreach_learning
    where place = 1 and dimension = 'variant'
    order by favored is null, because in ('alone', 'collecting'), judged desc, segment, step
    limit 4
"""
COMPLETENESS = """
    select *
    from marts.rpt_lead_completeness
    qualify row_number() over (partition by field order by week desc) <= 9
    order by field_order, week
"""
ENRICHMENT_WEEKS = """
    select *
    from marts.rpt_enrichment_weeks
    qualify row_number() over (partition by integration order by week desc) <= 6
    order by integration <> 'all', integration, week
"""
ENRICHMENT_FIELDS = """
    select *
    from marts.rpt_enrichment_fields
    where leads_with_several > 0 and conflict_rate is not null
    order by conflict_rate desc, leads_with_several desc, field
"""
BENCHMARKS = "select * from marts.rpt_benchmarks order by benchmark_order"
EARLY = "select * from marts.rpt_early_acceptance order by dimension, provisional_rank"
CALENDAR = "select * from marts.rpt_verdict_calendar order by question_order"
HEALTH = "select * from marts.rpt_health order by line_number"
IMPORTS = """
    select *
    from marts.rpt_import_performance
    order by file_rows desc, source, known_from
"""
ATTRIBUTION_WEEKS = """
    select *
    from marts.rpt_attribution_coverage
    where scope = 'week'
    order by enrolled_on desc
    limit 12
"""
FUNNEL = "select * from marts.rpt_funnel order by stage_order"

TIME_TO_ACCEPT = """
    select *
    from marts.rpt_time_to_accept
    order by dimension <> 'all', dimension, requests desc, segment
"""
SENT_WEEKS = "select * from marts.rpt_sent_weeks order by sent_week"
NOTES = "select * from marts.rpt_notes where is_in_the_weeks order by note_number"
TREND = "select * from marts.rpt_weekly_trend order by report_week"
SEGMENTS = """
    select *
    from marts.rpt_segment_performance
    where dimension = $dimension
    order by volume_rank
"""
TOP_KEYWORDS = """
    select *
    from marts.rpt_segment_performance
    where dimension = 'keyword' and volume_rank <= 20
    order by volume_rank
"""
WORST_KEYWORDS = """
    select *
    from marts.rpt_segment_performance
    where dimension = 'keyword' and worst_rank <= 20
    order by worst_rank
"""
DEAD_SEGMENTS = """
    select *
    from marts.rpt_segment_performance
    where dead_rank is not null
    order by dead_rank
"""
CROSSED = """
    select *
    from marts.rpt_crossed_segments
    order by pair = 'account_icp', pair, row_rank, column_rank
"""
MATCH_CELLS = """
    select *
    from marts.rpt_account_lead_match
    order by pair, account_value = 'unknown', account_value, lead_value = 'unknown', lead_value
"""
MATCH_COMPARISONS = """
    select *
    from marts.rpt_account_lead_comparison
    order by comparison = 'account_type', comparison
"""
CHANGE = """
    select *
    from marts.rpt_change_decomposition
    order by breakdown = 'stage', breakdown desc, part_order
"""
# Entries of macros/catalogue/dimensions.sql: all, and the breakdowns beside the numbered sections.
DIMENSIONS = returned("catalogue/*.sql", "dimensions()")
MORE = returned("catalogue/*.sql", "printed_dimensions()")
ACCOUNTS = """
    select *
    from marts.rpt_account_performance
    order by sent desc, sent_to_date desc, queued desc, label, account_id
"""
CAMPAIGNS = """
    select *
    from marts.rpt_campaign_performance
    order by sent desc, sent_to_date desc, enrolled desc, campaign_name, campaign_id
"""


# What columns of marts are printed as stands in their descriptions: `Printed as "Half by", "Median".`
DEFINITIONS = """
    select table_name, comment
    from duckdb_columns()
    where schema_name = 'marts' and comment like '%Printed as "%'
"""
_PRINTED_AS = re.compile(r'\s*Printed as ((?:"[^"]+"(?:, )?)+)\.')

# Mart -> label -> what is printed under that label.
Definitions = dict[str, dict[str, str]]


def read_definitions(connection: duckdb.DuckDBPyConnection) -> Definitions:
    """What the labels of the report mean, in the words of the columns that they stand for."""
    found: Definitions = {}
    for mart, comment in connection.execute(DEFINITIONS).fetchall():
        for labels in _PRINTED_AS.findall(comment):
            meaning = _PRINTED_AS.sub("", comment).strip()
            found.setdefault(mart, {}).update(dict.fromkeys(re.findall('"([^"]+)"', labels), meaning))
    return found


def read_report(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Everything a report prints: `{"meta": …, "totals": …, "sections": {key: rows}}`.

    Times are aware and in UTC; a figure that doesn't exist is None. Raises duckdb.Error where a model is
    missing.
    """

    def rows(query: str, **parameters: str) -> list[Row]:
        cursor = connection.execute(query, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, map(finite, values), strict=True)) for values in cursor.fetchall()]

    (summary,) = rows(SUMMARY)
    (diagnosis,) = rows(DIAGNOSIS)
    bottlenecks = rows(BOTTLENECKS)
    return {
        "meta": {name.removeprefix("is_"): summary[name] for name in PARAMETERS},
        "totals": {name: value for name, value in summary.items() if name not in PARAMETERS},
        "sections": {
            "first": {
                **diagnosis,
                "alarms": [row for row in bottlenecks if row["verdict"] not in ("background", "declined")],
                "changes": rows(CHANGES),
                "health": rows(HEALTH),
            },
            "headline": rows(HEADLINE),
            "calendar": rows(CALENDAR),
            "provisional": rows(EARLY),
            "summary": summary,
            "benchmarks": rows(BENCHMARKS),
            "change": rows(CHANGE),
            "funnel": rows(FUNNEL),
            "imports": rows(IMPORTS),
            "attribution_weeks": rows(ATTRIBUTION_WEEKS),
            "by_source": rows(SEGMENTS, dimension="source"),
            "by_icp": rows(SEGMENTS, dimension="icp"),
            "by_keyword": {"top": rows(TOP_KEYWORDS), "worst": rows(WORST_KEYWORDS)},
            "by_account": rows(ACCOUNTS),
            "by_account_type": rows(SEGMENTS, dimension="account_type"),
            "by_account_gender": rows(SEGMENTS, dimension="account_gender"),
            "by_account_job_title": rows(SEGMENTS, dimension="account_job_title"),
            "match": {"comparisons": rows(MATCH_COMPARISONS), "cells": rows(MATCH_CELLS)},
            **{f"by_{entry['name']}": rows(SEGMENTS, dimension=entry["name"]) for entry in MORE},
            "crossed": rows(CROSSED),
            "by_campaign": rows(CAMPAIGNS),
            "time_to_accept": rows(TIME_TO_ACCEPT),
            "by_week": rows(SENT_WEEKS),
            "notes": rows(NOTES),
            "trend": rows(TREND),
            "bottlenecks": bottlenecks,
            "dead_segments": rows(DEAD_SEGMENTS),
            "outcomes": rows(OUTCOMES),
            "recommendations": rows(RECOMMENDATIONS),
            "experiments": rows(EXPERIMENTS),
            "inbox": {
                "profiles": rows(INBOX_PROFILES),
                "leads": rows(INBOX),
                "watched": rows(WATCHED),
            },
            "scores": rows(PROFILES),
            "belief": {
                "fewest_accepted": FEWEST_ACCEPTED,
                "validation": rows(SCORE_VALIDATION),
                "points": rows(SIGNAL_VALUES),
            },
            "outreach": {
                "metrics": rows(OUTREACH),
                "tests": rows(MESSAGE_TESTS),
                "weeks": rows(PLAN_WEEKS),
                "learning": rows(LEARNING),
            },
            "enrichment": {
                "completeness": rows(COMPLETENESS),
                "weeks": rows(ENRICHMENT_WEEKS),
                "fields": rows(ENRICHMENT_FIELDS),
            },
        },
    }
