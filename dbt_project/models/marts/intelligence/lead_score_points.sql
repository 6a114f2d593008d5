{#- Every lead by every profile, as narrow as a million of them need: whole numbers. What each point stands on is in lead_scores. -#}

with facts as (

    select * from {{ ref('lead_score_facts') }}

),

profiles as (

    select * from {{ ref('int_icp_profiles') }}

),

points as (

    select
        facts.lead_id,
        profiles.icp_profile,
        {%- for component in score_components() %}
        cast({{ component_points(component) }} as utinyint) as {{ component.name }},
        {%- endfor %}
        {{ list_length(in_both('profiles.avoid', 'facts.technologies')) }} > 0 as has_avoided_technology,
        {%- for group in score_weights() %}
        cast(
            {%- for component in score_components() if component.group == group %}
            {{ ' + ' if not loop.first }}case when {{ component_is_known(component) }} then profiles.{{ component.name }}_points else 0 end
            {%- endfor %}
            as utinyint
        ) as {{ group }}_known{{ ',' if not loop.last }}
        {%- endfor %}
    from facts
    cross join profiles

),

groups as (

    select
        *,
        {%- for group in score_weights() %}
        cast(
            {%- for component in score_components() if component.group == group %}
            {{ ' + ' if not loop.first }}{{ component.name }}
            {%- endfor %}
            as utinyint
        ) as {{ group }}_score{{ ',' if not loop.last }}
        {%- endfor %}
    from points

),

totals as (

    select
        groups.*,
        cast({{ weighted('score') }} as utinyint) as total_score,
        cast({{ weighted('known') }} as utinyint) as score_coverage,
        profiles.config_hash,
        {%- for tier in score_tiers() %}
        profiles.{{ tier }}_from,
        {%- endfor %}
    from groups
    inner join profiles on groups.icp_profile = profiles.icp_profile

)

select
    lead_id,
    icp_profile,
    {%- for component in score_components() %}
    {{ component.name }},
    {%- endfor %}
    intent_score,
    fit_score,
    accessibility_score,
    total_score,
    score_coverage,
    {{ score_tier('total_score', 'totals') }} as tier,
    score_coverage < 50 as is_provisional,
    has_avoided_technology,
    config_hash,
    run_parameters.as_of
from totals
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
