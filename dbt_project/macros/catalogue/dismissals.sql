{#- For so many days somebody stays out of the inbox who was dismissed from it, where nobody says until when. -#}
{% macro dismiss_days() -%}
    {{ return(90) }}
{%- endmacro %}
