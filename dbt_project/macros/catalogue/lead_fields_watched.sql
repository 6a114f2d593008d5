{#- Columns of heyreach_leads of which is told how many leads have them, whoever said so. Inferences about persons are not among
    them. `complete_lead_fields` of config/settings.yaml may name them. -#}
{% macro lead_fields_watched() -%}
    {{ return([
        'title', 'headline', 'company_name', 'company_size', 'company_industry', 'company_region', 'company_domain',
        'email', 'phone', 'technologies', 'funding_stage',
    ]) }}
{%- endmacro %}
