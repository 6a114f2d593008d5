{#- For how many days it is watched how long acceptances take; later ones are few. -#}
{% macro time_to_accept_days() -%}
    30
{%- endmacro %}

{#- By when acceptances are counted, in hours: the ends of columns of rpt_time_to_accept. -#}
{% macro time_to_accept_edges() -%}
    {{ return({'24h': 24, '48h': 48, '72h': 72, '7d': 168, '14d': 336, '30d': 720}) }}
{%- endmacro %}

{#- The brackets in which acceptances are counted, as (from, to) in hours; the last has no end. -#}
{% macro time_to_accept_brackets() -%}
    {%- set hours = time_to_accept_edges() -%}
    {{ return({
        '0_24h': (0, hours['24h']), '24_48h': (hours['24h'], hours['48h']), '48_72h': (hours['48h'], hours['72h']),
        '3_7d': (hours['72h'], hours['7d']), '7_14d': (hours['7d'], hours['14d']), '14d_up': (hours['14d'], none),
    }) }}
{%- endmacro %}

{#- The quantiles of the hours until an acceptance. -#}
{% macro time_to_accept_quantiles() -%}
    {{ return({'median': 0.5, 'p75': 0.75, 'p90': 0.9}) }}
{%- endmacro %}

{#- Acceptances times hours that make a quantile sharp. Of n acceptances known to within w hours, a quantile t misses that of exact
    times by sqrt(1.1 w / (t n)) of itself in one standard error: a quarter is two of them where 70 w = t n. -#}
{% macro acceptance_hours_until_sharp(resolution_hours) -%}
    {{ resolution_hours }} * 70
{%- endmacro %}

{#- Whether acceptances are known closely enough for a quantile: to within two thirds of it at most. -#}
{% macro is_resolved(resolution_hours, hours) -%}
    {{ resolution_hours }} * 3 <= {{ hours }} * 2
{%- endmacro %}
