{#- Of a whole number of places, those of a row by its weight of all weights: the whole part of its share, and one more where its remainder
    is among the largest, of equal ones the first by `position`. The places of all rows add up: 40 by 50, 50 and 5 are 19, 19 and 2. -#}
{% macro largest_remainder(places, weight, weights, position) -%}
    cast(
        {{ places }} * {{ weight }} // {{ weights }}
        + cast(
            row_number() over (order by {{ places }} * {{ weight }} % {{ weights }} desc, {{ position }})
            <= {{ places }} - sum({{ places }} * {{ weight }} // {{ weights }}) over () as integer
        ) as bigint
    )
{%- endmacro %}
