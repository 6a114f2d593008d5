{#- Rows for which `expression` is not true; unlike a plain `where not`, NULL counts as a failure. -#}
{% test always_true(model, expression) %}
    select *
    from {{ model }}
    where ({{ expression }}) is not true
{% endtest %}
