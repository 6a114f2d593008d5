{#- Breakdowns by what a lead is are not in here: what must be suppressed in one report must not be found by
    comparing two. -#}
{%- set kept = exclusive_dimensions() | rejectattr('sensitive', 'defined') | list -%}
{%- set totals = fact_counts() + ['accept_rate', 'ci_low', 'ci_high', 'people_known', 'queued', 'attribution_coverage'] -%}
{#- What a later report needs, to say whether the advice of this one helped. -#}
{%- set remembered = [
    'cause', 'tier', 'dimension', 'segment', 'segment_label', 'rank', 'worth', 'worth_low', 'worth_high', 'evidence_n', 'since',
    'expected_rate', 'expected_requests', 'senders_with_room'
] -%}
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

),

-- Of a segment that is accepted less, what it is expected to go on with: drawn towards the others, because whoever is the
-- worst was also unlucky.
advice as (

    select
        bottlenecks.* exclude (recoverable_accepts_per_week),
        bottlenecks.recoverable_accepts_per_week as worth,
        case when bottlenecks.cause = 'low_acceptance' then performance.eb_rate end as expected_rate,
        case when bottlenecks.cause = 'low_acceptance' then performance.mature_sent end as expected_requests,
        case
            when bottlenecks.cause = 'too_few_leads'
                then (
                    select string_agg(account_id, ' ' order by account_id) from {{ ref('fnd_sender_capacity') }}
                    where has_room
                )
        end as senders_with_room
    from {{ ref('rpt_bottlenecks') }} as bottlenecks
    left join {{ ref('rpt_segment_performance') }} as performance
        on bottlenecks.dimension = performance.dimension
        and bottlenecks.segment = performance.segment
    where bottlenecks.verdict <> 'background'

),

all_advice as (

    select coalesce({{ json_object_by('advice_id', 'said') }}, cast('{}' as json)) as advice
    from (select advice_id, {{ json_object_of(remembered) }} as said from advice) as each_advice

)

select
    run_parameters.run_id,
    run_parameters.since,
    run_parameters.until,
    run_parameters.requested_at as reported_at,
    whole.metrics,
    all_advice.advice,
    run_parameters.as_of
from whole
cross join all_advice
cross join run_parameters
