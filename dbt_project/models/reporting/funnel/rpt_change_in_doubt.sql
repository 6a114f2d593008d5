{{ config(materialized='ephemeral') }}

{#- Whether those of whom nobody knows whether they were asked could move the rates of a breakdown's segments by more than a
    point in all; they are in the periods they were if asked. -#}
{%- set breakdowns = dimensions() | selectattr('decomposed', 'defined') | list -%}

with undecided as (

    select
        {%- for entry in breakdowns %}
        connections.{{ entry.column }},
        {%- endfor %}
        dated.sent_cohort_at >= periods.since as is_now,
        dated.undecided_group,
        cast(dated.is_sent as integer) as is_counted
    from {{ ref('int_connections_dated') }} as dated
    inner join {{ ref('heyreach_connections') }} as connections
        on dated.campaign_id = connections.campaign_id
        and dated.campaign_lead_id = connections.campaign_lead_id
    cross join {{ ref('rpt_periods_compared') }} as periods
    where dated.is_undecided
        and dated.is_mature
        and dated.is_within_window
        and {{ is_in_compared_periods('dated.sent_cohort_at') }}

),

doubts as (

    {%- for entry in breakdowns %}
    select
        is_now,
        sum(fewer) as fewer,
        sum(more) as more
    from ({{ undecided_by([entry.column, 'is_now'], 'undecided') }}) as segments
    group by is_now
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    coalesce(bool_or(
        case
            when doubts.is_now
                then {{ is_rate_in_doubt('counts.accepted_now', 'counts.sent_now', 'doubts.fewer', 'doubts.more') }}
            else {{ is_rate_in_doubt('counts.accepted_before', 'counts.sent_before', 'doubts.fewer', 'doubts.more') }}
        end
    ), false) as is_in_doubt
from doubts
cross join {{ ref('rpt_change_counts') }} as counts
