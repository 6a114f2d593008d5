{#- Of the segments that fit a prospect the first is the assigned one. Words are sought once in each text: many leads share one. -#}

{%- set rules = segment_rules() %}
{%- set texts = segment_rule_texts() %}

with segments as (

    select * from {{ ref('int_outreach_segments') }}

),

leads as (

    select
        lead_id
        {%- for column in rules | map(attribute='column') | unique %},
        {{ column }}
        {%- endfor %}
    from {{ ref('heyreach_leads') }}
    where is_valid_profile_url

),
{% for rule in rules if rule.by != 'value' %}
{{ rule.name }}_found as (

    select
        texts.text,
        segments.segment_order,
        {% if rule.by == 'words' -%}
        {{ first_sought('texts.split', 'segments.' ~ rule.name) }}.word as matched
        {%- else -%}
        {{ first_in_both('segments.' ~ rule.name, 'texts.split') }} as matched
        {%- endif %}
    from (
        select
            text,
            {{ spaced_words('text') if rule.by == 'words' else split_keywords('text') }} as split
        from (select distinct {{ rule.column }} as text from leads where {{ rule.column }} is not null) as each_text
    ) as texts
    inner join segments on {{ list_length('segments.' ~ rule.name) }} > 0
    where matched is not null

),
{% endfor %}
fitting as (

    select
        leads.lead_id,
        segments.segment,
        segments.segment_order,
        segments.weight,
        segments.is_anyone
        {%- for rule in rules %},
        {% if rule.by == 'value' -%}
        case when {{ list_length('segments.' ~ rule.name) }} > 0 then lower(leads.{{ rule.column }}) end as {{ rule.name }}
        {%- else -%}
        {{ rule.name }}_found.matched as {{ rule.name }}
        {%- endif %}
        {%- endfor %}
    from leads
    cross join segments
    {%- for rule in rules if rule.by != 'value' %}
    left join {{ rule.name }}_found
        on leads.{{ rule.column }} = {{ rule.name }}_found.text and segments.segment_order = {{ rule.name }}_found.segment_order
    {%- endfor %}
    where
        {%- for rule in rules %}
        {{ 'and ' if not loop.first }}(
            {{ list_length('segments.' ~ rule.name) }} = 0 or {% if rule.by == 'value' -%}
            {{ in_list('lower(leads.' ~ rule.column ~ ')', 'segments.' ~ rule.name) }}
            {%- else -%}
            {{ rule.name }}_found.matched is not null
            {%- endif %}
        )
        {%- endfor %}

),

-- A window over all of them takes three times as long.
assigned as (

    select lead_id, min(segment_order) as segment_order
    from fitting
    group by lead_id

)

select
    fitting.lead_id,
    fitting.segment,
    fitting.segment_order = assigned.segment_order as is_assigned,
    fitting.segment_order,
    fitting.weight,
    case when fitting.is_anyone then '{{ texts.anyone }}' else concat_ws(
        '; '
        {%- for rule in rules %},
        {{ sentence(texts[rule.name], {'matched': 'fitting.' ~ rule.name}) }}
        {%- endfor %}
    ) end as matched_rule,
    run_parameters.as_of
from fitting
inner join assigned on fitting.lead_id = assigned.lead_id
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
-- So that a page of it, and one lead, is found in a small part of the file.
order by fitting.lead_id, fitting.segment
