{#- The stages that rpt_change_decomposition takes a change apart by, each a multiple of the one before. -#}
{% macro change_stages() -%}
    {{ return(['imported', 'enrolled', 'sent', 'accepted']) }}
{%- endmacro %}

{#- Whether a moment lies in what is compared of either period of rpt_periods_compared, here joined as `periods`. -#}
{% macro is_in_compared_periods(moment) -%}
    (
        ({{ moment }} >= periods.since and {{ moment }} < periods.compared_until)
        or ({{ moment }} >= periods.previous_since and {{ moment }} < periods.previous_until)
    )
{%- endmacro %}
