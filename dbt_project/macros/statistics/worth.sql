{#- Whether mending something brings at least one accepted connection a week, as it is printed. -#}
{% macro is_worth_something(worth) -%}
    coalesce({{ worth }} >= 0.5, false)
{%- endmacro %}

{#- A difference of what two weeks bring: at least 0, for nobody has to mend anything, and unknown where either is. -#}
{% macro worth_of(difference) -%}
    case when ({{ difference }}) is not null then round(greatest({{ difference }}, 0), 6) end
{%- endmacro %}
