{#- Rows for which one of `expressions` is not true; unlike a plain `where not`, NULL counts as a failure. -#}
{% test always_true(model, expressions) %}
{% for expression in expressions %}
    select '{{ expression | replace("'", "''") }}' as not_true, *
    from {{ model }}
    where ({{ expression }}) is not true
{% if not loop.last %}    union all{% endif %}
{% endfor %}
{% endtest %}
