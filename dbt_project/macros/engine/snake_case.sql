{#- snake_case('pageVisit'), ('Page-Visit') -> 'page_visit' -#}
{% macro snake_case(text) -%}
    lower(regexp_replace(regexp_replace(trim({{ text }}), '([a-z])([A-Z])', '\1_\2', 'g'), '[ _-]+', '_', 'g'))
{%- endmacro %}
