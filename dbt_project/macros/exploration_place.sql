{#- exploration_place('1', '5') -> 20: the place at which the first, second, ... of those who are drawn stands in a list, so that they are
    never more of it than their share, per cent. NULL for a share of 0. -#}
{% macro exploration_place(number, percent) -%}
    ((100 * {{ number }} + {{ percent }} - 1) // nullif({{ percent }}, 0))
{%- endmacro %}
