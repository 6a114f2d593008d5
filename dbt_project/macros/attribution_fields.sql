{#- The custom fields that attribution knows; everything else stays in the payload. -#}
{% macro attribution_fields() -%}
    {{ return([
        'source', 'source_list', 'keywords', 'icp', 'batch_id', 'enrichment_level', 'company_region',
        'is_employed', 'estimated_age', 'gender', 'title', 'company_name', 'company_size', 'company_industry',
    ]) }}
{%- endmacro %}

{#- The fields without which a lead can't be attributed to where it came from. -#}
{% macro required_attribution_fields() -%}
    {{ return(['source', 'source_list', 'icp', 'batch_id']) }}
{%- endmacro %}
