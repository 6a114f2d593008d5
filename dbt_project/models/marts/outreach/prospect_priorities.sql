{{ config(materialized='view') }}

{#- A view, because the reasons of a million prospects are text that few are asked for; so it names no database: the file it is published
    in has another name than the one it is built in. -#}
{%- set texts = prospect_texts() %}
{%- set reasons = prospect_points() | rejectattr('group', 'equalto', 'engagement_potential') | list %}
{%- set facts = {} %}
{%- for tag in prospect_tags() %}{% do facts.update({tag: "replace(" ~ tag ~ "_tag, '_', ' ')"}) %}{% endfor %}
{%- for name in ('lead_score', 'intent_score', 'seniority', 'followers', 'posted_on', 'signals_found', 'signals_asked') %}
{%- do facts.update({name: name}) %}
{%- endfor %}

select
    lead_id,
    segment,
    {%- for tag in (prospect_tags() | list) + ['engagement_potential'] %}
    {{ tag }}_tag,
    {%- endfor %}
    engagement_potential_score,
    prospect_fit_score,
    referral_capacity_score,
    signal_strength_score,
    priority_score,
    is_top,
    coalesce(nullif(concat_ws(
        '; '
        {%- for each in reasons %},
        case when {{ each.group }}_{{ each.name }} > 0 then {{ sentence(texts[each.name].has, facts) }} end
        {%- endfor %}
    ), ''), '{{ no_reason_text() }}') as why,
    nullif(concat_ws(
        ', '
        {%- for missing, names in reasons_by_missing().items() %},
        case when {% for name in names %}{{ ' or ' if not loop.first }}not is_{{ name }}_known{% endfor %} then '{{ missing }}' end
        {%- endfor %}
    ), '') as missing,
    as_of
from {{ ref('prospect_points').include(database=false) }}
