{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- How many times as often the fifth with the highest scores accepted as all did. Of a score on the border of the fifth, as many as fit
    are taken as accepting like all who have it. -#}
with scores as (

    select
        icp_profile,
        total_score,
        count(*) as requests,
        sum(accepted) as accepted
    from {{ ref('fnd_scored_requests') }}
    group by icp_profile, total_score

),

ranked as (

    select
        *,
        sum(requests) over of_profile / 5.0 as fifth,
        sum(requests) over (of_profile order by total_score desc) - requests as requests_above
    from scores
    window of_profile as (partition by icp_profile)

),

parts as (

    select
        icp_profile,
        any_value(fifth) as top_requests,
        {{ exact_sum('accepted * least(1, greatest(0, (fifth - requests_above) / requests))') }} as top_accepted,
        sum(requests) - any_value(fifth) as other_requests,
        sum(accepted) as accepted,
        sum(requests) as requests
    from ranked
    group by icp_profile

),

rates as (

    select
        *,
        {{ rate('top_accepted', 'top_requests') }} as top_rate,
        {{ rate('accepted - top_accepted', 'other_requests') }} as other_rate,
        {{ rate('accepted', 'requests') }} as overall_rate
    from parts
    where accepted >= {{ fewest_accepted_for_scores() }}

),

-- By the delta method, of its logarithm.
lifts as (

    select
        *,
        top_rate / overall_rate as lift,
        sqrt(
            power((1 - 0.2 * top_rate / overall_rate) / top_rate, 2) * top_rate * (1 - top_rate) / top_requests
            + power(0.8 / overall_rate, 2) * other_rate * (1 - other_rate) / other_requests
        ) as log_error
    from rates
    where top_accepted > 0

)

select
    icp_profile,
    'lift' as metric,
    'top_fifth' as scope,
    lift as value,
    lift * exp(-{{ z_of_significance() }} * log_error) as ci_low,
    lift * exp({{ z_of_significance() }} * log_error) as ci_high,
    requests as n,
    accepted,
    cast(null as varchar) as verdict
from lifts
