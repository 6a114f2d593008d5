{#- Whole numbers throughout: a share of points is rounded half up, and so is the mean of the three parts. Reasons are in
    prospect_priorities. -#}

{%- set parts = priority_weights() %}
{%- set groups = prospect_points() | map(attribute='group') | unique | list %}

with settings as (

    select * from {{ ref('int_outreach_settings') }}

),

points as (

    select
        facts.*,
        {%- for each in prospect_points() %}
        {{ prospect_points_of(each) }} as {{ each.group }}_{{ each.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('prospect_points__facts') }} as facts
    cross join settings

),

groups as (

    select
        *
        {%- for group in groups %},
        {% for each in prospect_points() if each.group == group -%}
        {{ ' + ' if not loop.first }}{{ group }}_{{ each.name }}
        {%- endfor %} as {{ group }}_score
        {%- endfor %}
    from points

),

scored as (

    select
        groups.*,
        (
            2 * ({% for part in parts %}{{ ' + ' if not loop.first }}settings.{{ part }}_weight * groups.{{ part }}_score{% endfor %})
            + {% for part in parts %}{{ ' + ' if not loop.first }}settings.{{ part }}_weight{% endfor %}
        ) // (2 * ({% for part in parts %}{{ ' + ' if not loop.first }}settings.{{ part }}_weight{% endfor %})) as priority_score,
        case
            {%- for level in engagement_levels() %}
            when groups.engagement_potential_score >= settings.{{ level }}_from then '{{ level }}'
            {%- endfor %}
            else 'low'
        end as engagement_potential,
        groups.fit_score >= settings.minimum_fit
        and groups.referral_capacity_score >= settings.minimum_referral_capacity as is_top
    from groups
    cross join settings

)

select
    scored.lead_id,
    assigned.segment,
    {%- for tag in prospect_tags() %}
    scored.{{ tag }} as {{ tag }}_tag,
    {%- endfor %}
    scored.engagement_potential as engagement_potential_tag,
    {%- for each in prospect_points() %}
    cast(scored.{{ each.group }}_{{ each.name }} as utinyint) as {{ each.group }}_{{ each.name }},
    {%- endfor %}
    {%- for group in groups %}
    cast(scored.{{ group }}_score as utinyint) as {{ 'prospect_fit' if group == 'fit' else group }}_score,
    {%- endfor %}
    cast(scored.priority_score as utinyint) as priority_score,
    scored.is_top,
    scored.seniority,
    scored.lead_score,
    scored.intent_score,
    scored.signals_found,
    scored.signals_asked,
    scored.followers,
    scored.posted_on,
    {%- for name in reasons_by_missing().values() | sum(start=[]) %}
    scored.is_{{ name }}_known,
    {%- endfor %}
    scored.as_of
from scored
left join {{ ref('prospect_segments') }} as assigned on scored.lead_id = assigned.lead_id and assigned.is_assigned
