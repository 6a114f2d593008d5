{#- leading_integer('51-200 employees') -> 51, leading_integer('5,001+') -> 5001, leading_integer('many') -> NULL -#}
{% macro leading_integer(text) -%}
    try_cast(nullif(regexp_extract(replace({{ text }}, ',', ''), '\d+'), '') as integer)
{%- endmacro %}
