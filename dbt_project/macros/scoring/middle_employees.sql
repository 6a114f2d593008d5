{#- middle_employees('51-200') -> 125, ('180') -> 180, ('5,000+') -> 5000: how many people a company has, of a range its middle. -#}
{% macro middle_employees(text) -%}
    (try_cast(nullif(regexp_extract(replace({{ text }}, ',', ''), '\d+'), '') as integer) + {{ most_employees(text) }}) // 2
{%- endmacro %}

{#- is_range_of_employees('51-200') -> true, ('5,000+') -> true, ('180') -> false -#}
{% macro is_range_of_employees(text) -%}
    ({{ most_employees(text) }} <> try_cast(nullif(regexp_extract(replace({{ text }}, ',', ''), '\d+'), '') as integer))
{%- endmacro %}
