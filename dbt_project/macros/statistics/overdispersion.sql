{#- How far the accept rates of groups lie from the rate of all, as an aggregate over groups that were sent to:
    sum(n (r - rate)^2). -#}
{% macro spread(accepted, sent, rate_of_all) -%}
    {{ exact_sum(sent ~ ' * power(' ~ rate(accepted, sent) ~ ' - ' ~ rate_of_all ~ ', 2)') }}
{%- endmacro %}

{#- The same by what chance makes of it, Pearson's chi-square by its degrees of freedom: above 1 the groups differ more. -#}
{% macro overdispersion(spread, rate_of_all, groups) -%}
    {{ spread }} / nullif({{ rate_of_all }} * (1 - {{ rate_of_all }}) * ({{ groups }} - 1), 0)
{%- endmacro %}
