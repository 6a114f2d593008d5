{#- What was seen of leads: CTEs, of which `newest_signals` has the newest signal of each type, of a lead or its company, for each lead
    of `people` (lead_id, company_domain); reads the CTE `events`, of signal_events. -#}
{% macro signals_of(people) -%}
seen as (

    select
        {{ people }}.lead_id,
        events.signal_type,
        events.signal_data,
        events.detected_at,
        coalesce(events.occurred_at, events.detected_at) as happened_at
    from {{ people }}
    inner join events on {{ people }}.company_domain = events.company_domain
    union all
    select
        {{ people }}.lead_id,
        events.signal_type,
        events.signal_data,
        events.detected_at,
        coalesce(events.occurred_at, events.detected_at)
    from {{ people }}
    inner join events on {{ people }}.lead_id = events.lead_id

),

newest_signals as (

    select
        lead_id,
        signal_type,
        arg_max(signal_data, (happened_at, cast(signal_data as varchar))) as signal_data,
        max(happened_at) as happened_at,
        max(detected_at) as detected_at
    from seen
    group by lead_id, signal_type

),
{%- endmacro %}

{#- The points that a profile gives for a signal, here joined as `profiles`; NULL for one that has none in any. -#}
{% macro signal_points(type) -%}
    case {{ type }}
        {%- for component in score_components() if component.valid_days is defined %}
        when '{{ component.name }}' then profiles.{{ component.name }}_points
        {%- endfor %}
    end
{%- endmacro %}

{#- For how many days a signal says something: those that it counts for, and a quarter where it has no points. -#}
{% macro signal_days(type) -%}
    case {{ type }}
        {%- for component in score_components() if component.valid_days is defined %}
        when '{{ component.name }}' then profiles.{{ component.name }}_valid_days
        {%- endfor %}
        else 90
    end
{%- endmacro %}
