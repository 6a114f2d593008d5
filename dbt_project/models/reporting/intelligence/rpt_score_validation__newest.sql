{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Whether tiers go on being accepted as they were: acceptances of the newest fifth of the requests, by those that the rates of their
    tiers before foretell. 1 where they do. -#}
with requests as (

    select
        *,
        5 * row_number() over (partition by icp_profile order by known_until, connection_id)
        > 4 * count(*) over (partition by icp_profile) as is_newest
    from {{ ref('fnd_scored_requests') }}

),

tiers as (

    select
        icp_profile,
        tier,
        count(*) filter (where is_newest) as requests,
        sum(accepted) filter (where is_newest) as accepted,
        count(*) filter (where not is_newest) as earlier_requests,
        {{ rate('sum(accepted) filter (where not is_newest)', 'count(*) filter (where not is_newest)') }} as earlier_rate
    from requests
    group by icp_profile, tier

),

foretold as (

    select
        icp_profile,
        sum(requests) as requests,
        sum(accepted) as accepted,
        {{ exact_sum('requests * earlier_rate') }} as expected,
        {{ exact_sum('requests * earlier_rate * (1 - earlier_rate) * (1 + cast(requests as double) / earlier_requests)') }} as variance
    from tiers
    where earlier_requests > 0 and requests > 0
    group by icp_profile
    having sum(accepted) + sum(earlier_requests * earlier_rate) >= {{ fewest_accepted_for_scores() }}

)

select
    icp_profile,
    'calibration' as metric,
    'newest_fifth' as scope,
    accepted / expected as value,
    greatest(accepted - {{ z_of_significance() }} * sqrt(variance), 0) / expected as ci_low,
    (accepted + {{ z_of_significance() }} * sqrt(variance)) / expected as ci_high,
    requests as n,
    accepted,
    cast(null as varchar) as verdict
from foretold
where expected > 0
