{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- So many batches, or campaigns and days, have a line of their own. -#}
{%- set lines_shown = 3 %}

with broken as (

    select * from {{ ref('rpt_attribution_coverage') }}
    where scope in ('batch', 'import') and level = 'fail'

),

-- A connection whose fields were lost is counted once: with its batch where it still knows which, else with the
-- campaign and day it was put in.
incomplete as (

    select
        connections.connection_id,
        connections.lead_id,
        connections.missing_attribution_fields,
        case when batches.segment is not null then 'batch' else 'import' end as dimension,
        coalesce(batches.segment, imports.segment) as segment,
        coalesce(batches.segment_label, imports.segment_label) as segment_label,
        coalesce(batches.leads, imports.leads) as leads,
        run_parameters.coverage_fail_percent
    from {{ ref('heyreach_connections') }} as connections
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    left join broken as batches
        on batches.scope = 'batch' and connections.batch_id = batches.segment
    left join broken as imports
        on imports.scope = 'import'
        and imports.segment = connections.campaign_id || '/' || {{ utc_date('connections.created_at') }}
    where not connections.is_attribution_complete
        -- Without a profile URL nothing can be joined to a lead: that is the cause then, and has a line of its own.
        and connections.normalized_profile_url is not null
        and coalesce(batches.segment, imports.segment) is not null
        -- It matters to this report: sent or sendable in its period.
        and (
            connections.sent_cohort_at >= run_parameters.since
            or connections.created_at >= run_parameters.since
            or connections.is_waiting
        )

),

counted as (

    select
        *,
        count(*) over (partition by dimension, segment) as incomplete_leads
    from incomplete
    qualify incomplete_leads * 100 > leads * (100 - coverage_fail_percent)

),

placed as (

    select
        *,
        dense_rank() over (order by incomplete_leads desc, segment, dimension) as place
    from counted

)

select
    connection_id,
    lead_id,
    missing_attribution_fields,
    case when place <= {{ lines_shown }} then dimension else 'all' end as line_dimension,
    case when place <= {{ lines_shown }} then segment else 'further' end as line_segment,
    dimension,
    segment,
    segment_label,
    leads,
    place
from placed
