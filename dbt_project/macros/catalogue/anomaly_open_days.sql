{#- For how many days an anomaly that is over at once counts as lasting, by kind. All others last as long as the data say so. -#}
{% macro anomaly_open_days() -%}
    {{ return({'coverage_break': 30, 'completeness_drop': 30, 'pull_gap': 7}) }}
{%- endmacro %}
