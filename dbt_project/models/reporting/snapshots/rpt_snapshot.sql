{#- Breakdowns by what a lead is are not in here: what must be suppressed in one report must not be found by
    comparing two. -#}
{%- set kept = exclusive_dimensions() | rejectattr('sensitive', 'defined') | list -%}
{%- set totals = fact_counts() + ['accept_rate', 'ci_low', 'ci_high', 'people_known', 'queued', 'attribution_coverage'] -%}
{%- set segment_metrics = fact_counts() + ['accept_rate', 'ci_low', 'ci_high'] -%}

with summary as (

    select * from {{ ref('rpt_summary') }}

),

segments as (

    select * from {{ ref('rpt_segment_performance') }}
    where (sent > 0 or accepted > 0 or leads_imported > 0)
        and dimension in {{ names_in(kept) }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

objects as (

    select
        'all' as dimension,
        'all' as segment,
        {{ json_object_of(totals) }} as metrics
    from summary
    union all
    select
        dimension,
        segment,
        {{ json_object_of(['segment_label'] + segment_metrics) }}
    from segments

),

dimensions as (

    select
        dimension,
        {{ json_object_by('segment', 'metrics') }} as metrics
    from objects
    group by dimension

),

whole as (

    select {{ json_object_by('dimension', 'metrics') }} as metrics
    from dimensions

)

select
    run_parameters.run_id,
    run_parameters.since,
    run_parameters.until,
    run_parameters.requested_at as reported_at,
    whole.metrics,
    run_parameters.as_of
from whole
cross join run_parameters
