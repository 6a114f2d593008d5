{#- What a workspace without a rate of its own is taken to have: the median that HeyReach publishes, to a point. -#}
{% macro usual_accept_rate() -%}
    {{ vendor_benchmarks().accept_rate.median | round(2) }}
{%- endmacro %}

{#- Hours by which half of all acceptances have come, as published (Weibull, shape 0.431). -#}
{% macro usual_median_hours() -%}
    19
{%- endmacro %}
