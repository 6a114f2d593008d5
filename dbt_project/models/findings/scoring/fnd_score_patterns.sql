{#- Requests with the same points, counted. A share is what a component gave of what it could give, less its mean in the stratum: how
    strata differ then moves no estimate, nor how much was known of leads. Strata in which all accepted, or none, tell nothing of what
    makes the difference. -#}
{%- set components = score_components() | map(attribute='name') | list -%}

with patterns as (

    select
        icp_profile,
        {{ stratum_of_points('requests') }} as stratum,
        points,
        {%- for component in components %}
        any_value({{ component }}) as {{ component }},
        {%- endfor %}
        count(*) as sent,
        sum(accepted) as accepted
    from {{ ref('fnd_scored_requests') }} as requests
    group by all

),

within_strata as (

    select
        patterns.icp_profile,
        patterns.stratum,
        patterns.points,
        {%- for component in components %}
        coalesce(patterns.{{ component }} / cast(nullif(profiles.{{ component }}_points, 0) as double), 0) as {{ component }},
        {%- endfor %}
        patterns.sent,
        patterns.accepted,
        sum(patterns.sent) over of_stratum as stratum_sent,
        sum(patterns.accepted) over of_stratum as stratum_accepted
    from patterns
    inner join {{ ref('int_icp_profiles') }} as profiles on patterns.icp_profile = profiles.icp_profile
    window of_stratum as (partition by patterns.icp_profile, patterns.stratum)

),

centred as (

    select
        * replace (
            {%- for component in components %}
            {{ component }} - {{ exact_sum('sent * ' ~ component, 'over of_stratum') }} / stratum_sent as {{ component }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        )
    from within_strata
    where stratum_accepted > 0 and stratum_accepted < stratum_sent
    window of_stratum as (partition by icp_profile, stratum)

)

select
    icp_profile,
    stratum,
    points,
    {{ components | join(',\n    ') }},
    [{{ components | join(', ') }}] as shares,
    cast(sent as double) as sent,
    cast(accepted as double) as accepted,
    stratum_sent,
    stratum_accepted
from centred
