{#- Facts by profiles: CTEs over the CTE `facts`, of which `scored` has a row for each fact and profile, in whole numbers that are as
    narrow as a million leads need. -#}
{% macro scored() -%}
profiles as (

    select * from {{ ref('int_icp_profiles') }}

),

points as (

    select
        facts.key,
        facts.lead_id,
        facts.moment,
        profiles.icp_profile,
        {%- for component in score_components() %}
        cast({{ component_points(component) }} as utinyint) as {{ component.name }},
        {%- endfor %}
        {{ not_eligible_because() }} as not_eligible_because,
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

scored as (

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
{%- endmacro %}

{#- The columns of a score: points of each component, of each group, and in all. -#}
{% macro score_columns() -%}
    {%- for component in score_components() %}
    {{ component.name }},
    {%- endfor %}
    {%- for group in score_weights() %}
    {{ group }}_score,
    {%- endfor %}
    total_score,
    {{ score_tier('total_score', 'scored') }} as tier,
    score_coverage,
    score_coverage < {{ provisional_below() }} as is_provisional,
    not_eligible_because,
    config_hash
{%- endmacro %}

{#- Of a total of which less could be known, per cent, the tier is provisional. -#}
{% macro provisional_below() -%}
    50
{%- endmacro %}
