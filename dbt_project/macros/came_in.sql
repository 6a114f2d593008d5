{#- Whether somebody came in, and wasn't only found by a search: of a relation with the columns of heyreach_leads. No count of leads has
    the others. -#}
{% macro came_in(leads='') -%}
    {{ leads ~ '.' if leads }}imported_at_method <> 'discovered'
{%- endmacro %}
