{#- Whether a count from statuses fits HeyReach's own: a pull reads leads first and counts last, so a few events may fall
    between. -#}
{% macro fits_provider_count(seen, counted) -%}
    abs({{ seen }} - {{ counted }}) <= greatest(2, {{ counted }} * 0.02)
{%- endmacro %}
