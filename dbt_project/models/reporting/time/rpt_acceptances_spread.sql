{{ config(materialized='ephemeral') }}

{#- Each acceptance is spread over the interval it is known to lie in: evenly in ln(1 + hours), because the longer a request is
    open the rarer an acceptance gets. The k-th of n acceptances is taken to have come when k less a half are over. -#}

with accepted_by_segment as (

    select
        dimension,
        segment,
        ln(1 + spread_from) as spread_from,
        ln(1 + spread_to) as spread_to
    from {{ ref('rpt_requests_timed') }}
    where is_accepted_in_30_days

),

distribution as (

    {{ spread_distribution('accepted_by_segment', 'dimension, segment') }}

),

steps as (

    select
        *,
        lag(hours) over each_segment as hours_before,
        lead(hours) over each_segment as hours_next,
        lag(over_by) over each_segment as over_before,
        lag(rate_after) over each_segment as rate_before
    from distribution
    window each_segment as (partition by dimension, segment order by hours)

)

select
    counted.dimension,
    counted.segment,
    {%- for name, share in time_to_accept_quantiles().items() %}
    exp({{ hours_until('(ceil(' ~ share ~ ' * counted.accepted) - 0.5)') }}) - 1 as {{ name }}_hours,
    {%- endfor %}
    {%- for name, hours in time_to_accept_edges().items() %}
    max(
        case
            when steps.hours < ln(1 + {{ hours }})
                then steps.over_by + steps.rate_after
                * least(ln(1 + {{ hours }}) - steps.hours, coalesce(steps.hours_next - steps.hours, 0))
        end
    ) as accepted_within_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('rpt_requests_timed_counted') }} as counted
inner join steps
    on counted.dimension = steps.dimension
    and counted.segment = steps.segment
group by counted.dimension, counted.segment
