{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- How far the scores of those who wait lie from those of whom it is known who accepted, in bands of ten points: the population
    stability index, 0 where both are alike; from 0.25 on it is usual to call them two populations. Half a lead more in each band keeps an
    empty one from being infinitely far. -#}
with bands as (

    select
        icp_profile,
        band,
        sum(requests) + 0.5 as requests,
        sum(leads) + 0.5 as leads,
        sum(leads) as waiting
    from (
        select icp_profile, total_score // 10 as band, 1 as requests, 0 as leads from {{ ref('fnd_scored_requests') }}
        union all
        select icp_profile, total_score // 10, 0, leads from {{ ref('fnd_scores_waiting') }}
    ) as scores
    group by icp_profile, band

),

shares as (

    select
        icp_profile,
        waiting,
        requests / sum(requests) over (partition by icp_profile) as asked_share,
        leads / sum(leads) over (partition by icp_profile) as waiting_share,
        sum(requests) over (partition by icp_profile) - count(*) over (partition by icp_profile) / 2.0 as requests_in_all
    from bands

)

select
    icp_profile,
    'drift' as metric,
    'waiting' as scope,
    {{ exact_sum('(waiting_share - asked_share) * ln(waiting_share / asked_share)') }} as value,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    sum(waiting) as n,
    cast(null as bigint) as accepted,
    cast(null as varchar) as verdict
from shares
group by icp_profile
having sum(waiting) > 0 and max(requests_in_all) > 0
