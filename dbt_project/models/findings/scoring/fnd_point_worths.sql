{#- Points say what things are worth beside each other, and not how much in all. So a point of the total is taken to be worth each of
    many log odds in turn, as likely as it makes the estimates of all components; for each of these every component is what
    its points claim, or nothing, or something else, as likely as that makes its own estimate. What it is worth is the mean of it all. -#}
{%- set prior = point_possibilities() -%}
{%- set claimed = 'scales.log_odds_of_a_point * points_of_total' -%}
{%- set otherwise = prior.otherwise_error * prior.otherwise_error -%}
{#- Log odds of a point of the total: from nothing to far more than scores hold, in so many steps; the larger, the less is it believed
    beforehand (half a normal distribution; at 0.06 a score as shipped has an AUC of about 0.7). -#}
{%- set most, steps, believed = 0.2, 100, 0.06 -%}

with points as (

    {%- for component in score_components() %}
    select
        icp_profile,
        '{{ component.name }}' as component,
        '{{ component.group }}' as component_group,
        {{ component.name }}_points as points,
        {{ component.group }}_weight as given_weight,
        {{ component.group }}_weight * {{ component.name }}_points / 100.0 as points_of_total
    from {{ ref('int_icp_profiles') }}
    where {{ component.name }}_points > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

estimates as (

    select
        points.*,
        estimates.log_odds,
        estimates.standard_error,
        power(estimates.standard_error, 2) as variance,
        coalesce(estimates.standard_error <= {{ largest_error_of_points() }}, false) as is_known
    from points
    left join {{ ref('fnd_point_estimates') }} as estimates
        on points.icp_profile = estimates.icp_profile and points.component = estimates.component

),

scales as (

    select (number - 1) * {{ most }} / {{ steps }} as log_odds_of_a_point
    from ({{ numbers_to(steps + 1) }}) as numbered

),

possible as (

    select
        estimates.*,
        scales.log_odds_of_a_point,
        {{ claimed }} as claimed,
        case
            when is_known then {{ prior.as_given }} * {{ normal_density('log_odds', claimed, 'variance') }}
            else 1
        end as as_given,
        case when is_known then {{ prior.nothing }} * {{ normal_density('log_odds', '0', 'variance') }} else 0 end as nothing,
        case
            when is_known then {{ prior.otherwise }} * {{ normal_density('log_odds', '0', 'variance + ' ~ otherwise) }}
            else 0
        end as otherwise
    from estimates
    cross join scales

),

likely as (

    select
        icp_profile,
        log_odds_of_a_point,
        exp(log_likelihood - max(log_likelihood) over (partition by icp_profile)) as likelihood
    from (
        select
            icp_profile,
            log_odds_of_a_point,
            {{ exact_sum('ln(as_given + nothing + otherwise)') }} - power(log_odds_of_a_point / {{ believed }}, 2) / 2 as log_likelihood
        from possible
        group by icp_profile, log_odds_of_a_point
    ) as by_scale

),

weighed as (

    select
        possible.*,
        as_given + nothing + otherwise as all_of_it,
        likely.likelihood / {{ exact_sum('likely.likelihood', 'over (partition by possible.icp_profile, possible.component)') }} as weight
    from possible
    inner join likely
        on possible.icp_profile = likely.icp_profile and possible.log_odds_of_a_point = likely.log_odds_of_a_point

),

means as (

    select
        icp_profile,
        component,
        any_value(component_group) as component_group,
        any_value(points) as points,
        any_value(given_weight) as given_weight,
        any_value(points_of_total) as points_of_total,
        any_value(log_odds) as log_odds,
        any_value(standard_error) as standard_error,
        any_value(is_known) as is_known,
        {{ exact_sum('weight * claimed') }} as claimed,
        {{ exact_sum('weight * as_given / all_of_it') }} as chance_as_given,
        {{ exact_sum('weight * nothing / all_of_it') }} as chance_nothing,
        {{ exact_sum('weight * otherwise / all_of_it') }} as chance_otherwise,
        {{ exact_sum('weight * claimed * as_given / all_of_it') }} as worth_as_given,
        any_value(log_odds * {{ otherwise }} / ({{ otherwise }} + variance)) as worth_otherwise,
        any_value(variance * {{ otherwise }} / ({{ otherwise }} + variance)) as variance_otherwise
    from weighed
    group by icp_profile, component

)

select
    icp_profile,
    component,
    component_group,
    points,
    given_weight,
    points_of_total,
    is_known,
    case when is_known then log_odds end as log_odds,
    case when is_known then standard_error end as standard_error,
    -- Rounded, because logarithms and powers differ in the last digits.
    round(claimed, 9) as claimed_log_odds,
    round(worth_as_given + chance_otherwise * coalesce(worth_otherwise, 0), 9) as worth_log_odds,
    round(chance_as_given, 9) as chance_as_given,
    round(chance_nothing, 9) as chance_nothing,
    round(
        chance_otherwise * coalesce({{ lower_tail_p_value('(-worth_otherwise / sqrt(variance_otherwise))') }}, 0), 9
    ) as chance_below_nothing
from means
