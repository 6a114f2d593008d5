{#- printed_count(1468) -> '1,468' -#}
{% macro printed_count(number) -%}
    format('{:,}', {{ number }})
{%- endmacro %}
