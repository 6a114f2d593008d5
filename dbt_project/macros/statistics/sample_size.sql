{#- Requests each of two groups needs, to find the difference of two rates four times in five at 5 % (two-sided):
    (z_of_significance sqrt(2 p (1-p)) + z_of_power sqrt(p1 (1-p1) + p2 (1-p2)))^2 / (p1 - p2)^2, p their mean. -#}
{% macro sample_size(rate_1, rate_2) -%}
    cast(ceil(power(
        {{ z_of_significance() }} * sqrt(2 * ({{ rate_1 }} + {{ rate_2 }}) / 2 * (1 - ({{ rate_1 }} + {{ rate_2 }}) / 2))
        + {{ z_of_power() }} * sqrt({{ rate_1 }} * (1 - {{ rate_1 }}) + {{ rate_2 }} * (1 - {{ rate_2 }})),
        2
    ) / power({{ rate_1 }} - {{ rate_2 }}, 2)) as bigint)
{%- endmacro %}

{#- No plan is made with a lower accept rate: from so few acceptances it would ask for requests without end. -#}
{% macro lowest_rate_planned_with() -%}
    0.05
{%- endmacro %}
