{#- What moves a lead's chance to be accepted, in this order: columns of fnd_losing_leads and fnd_connections_described. -#}
{% macro chance_factors() -%}
    {{ return(['losing_segment', 'list_id', 'account_id', 'source', 'icp', 'lead_seniority']) }}
{%- endmacro %}
