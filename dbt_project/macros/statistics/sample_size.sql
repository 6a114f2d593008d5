{#- Requests each of two groups needs, to find the difference of two rates four times in five at 5 % (two-sided):
    (1.959964 sqrt(2 p (1-p)) + 0.841621 sqrt(p1 (1-p1) + p2 (1-p2)))^2 / (p1 - p2)^2, p their mean. -#}
{% macro sample_size(rate_1, rate_2) -%}
    cast(ceil(power(
        1.959963984540054 * sqrt(2 * ({{ rate_1 }} + {{ rate_2 }}) / 2 * (1 - ({{ rate_1 }} + {{ rate_2 }}) / 2))
        + 0.8416212335729143 * sqrt({{ rate_1 }} * (1 - {{ rate_1 }}) + {{ rate_2 }} * (1 - {{ rate_2 }})),
        2
    ) / power({{ rate_1 }} - {{ rate_2 }}, 2)) as bigint)
{%- endmacro %}
