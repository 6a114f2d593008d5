{#- The rules every row of a model keeps; a failure is a rule that is broken, as `broken_rules` describes it. -#}
{% test valid_rows(model, unique=[], not_null=[], accepted_values={}, always_true=[]) %}
    {{ broken_rules(model, unique, not_null, accepted_values, always_true) }}
{% endtest %}
