"""All SQL of the answers: marts of reports, and two more of persons.

`written` is what somebody else may have written; it is read only with `--personal`, and told fenced.
"""

from dbt_project.rendering import returned

ABOUT = """
    select as_of, since, until, is_demo as demo, is_mostly_undated, acceptance_window_days, hide_rate_below
    from marts.rpt_summary
"""
TOTALS = """
    select leads_imported, sent, accepted, sent_to_date, accepted_to_date, mature_sent, mature_accepted,
        accept_rate, ci_low, ci_high, accept_rate_low, accept_rate_high, rate_withheld_because,
        null as withheld_because, queued
    from marts.rpt_summary
"""
# What an assistant may ask segments by.
DIMENSIONS = [entry["name"] for entry in returned("catalogue/*.sql", "told_dimensions()")]
_FIGURES = """
    segments.leads_imported, segments.sent, segments.accepted, segments.mature_sent, segments.mature_accepted,
    segments.accept_rate, segments.ci_low, segments.ci_high, segments.accept_rate_low,
    segments.accept_rate_high, segments.rate_withheld_because, segments.difference,
    segments.difference_low, segments.difference_high, segments.detectable_difference, segments.verdict,
    segments.withheld_because
"""
# By the told key, or by what the asker knows already: the id, or the name as it stands in the data.
_IS_ASKED_FOR = """
    (
        cast($key as varchar) is null
        or lower($key) in (lower(segments.told_key), lower(segments.told_as), lower(segments.segment))
        or lower($key) = lower(segments.segment_label)
    )
"""
SEGMENTS = f"""
    select segments.place, segments.told_key as key, segments.told_as as name, {_FIGURES},
        case when $personal and segments.told_key <> segments.segment then segments.segment_label
        end as written
    from marts.rpt_assistant_segments as segments
    where segments.dimension = $dimension and segments.place > $after and {_IS_ASKED_FOR}
    order by segments.place
"""  # noqa: S608 - our own texts
KEYS = "select told_key from marts.rpt_assistant_segments where dimension = $dimension order by place"


def _unless_withheld(*columns: str) -> str:
    """Counts of people beside the segment's own, told where those are."""
    return ", ".join(
        f"case when segments.withheld_because is null then owners.{name} end as {name}" for name in columns
    )


def _all_of(source: str, identity: str, own_name: str, more: str) -> str:
    """Every row of a mart with its figures as a segment; who was in no request has none to withhold."""
    counts = ", ".join(
        f"case when segments.segment is null then 0 else segments.{name} end as {name}"
        for name in ("leads_imported", "sent", "accepted", "mature_sent", "mature_accepted")
    )
    return f"""
        select * exclude (told_key, told_as, segment, segment_label), told_key as key, told_as as name,
            case when $personal and told_as <> segment_label then segment_label end as written
        from (
            select
                coalesce(segments.place, 100000 + row_number() over (order by owners.{identity})) as place,
                coalesce(segments.told_key, owners.{identity}) as told_key,
                coalesce(segments.told_as, {own_name}) as told_as,
                owners.{identity} as segment,
                segments.segment_label, {counts},
                segments.accept_rate, segments.ci_low, segments.ci_high, segments.accept_rate_low,
                segments.accept_rate_high, segments.rate_withheld_because, segments.difference,
                segments.difference_low, segments.difference_high, segments.detectable_difference,
                coalesce(segments.verdict, 'collecting') as verdict, segments.withheld_because, {more}
            {source} as owners
            left join marts.rpt_assistant_segments as segments
                on owners.{identity} = segments.segment and segments.dimension = $dimension
        ) as segments
        where place > $after and {_IS_ASKED_FOR}
        order by place
    """  # noqa: S608 - our own texts


SENDERS = _all_of(
    "from marts.rpt_account_performance",
    "account_id",
    "if(owners.configuration_status like 'configured%', owners.label, 'sender ' || owners.account_id)",
    "owners.can_send, owners.unable_because, owners.weekly_limit, owners.business_days, owners.idle_days, "
    "owners.main_idle_reason, " + _unless_withheld("sent_last_7_days", "queued_running"),
)
CAMPAIGNS = _all_of(
    "from marts.rpt_campaign_performance",
    "campaign_id",
    "'campaign ' || owners.campaign_id",
    "owners.campaign_state, " + _unless_withheld("queued"),
)
ALL_STALLS = """
    select alarms, recoverable_accepts_per_week, worth_low, worth_high from marts.rpt_diagnosis
"""
STALLS = """
    select rank, advice_id, tier, stage, cause, what, remedy, told_key as key, told_as as name,
        recoverable_accepts_per_week, worth_low, worth_high, evidence_n, verdict, command, since,
        case when $personal then why end as why,
        case when $personal then what_to_do end as what_to_do
    from marts.rpt_assistant_stalls
    where verdict <> 'background'
    order by rank
"""
CHANGE = """
    select if(breakdown = 'account', 'sender', breakdown) as breakdown, part, count_before, count_now,
        accepted_before, accepted_now, contribution, contribution_low, contribution_high, verdict,
        not_compared_because, previous_since, previous_until, compared_until
    from marts.rpt_change_decomposition
    order by breakdown, part_order
"""
MESSAGE_TESTS = """
    select test_name, metric, arm, other_arm, result, winner, rate, other_rate, difference, difference_low,
        difference_high, mature_requests, other_mature_requests, planned_requests, missing_requests, judge_by,
        words
    from marts.rpt_message_tests
    where cast($name as varchar) is null or lower(test_name) = lower($name)
    order by started_at desc, test_id
"""
PLANS = """
    select week, planned, handed_over, missed, sent, accepted, expected_of_mature, mature_accepted
    from marts.rpt_plan_weeks
    where cast($week as date) is null or $week between week and week + 6
    order by week desc
"""
HEALTH_HEAD = """
    select summary.as_of, date_diff('hour', summary.as_of, now()) as age_hours,
        (select count(*) from marts.rpt_health) as lines,
        runs.job as last_job, runs.outcome as last_outcome, runs.started_at as last_started_at
    from marts.rpt_summary as summary
    left join marts.pipeline_runs as runs on true
    order by runs.started_at desc
    limit 1
"""
HEALTH = """
    select severity, topic, affected,
        case when $personal or list_contains($own, topic) then message end as message
    from marts.rpt_health
    order by line_number
"""
FIELDS = "select field from marts.rpt_enrichment_fields order by field"
DESCRIBED_TABLES = """
    select table_name as term, comment as meaning from duckdb_tables()
    where schema_name = 'marts' and comment is not null order by 1
"""
DESCRIBED_COLUMNS = """
    select column_name as term, comment as meaning, min(table_name) as mart from duckdb_columns()
    where schema_name = 'marts' and comment is not null group by all order by 1, 3
"""
LEAD = """
    select leads.normalized_profile_url as profile_url, leads.title, leads.company_name,
        connections.campaign_id, connections.status, connections.is_sent, connections.is_accepted,
        connections.connection_sent_at, connections.connection_accepted_at
    from marts.heyreach_leads as leads
    left join marts.heyreach_connections as connections using (lead_id)
    where leads.normalized_profile_url = $url
    order by connections.campaign_id
"""
