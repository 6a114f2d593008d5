{#- The sum of fractions that is the same in whatever order they come: of decimals, to 18 places. An aggregate. -#}
{% macro exact_sum(fractions) -%}
    cast(sum(cast({{ fractions }} as decimal(38, 18))) as double)
{%- endmacro %}
