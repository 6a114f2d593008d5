{#- first_by('title', 'evidence_rank') -> the non-null value with the lowest rank in the group. -#}
{% macro first_by(value, rank) -%}
    arg_min({{ value }}, {{ rank }}) filter (where {{ value }} is not null)
{%- endmacro %}
