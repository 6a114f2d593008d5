{#- Whether the first event (`event`, with its bounds) came within so many days of what began between two bounds: for sure, whatever the
    true times are; and possibly, where they leave it open. -#}
{% macro is_surely_within(event, began, days) -%}
    coalesce({{ event }}.happened_latest <= {{ days_after(began ~ '_earliest', days) }}, false)
{%- endmacro %}

{% macro is_possibly_within(event, began, days) -%}
    ({{ event }}.connection_id is not null and coalesce({{ event }}.happened_earliest <= {{ days_after(began ~ '_latest', days) }}, true))
{%- endmacro %}

{#- A rate with its interval (`_low`, `_high`) against what is aimed at, in per cent: it is below, reached or good only where all of the
    interval is, and NULL where nothing is aimed at. -#}
{% macro against_target(rate, target, good) -%}
    case
        when {{ target }} is null then null
        when {{ rate }}_high < {{ target }} / 100.0 then 'below'
        when {{ rate }}_low >= {{ good }} / 100.0 then 'good'
        when {{ rate }}_low >= {{ target }} / 100.0 then 'reached'
        else 'not_yet'
    end
{%- endmacro %}
