{#- What each point is worth by what came of it, beside what it was given. Points are suggested where some are said to be wrong; those of a
    group that are above nothing come to 100 as in config/scoring.yaml, the largest remainders rounded up. -#}

with worths as (

    select * from {{ ref('fnd_point_worths') }}

),

requests as (

    select
        icp_profile,
        component,
        count(*) as requests,
        sum(accepted) as accepted,
        count(*) filter (where points > 0) as requests_with,
        coalesce(sum(accepted) filter (where points > 0), 0) as accepted_with
    from (
        {%- for component in score_components() %}
        select icp_profile, '{{ component.name }}' as component, {{ component.name }} as points, accepted
        from {{ ref('fnd_scored_requests') }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as by_component
    group by icp_profile, component

),

judged as (

    select
        worths.*,
        requests.requests,
        requests.accepted,
        requests.requests_with,
        requests.accepted_with,
        case
            when coalesce(requests.accepted, 0) < {{ fewest_accepted_for_scores() }} then 'collecting'
            when not worths.is_known then 'too_few'
            when worths.chance_below_nothing >= {{ sure_of_points() }} then 'wrong_sign'
            when worths.chance_as_given <= 1 - {{ sure_of_points() }} and worths.log_odds > worths.claimed_log_odds then 'worth_more'
            when worths.chance_as_given <= 1 - {{ sure_of_points() }} and worths.chance_nothing < 0.5 then 'worth_less'
            when worths.chance_as_given <= 1 - {{ sure_of_points() }}
                or (
                    validation.verdict = 'does_not_order'
                    and worths.log_odds + {{ z_of_significance() }} * worths.standard_error < {{ material_log_odds() }}
                )
                then 'worth_nothing'
            when worths.chance_nothing <= 1 - {{ sure_of_points() }} then 'as_given'
            else 'too_few'
        end as verdict
    from worths
    left join requests on worths.icp_profile = requests.icp_profile and worths.component = requests.component
    left join {{ ref('rpt_score_validation') }} as validation
        on worths.icp_profile = validation.icp_profile and validation.metric = 'auc'

),

-- What isn't known keeps what it claims; what nobody contradicts keeps its points.
shares as (

    select
        *,
        bool_or(is_called_wrong) over (partition by icp_profile) and worth_of_all > 0 as is_suggesting,
        100 * worth_log_odds / nullif(worth_of_group, 0) as share,
        100 * worth_of_group / nullif(worth_of_all, 0) as weight
    from (
        select
            *,
            verdict in ('wrong_sign', 'worth_more', 'worth_less', 'worth_nothing') as is_called_wrong,
            {{ exact_sum('greatest(worth_log_odds, 0)', 'over (partition by icp_profile)') }} as worth_of_all,
            {{ exact_sum('greatest(worth_log_odds, 0)', 'over (partition by icp_profile, component_group)') }} as worth_of_group
        from judged
    ) as summed

),

weights as (

    select
        icp_profile,
        component_group,
        floor(weight) + cast(
            100 - sum(floor(weight)) over (partition by icp_profile)
            >= row_number() over (partition by icp_profile order by weight - floor(weight) desc, component_group) as integer
        ) as weight
    from (select distinct icp_profile, component_group, weight from shares where is_suggesting) as by_group

),

rounded as (

    select
        shares.* exclude (weight),
        case when is_suggesting then weights.weight else given_weight end as weight,
        case
            when not is_suggesting or share is null then points
            when share <= 0 then greatest(round(share), -100)
            else floor(share) + cast(
                100 - sum(greatest(floor(share), 0)) over (partition by shares.icp_profile, shares.component_group)
                >= row_number() over (
                    partition by shares.icp_profile, shares.component_group
                    order by share <= 0, share - floor(share) desc, points desc, component
                ) as integer
            )
        end as suggested
    from shares
    left join weights
        on shares.icp_profile = weights.icp_profile and shares.component_group = weights.component_group

)

select
    rounded.icp_profile,
    rounded.component,
    rounded.component_group,
    cast(rounded.points as integer) as points,
    rounded.points_of_total,
    cast(coalesce(rounded.requests, 0) as bigint) as requests,
    cast(coalesce(rounded.requests_with, 0) as bigint) as requests_with,
    cast(coalesce(rounded.accepted_with, 0) as bigint) as accepted_with,
    cast(coalesce(rounded.requests - rounded.requests_with, 0) as bigint) as requests_without,
    cast(coalesce(rounded.accepted - rounded.accepted_with, 0) as bigint) as accepted_without,
    {%- for column, value in {
        'log_odds': 'rounded.log_odds',
        'log_odds_low': 'rounded.log_odds - ' ~ z_of_significance() ~ ' * rounded.standard_error',
        'log_odds_high': 'rounded.log_odds + ' ~ z_of_significance() ~ ' * rounded.standard_error',
        'claimed_log_odds': 'rounded.claimed_log_odds',
        'worth_log_odds': 'rounded.worth_log_odds',
        'chance_as_given': 'rounded.chance_as_given',
        'chance_nothing': 'rounded.chance_nothing',
        'chance_below_nothing': 'rounded.chance_below_nothing',
    }.items() %}
    case when rounded.verdict <> 'collecting' then round({{ value }}, 6) end as {{ column }},
    {%- endfor %}
    rounded.verdict,
    rounded.is_called_wrong,
    case when rounded.verdict <> 'collecting' then cast(rounded.suggested as integer) end as suggested_points,
    case when rounded.verdict <> 'collecting' then cast(rounded.weight as integer) end as suggested_weight,
    run_parameters.as_of
from rounded
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
