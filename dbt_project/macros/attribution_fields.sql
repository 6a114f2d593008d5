{#- The custom fields that attribution knows; everything else stays in the payload. -#}
{% macro attribution_fields() -%}
    {{ return([
        'source', 'source_list', 'keywords', 'icp', 'batch_id', 'enrichment_level', 'company_region',
        'is_employed', 'estimated_age', 'gender', 'title', 'company_name', 'company_size', 'company_industry',
    ]) }}
{%- endmacro %}

{#- 'icp, batch_id': the fields that the run's settings require (column `required_attribution_fields`) and that a
    row has no value for; NULL where none is missing. -#}
{% macro missing_required_fields() -%}
    nullif(concat_ws(
        ', '
        {%- for field in attribution_fields() %},
        case when {{ field }} is null and ',' || required_attribution_fields || ',' like '%,{{ field }},%' then '{{ field }}' end
        {%- endfor %}
    ), '')
{%- endmacro %}
