{#- What moves a lead's chance to be accepted, in this order: columns of fnd_connections_described. -#}
{% macro chance_factors() -%}
    {{ return(['list_id', 'account_id', 'source', 'icp', 'lead_seniority']) }}
{%- endmacro %}
