{#- How likely those whom nobody has asked yet are to accept, by what their points turned out to be worth. The level is the one at which as
    many of those who were asked accept as did (Newton's method, in one unknown). -#}
{%- set rounds = 12 -%}

with recursive worths as (

    select
        icp_profile
        {%- for component in score_components() %},
        coalesce(max(worth_log_odds / points) filter (where component = '{{ component.name }}'), 0) as {{ component.name }}
        {%- endfor %}
    from {{ ref('fnd_point_worths') }}
    group by icp_profile

),

asked as (

    select
        requests.icp_profile,
        {{ worth_of_points('requests', 'worths') }} as worth,
        cast(count(*) as double) as sent,
        cast(sum(requests.accepted) as double) as accepted
    from {{ ref('fnd_scored_requests') }} as requests
    inner join worths on requests.icp_profile = worths.icp_profile
    group by all

),

levels as (

    select icp_profile, cast(0 as double) as level, 0 as round
    from asked
    group by icp_profile
    having sum(accepted) > 0 and sum(accepted) < sum(sent)
    union all
    select
        levels.icp_profile,
        any_value(levels.level) + greatest(-1, least(1,
            {{ exact_sum('asked.accepted - asked.sent / (1 + exp(-levels.level - asked.worth))') }}
            / {{ exact_sum('asked.sent / (1 + exp(-levels.level - asked.worth)) / (1 + exp(levels.level + asked.worth))') }}
        )),
        any_value(levels.round) + 1
    from levels
    inner join asked on levels.icp_profile = asked.icp_profile
    where levels.round < {{ rounds }}
    group by levels.icp_profile

)

select
    points.lead_id,
    points.icp_profile,
    round(1 / (1 + exp(-levels.level - {{ worth_of_points('points', 'worths') }})), 6) as expected_acceptance
from {{ ref('fnd_leads_unasked') }} as points
inner join worths on points.icp_profile = worths.icp_profile
inner join levels on points.icp_profile = levels.icp_profile and levels.round = {{ rounds }}
