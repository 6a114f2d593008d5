{#- json_object_of(['sent', 'accepted']) -> {"sent":3,"accepted":1}, from columns of these names; NULLs stay as null. -#}
{% macro json_object_of(columns) -%}
    json_object({% for column in columns %}'{{ column }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- Over the rows ('a', {"x":1}) and ('b', {"x":2}): {"a":{"x":1},"b":{"x":2}}, in the order of the keys. An
    aggregate. -#}
{% macro json_object_by(key, object) -%}
    cast(
        '{'
        || string_agg(cast(to_json({{ key }}) as varchar) || ':' || cast({{ object }} as varchar), ',' order by {{ key }})
        || '}' as json
    )
{%- endmacro %}

{#- Joins one row per entry of a JSON object, as `name.key` and `name.value`. -#}
{% macro json_entries(object, name) -%}
    cross join lateral (select entries.key, entries.value from json_each({{ object }}) as entries) as {{ name }}
{%- endmacro %}

{#- json_number('0.5') -> 0.5; JSON null gives NULL. -#}
{% macro json_number(value) -%}
    cast({{ value }} ->> '$' as double)
{%- endmacro %}
