{#- Names what a score was made with: the profile's JSON and that of points, weights, days and tiers. -#}
{% macro icp_config_hash(profile, scoring) -%}
    md5(cast({{ profile }} as varchar) || cast({{ scoring }} as varchar))
{%- endmacro %}
