{#- How likely those whom nobody has asked yet are to accept, by what their points turned out to be worth. The level is the one at which as
    many of those who were asked accept as did (Newton's method, in one unknown): of those of whom as little is known, where enough of
    them accepted, as what isn't known gives no points and speaks against nobody. -#}
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
        cohorts.is_provisional,
        {{ worth_of_points('requests', 'worths') }} as worth,
        cast(count(*) as double) as sent,
        cast(sum(requests.accepted) as double) as accepted
    from {{ ref('fnd_scored_requests') }} as requests
    inner join worths on requests.icp_profile = worths.icp_profile
    -- Everybody, and those of whom as little is known.
    cross join (values (null), (true), (false)) as cohorts (is_provisional)
    where coalesce(requests.is_provisional = cohorts.is_provisional, true)
    group by all

),

levels as (

    select icp_profile, is_provisional, cast(0 as double) as level, 0 as round
    from asked
    group by icp_profile, is_provisional
    having sum(accepted) >= case when is_provisional is null then 1 else {{ fewest_accepted_for_scores() }} end
        and sum(accepted) < sum(sent)
    union all
    select
        levels.icp_profile,
        levels.is_provisional,
        any_value(levels.level) + greatest(-1, least(1,
            {{ exact_sum('asked.accepted - asked.sent / (1 + exp(-levels.level - asked.worth))') }}
            / {{ exact_sum('asked.sent / (1 + exp(-levels.level - asked.worth)) / (1 + exp(levels.level + asked.worth))') }}
        )),
        any_value(levels.round) + 1
    from levels
    inner join asked on levels.icp_profile = asked.icp_profile and levels.is_provisional is not distinct from asked.is_provisional
    where levels.round < {{ rounds }}
    group by levels.icp_profile, levels.is_provisional

)

select
    points.lead_id,
    points.icp_profile,
    round(1 / (1 + exp(-coalesce(of_cohort.level, of_all.level) - {{ worth_of_points('points', 'worths') }})), 6) as expected_acceptance
from {{ ref('fnd_leads_unasked') }} as points
inner join worths on points.icp_profile = worths.icp_profile
inner join levels as of_all
    on points.icp_profile = of_all.icp_profile and of_all.is_provisional is null and of_all.round = {{ rounds }}
left join levels as of_cohort
    on points.icp_profile = of_cohort.icp_profile
    and points.is_provisional = of_cohort.is_provisional
    and of_cohort.round = {{ rounds }}
