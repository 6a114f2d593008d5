{#- What must hold for every row of a model: one row per rule that is broken, with how many rows break it. One test
    for all of a model's rules, because each test of its own costs a build as much as a small model.
    unique: columns (NULL may repeat), or lists of columns that together hold no values twice; not_null: columns;
    accepted_values: values by column (NULL passes); always_true: expressions (NULL is a failure). -#}
{% macro broken_rules(model, unique=[], not_null=[], accepted_values={}, always_true=[]) -%}
    {%- set rules = {} -%}
    {%- for column in not_null %}{% do rules.update({column ~ ' is not null': column ~ ' is not null'}) %}{% endfor -%}
    {%- for column, values in accepted_values.items() -%}
        {%- set accepted = column ~ " in ('" ~ values | join("', '") ~ "')" -%}
        {%- do rules.update({accepted: column ~ ' is null or ' ~ accepted}) -%}
    {%- endfor -%}
    {%- for expression in always_true %}{% do rules.update({expression: expression}) %}{% endfor -%}
    {%- set queries = [] -%}
    {%- for columns in unique -%}
        {%- set counted = columns ~ ' is not null' if columns is string else 'true' -%}
        {%- set columns = columns if columns is string else columns | join(', ') -%}
        {%- do queries.append(
            "select '" ~ columns ~ " unique' as rule, sum(occurrences) as broken_by"
            ~ " from (select count(*) as occurrences from " ~ model ~ " where " ~ counted ~ " group by " ~ columns ~ ")"
            ~ " where occurrences > 1 having count(*) > 0"
        ) -%}
    {%- endfor -%}
    {%- for rule, condition in rules.items() -%}
        {%- do queries.append(
            "select '" ~ rule | replace("'", "''") ~ "' as rule, count(*) as broken_by"
            ~ " from " ~ model ~ " where (" ~ condition ~ ") is not true having count(*) > 0"
        ) -%}
    {%- endfor -%}
    {{ queries | join('\n    union all\n    ') }}
{%- endmacro %}
