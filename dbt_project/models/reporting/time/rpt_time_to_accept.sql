{#- Every accepted request that was watched for 30 days, its acceptance spread over the interval it is known to lie in:
    evenly in ln(1 + hours), because the longer a request is open the rarer an acceptance gets. Quantiles and shares by
    some hour come from that, rounded, because a sum of fractions depends on its order in the last digits. The k-th of n
    acceptances is taken to have come when k less a half are over. A quantile is withheld where the intervals are wider than
    two thirds of it, or so few that it is likely to miss by a quarter; a share where they are wider than half of its hours. -#}
{%- set quantiles = {'median': 0.5, 'p75': 0.75, 'p90': 0.9} -%}
{%- set edges = {'24h': 24, '48h': 48, '72h': 72, '7d': 168, '14d': 336, '30d': 720} -%}

with requests as (

    select
        *,
        coalesce(is_accepted and hours_estimated <= 720, false) as is_accepted_in_30_days
    from {{ ref('fnd_acceptance_times') }}
    where is_watched_30_days

),

keyword_requests as (

    select
        *,
        unnest({{ split_keywords('keywords') }}) as keyword
    from requests

),

labels as (

    select * from {{ ref('fnd_segments_labelled') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

requests_by_segment as (

    select
        'all' as dimension,
        'all' as segment,
        is_accepted_in_30_days,
        hours_earliest,
        hours_latest,
        spread_from,
        spread_to
    from requests
    {%- for entry in exclusive_dimensions() | rejectattr('sensitive', 'defined') %}
    union all
    select
        '{{ entry.name }}' as dimension,
        coalesce({{ entry.column }}, '{{ entry.missing }}') as segment,
        is_accepted_in_30_days,
        hours_earliest,
        hours_latest,
        spread_from,
        spread_to
    from requests
    {%- endfor %}
    union all
    select
        'keyword' as dimension,
        keyword as segment,
        is_accepted_in_30_days,
        hours_earliest,
        hours_latest,
        spread_from,
        spread_to
    from keyword_requests

),

counted as (

    select
        dimension,
        segment,
        count(*) as requests,
        count(*) filter (where is_accepted_in_30_days) as accepted,
        percentile_cont(0.75) within group (order by case when is_accepted_in_30_days then spread_to - spread_from end) as resolution_hours,
        {%- for name, share in quantiles.items() %}
        percentile_disc({{ share }}) within group (order by case when is_accepted_in_30_days then hours_earliest end) as {{ name }}_hours_earliest,
        percentile_disc({{ share }}) within group (order by case when is_accepted_in_30_days then hours_latest end) as {{ name }}_hours_latest,
        {%- endfor %}
        {%- for name, hours in edges.items() %}
        count(*) filter (where hours_earliest < {{ hours }}) as within_{{ name }}_earliest,
        count(*) filter (where hours_latest < {{ hours }}) as within_{{ name }}_latest{{ ',' if not loop.last }}
        {%- endfor %}
    from requests_by_segment
    group by dimension, segment

),

accepted_by_segment as (

    select
        dimension,
        segment,
        ln(1 + spread_from) as spread_from,
        ln(1 + spread_to) as spread_to
    from requests_by_segment
    where is_accepted_in_30_days

),

distribution as (

    {{ spread_distribution('accepted_by_segment', 'dimension, segment') }}

),

steps as (

    select
        *,
        lag(hours) over (partition by dimension, segment order by hours) as hours_before,
        lag(over_by) over (partition by dimension, segment order by hours) as over_before,
        lag(rate_after) over (partition by dimension, segment order by hours) as rate_before
    from distribution

),

measured as (

    select
        counted.dimension,
        counted.segment,
        {%- for name, share in quantiles.items() %}
        exp({{ hours_until('(ceil(' ~ share ~ ' * counted.accepted) - 0.5)') }}) - 1 as {{ name }}_hours,
        {%- endfor %}
        {%- for name, hours in edges.items() %}
        max(case when steps.hours < ln(1 + {{ hours }}) then steps.over_by + steps.rate_after * least(ln(1 + {{ hours }}) - steps.hours, coalesce(steps.hours_next - steps.hours, 0)) end) as accepted_within_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from counted
    inner join (
        select
            *,
            lead(hours) over (partition by dimension, segment order by hours) as hours_next
        from steps
    ) as steps
        on counted.dimension = steps.dimension
        and counted.segment = steps.segment
    group by counted.dimension, counted.segment

),

-- Of n acceptances known to within w, a quantile t misses that of exact times by sqrt(1.1 w / (t n)) of itself in one
-- standard error: a quarter is two of them where 70 w = t n.
judged as (

    select
        measured.*,
        {%- for name in quantiles %}
        counted.resolution_hours * 3 <= measured.{{ name }}_hours * 2
        and counted.resolution_hours * 70 <= measured.{{ name }}_hours * counted.accepted as is_{{ name }}_sharp{{ ',' if not loop.last }}
        {%- endfor %}
    from counted
    inner join measured
        on counted.dimension = measured.dimension
        and counted.segment = measured.segment

),

final as (

    select
        counted.dimension,
        counted.segment,
        case when counted.dimension = 'all' then 'All' else coalesce(labels.segment_label, counted.segment) end as segment_label,
        counted.requests,
        counted.accepted,
        counted.resolution_hours,
        case
            when counted.accepted < run_parameters.hide_rate_below then 'few'
            when not judged.is_median_sharp then 'resolution'
        end as withheld_because,
        {%- for name in quantiles %}
        case
            when counted.accepted >= run_parameters.hide_rate_below and judged.is_{{ name }}_sharp
                then round(judged.{{ name }}_hours, 4)
        end as {{ name }}_hours,
        case when counted.accepted >= run_parameters.hide_rate_below then counted.{{ name }}_hours_earliest end as {{ name }}_hours_earliest,
        case when counted.accepted >= run_parameters.hide_rate_below then counted.{{ name }}_hours_latest end as {{ name }}_hours_latest,
        {%- endfor %}
        {%- for name, hours in edges.items() %}
        case
            when counted.requests >= run_parameters.hide_rate_below
                and (counted.accepted = 0 or counted.resolution_hours * 2 <= {{ hours }})
                then round({{ rate('coalesce(judged.accepted_within_' ~ name ~ ', 0)', 'counted.requests') }}, 6)
        end as share_within_{{ name }},
        {%- for bound in ('earliest', 'latest') %}
        case
            when counted.requests >= run_parameters.hide_rate_below
                then round({{ rate('counted.within_' ~ name ~ '_' ~ bound, 'counted.requests') }}, 6)
        end as share_within_{{ name }}_{{ bound }},
        {%- endfor %}
        {%- endfor %}
        run_parameters.as_of
    from counted
    left join judged
        on counted.dimension = judged.dimension
        and counted.segment = judged.segment
    left join labels
        on counted.dimension = labels.dimension
        and counted.segment = labels.segment
    cross join run_parameters

)

select * from final
