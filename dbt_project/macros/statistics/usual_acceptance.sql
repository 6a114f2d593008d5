{#- What a workspace without a rate of its own is taken to have: HeyReach's published median over 96,051 campaigns. -#}
{% macro usual_accept_rate() -%}
    0.21
{%- endmacro %}

{#- Hours by which half of all acceptances have come, as published (Weibull, shape 0.431). -#}
{% macro usual_median_hours() -%}
    19
{%- endmacro %}
