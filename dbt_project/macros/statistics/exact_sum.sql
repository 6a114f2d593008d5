{#- The sum of fractions that is the same in whatever order they come: of decimals, to 18 places. An aggregate, or with a window
    (`over up_to`) a running sum. -#}
{% macro exact_sum(fractions, window='') -%}
    cast(sum(cast({{ fractions }} as decimal(38, 18))) {{ window }} as double)
{%- endmacro %}
