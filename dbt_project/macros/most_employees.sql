{#- most_employees('51-200 employees') -> 200, most_employees('120') -> 120, most_employees('5,000+') -> 5001 (more than 5,000),
    most_employees('many') -> NULL. Of a range the upper end, because providers begin theirs at 50 or at 51. -#}
{% macro most_employees(text) -%}
    {%- set digits = "replace(" ~ text ~ ", ',', '')" -%}
    try_cast(
        coalesce(
            nullif(regexp_extract({{ digits }}, '\d+\s*(?:-|–|to)\s*(\d+)', 1), ''),
            nullif(regexp_extract({{ digits }}, '\d+'), '')
        ) as integer
    )
    + case when regexp_matches({{ digits }}, '\d\s*\+') then 1 else 0 end
{%- endmacro %}
