{#- Facts by profiles: CTEs over the CTE `facts`, of which `scored` has a row for each fact and profile, in whole numbers that are as
    narrow as a million leads need. By the profiles of now, or by those of then, where facts name one and since when it was so. -#}
{% macro scored(by_those_of_then=false) -%}
profiles as (

    {%- if by_those_of_then %}
    select * from {{ ref('int_icp_profile_versions').include(database=false) }}
    {%- else %}
    select * from {{ ref('int_icp_profiles') }}
    {%- endif %}

),

points as (

    select
        facts.key,
        facts.lead_id,
        facts.moment,
        profiles.icp_profile,
        profiles.valid_from as version_from,
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
    {%- if by_those_of_then %}
    inner join profiles on facts.icp_profile = profiles.icp_profile and facts.version_from = profiles.valid_from
    {%- else %}
    cross join profiles
    {%- endif %}

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
    inner join profiles on groups.icp_profile = profiles.icp_profile and groups.version_from = profiles.valid_from

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
    scored.config_hash
{%- endmacro %}

{#- Of a total of which less could be known, per cent, the tier is provisional. -#}
{% macro provisional_below() -%}
    50
{%- endmacro %}
