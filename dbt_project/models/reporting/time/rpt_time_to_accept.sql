{#- Every accepted request that was watched for 30 days, its acceptance spread over the interval it is known to lie in
    (rpt_acceptances_spread). Quantiles and shares by some hour come from that, rounded, because a sum of fractions depends on
    its order in the last digits. A quantile is withheld where the intervals are wider than
    two thirds of it, or so few that it is likely to miss by a quarter; a share where they are wider than half of its hours.
    A bracket counts those that lie in it wherever in their interval they are; what may lie in several is counted apart. -#}
{%- set quantiles = time_to_accept_quantiles() -%}
{%- set edges = time_to_accept_edges() -%}
{%- set brackets = time_to_accept_brackets() -%}

with judged as (

    select
        counted.*,
        {%- for name in quantiles %}
        spread.{{ name }}_hours,
        {{ is_resolved('counted.resolution_hours', 'spread.' ~ name ~ '_hours') }}
        and {{ acceptance_hours_until_sharp('counted.resolution_hours') }}
        <= spread.{{ name }}_hours * counted.accepted as is_{{ name }}_sharp,
        {%- endfor %}
        {%- for name in edges %}
        spread.accepted_within_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('rpt_requests_timed_counted') }} as counted
    left join {{ ref('rpt_acceptances_spread') }} as spread
        on counted.dimension = spread.dimension
        and counted.segment = spread.segment

)

select
    judged.dimension,
    judged.segment,
    case when judged.dimension = 'all' then 'All' else coalesce(labels.segment_label, judged.segment) end as segment_label,
    judged.requests,
    judged.accepted,
    judged.resolution_hours,
    case
        when judged.accepted < run_parameters.hide_rate_below then 'few'
        when not judged.is_median_sharp then 'resolution'
    end as withheld_because,
    {%- for name in quantiles %}
    case
        when judged.accepted >= run_parameters.hide_rate_below and judged.is_{{ name }}_sharp
            then round(judged.{{ name }}_hours, 4)
    end as {{ name }}_hours,
    {%- for bound in ('earliest', 'latest') %}
    case
        when judged.accepted >= run_parameters.hide_rate_below then judged.{{ name }}_hours_{{ bound }}
    end as {{ name }}_hours_{{ bound }},
    {%- endfor %}
    {%- endfor %}
    {%- for name, hours in edges.items() %}
    case
        when judged.requests >= run_parameters.hide_rate_below
            and (judged.accepted = 0 or judged.resolution_hours * 2 <= {{ hours }})
            then round({{ rate('coalesce(judged.accepted_within_' ~ name ~ ', 0)', 'judged.requests') }}, 6)
    end as share_within_{{ name }},
    {%- for bound in ('earliest', 'latest') %}
    case
        when judged.requests >= run_parameters.hide_rate_below
            then round({{ rate('judged.within_' ~ name ~ '_' ~ bound, 'judged.requests') }}, 6)
    end as share_within_{{ name }}_{{ bound }},
    {%- endfor %}
    {%- endfor %}
    {%- for name in brackets %}
    judged.accepted_{{ name }},
    {%- endfor %}
    judged.accepted - (judged.accepted_{{ brackets | join(' + judged.accepted_') }}) as accepted_across_brackets,
    run_parameters.as_of
from judged
left join {{ ref('fnd_segments_labeled') }} as labels
    on judged.dimension = labels.dimension
    and judged.segment = labels.segment
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
