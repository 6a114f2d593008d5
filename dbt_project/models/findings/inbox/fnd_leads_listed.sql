{#- The best of those who may be asked, by points and by expected acceptance, so that reasons are sought for few. Among them, in their share
    of the places, stand leads that are drawn whatever their points, unless they come as soon anyway. -#}

{%- set share = 'run_parameters.exploration_share_percent' %}
{%- set orders = {'place': 'is_exploration', 'place_by_acceptance': 'is_exploration_by_acceptance'} %}

with run_parameters as (

    select
        exploration_share_percent,
        inbox_most_leads
    from {{ ref('stg_operations__run_parameters') }}

),

ranked as materialized (

    select
        points.lead_id,
        points.icp_profile,
        to_ask.has_failed,
        to_ask.was_taken_out,
        to_ask.drawn_at_percent,
        points.total_score,
        points.tier,
        expected.expected_acceptance,
        row_number() over by_points as place,
        row_number() over (
            partition by points.icp_profile
            order by expected.expected_acceptance desc nulls last, points.total_score desc, points.lead_id
        ) as place_by_acceptance
    from {{ ref('lead_score_points') }} as points
    inner join {{ ref('fnd_leads_to_ask') }} as to_ask on points.lead_id = to_ask.lead_id
    left join {{ ref('fnd_expected_acceptance') }} as expected
        on points.lead_id = expected.lead_id and points.icp_profile = expected.icp_profile
    where points.not_eligible_because is null
        and points.lead_id not in (select dismissed.lead_id from {{ ref('fnd_dismissed_leads') }} as dismissed)
    window by_points as (
        partition by points.icp_profile
        order by
            points.total_score desc,
            points.intent_score desc,
            points.fit_score desc,
            points.score_coverage desc,
            points.lead_id
    )

),

drawn as (

    select
        ranked.*,
        row_number() over (
            partition by ranked.icp_profile, ranked.tier
            order by ranked.drawn_at_percent, ranked.lead_id
        ) as turn
    from ranked
    cross join run_parameters
    where ranked.drawn_at_percent < {{ share }}

),

-- One of each tier in turn, the lowest first.
in_turn as (

    select
        *,
        row_number() over (partition by icp_profile order by turn, total_score, lead_id) as number
    from drawn

),
{% for place in orders %}
{#- Whoever comes as soon by the order leaves the place to the next. #}
moved_by_{{ place }} as (

    select
        in_turn.lead_id,
        in_turn.icp_profile,
        {{ exploration_place('row_number() over (partition by in_turn.icp_profile order by in_turn.number)', share) }} as moved_to
    from in_turn
    cross join run_parameters
    where in_turn.{{ place }} > {{ exploration_place('in_turn.number', share) }}
    qualify moved_to <= run_parameters.inbox_most_leads

),
{% endfor %}
near as (

    select
        ranked.*
        {%- for place, is_moved in orders.items() %},
        moved_by_{{ place }}.moved_to is not null as {{ is_moved }},
        moved_by_{{ place }}.moved_to as {{ place }}_moved_to
        {%- endfor %}
    from ranked
    cross join run_parameters
    {%- for place in orders %}
    left join moved_by_{{ place }}
        on ranked.lead_id = moved_by_{{ place }}.lead_id
        and ranked.icp_profile = moved_by_{{ place }}.icp_profile
    {%- endfor %}
    where least(ranked.place, ranked.place_by_acceptance) <= run_parameters.inbox_most_leads
        {%- for place in orders %}
        or moved_by_{{ place }}.moved_to is not null
        {%- endfor %}

),

-- Before somebody who is drawn there stand so many others as places and drawn ones before.
ordered as (

    select
        *
        {%- for place, is_moved in orders.items() %},
        row_number() over (partition by icp_profile, {{ is_moved }} order by coalesce({{ place }}_moved_to, {{ place }}))
        as {{ place }}_among_such
        {%- endfor %}
    from near

),

placed as (

    select
        lead_id,
        icp_profile,
        has_failed,
        was_taken_out,
        expected_acceptance
        {%- for place, is_moved in orders.items() %},
        {{ is_moved }},
        row_number() over (
            partition by icp_profile
            order by coalesce({{ place }}_moved_to - {{ place }}_among_such, {{ place }}_among_such), {{ is_moved }}
        ) as {{ place }}
        {%- endfor %}
    from ordered

)

select
    placed.*,
    {%- for component in score_components() if component.group == 'fit' %}
    points.{{ component.name }},
    {%- endfor %}
    points.tier,
    points.total_score,
    points.score_coverage,
    points.is_provisional,
    points.as_of
from placed
inner join {{ ref('lead_score_points') }} as points
    on placed.lead_id = points.lead_id and placed.icp_profile = points.icp_profile
cross join run_parameters
where least(placed.place, placed.place_by_acceptance) <= run_parameters.inbox_most_leads
