{#- How far the accept rates of groups lie from the rate of all, as an aggregate over groups that were sent to:
    sum(n (r - rate)^2). Rounded, because a sum of fractions depends on its order in the last digits. -#}
{% macro spread(accepted, sent, rate_of_all) -%}
    round(sum({{ sent }} * power({{ rate(accepted, sent) }} - {{ rate_of_all }}, 2)), 12)
{%- endmacro %}

{#- The same by what chance makes of it, Pearson's chi-square by its degrees of freedom: above 1 the groups differ more. -#}
{% macro overdispersion(spread, rate_of_all, groups) -%}
    {{ spread }} / nullif({{ rate_of_all }} * (1 - {{ rate_of_all }}) * ({{ groups }} - 1), 0)
{%- endmacro %}
