{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- What each tier was accepted, and between which rates those of it who wait now should come out once they are asked, in 95 of 100 cases:
    what is known of the rate, and the chance of so many requests. -#}
{%- set z = z_of_significance() -%}
{%- set waiting_rate = '((accepted + ' ~ z ~ ' * ' ~ z ~ ' / 2) / (requests + ' ~ z ~ ' * ' ~ z ~ '))' -%}

with tiers as (

    select
        icp_profile,
        tier,
        count(*) as requests,
        sum(accepted) as accepted
    from {{ ref('fnd_scored_requests') }}
    group by icp_profile, tier

),

waiting as (

    select icp_profile, tier, sum(leads) as leads
    from {{ ref('fnd_scores_waiting') }}
    group by icp_profile, tier

),

expected as (

    select
        tiers.*,
        waiting.leads,
        {{ waiting_rate }} as rate,
        {{ z }} * sqrt(
            {{ waiting_rate }} * (1 - {{ waiting_rate }}) * (1 / (tiers.requests + {{ z }} * {{ z }}) + 1.0 / waiting.leads)
        ) as half_width
    from tiers
    inner join waiting on tiers.icp_profile = waiting.icp_profile and tiers.tier = waiting.tier
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where tiers.requests >= run_parameters.hide_rate_below

)

select
    icp_profile,
    'acceptance' as metric,
    'tier:' || tier as scope,
    {{ rate('accepted', 'requests') }} as value,
    {{ wilson_low('accepted', 'requests') }} as ci_low,
    {{ wilson_high('accepted', 'requests') }} as ci_high,
    requests as n,
    accepted,
    cast(null as varchar) as verdict
from tiers
union all
select
    icp_profile,
    'expected_acceptance',
    'tier:' || tier,
    {{ rate('accepted', 'requests') }},
    greatest(rate - half_width, 0),
    least(rate + half_width, 1),
    leads,
    null,
    null
from expected
