{#- printed_minute('2026-01-01 02:00:59+00') -> '2026-01-01 02:00', in UTC -#}
{% macro printed_minute(moment) -%}
    strftime(timezone('UTC', {{ moment }}), '%Y-%m-%d %H:%M')
{%- endmacro %}
