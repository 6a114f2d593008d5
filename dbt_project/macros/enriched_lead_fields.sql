{#- The enriched fields that people carry as columns (int_lead_enrichments, heyreach_leads); all others stay in
    enrichment_values. -#}
{% macro enriched_lead_fields() -%}
    {{ return([
        'title', 'headline', 'email', 'phone', 'company_name', 'company_domain', 'company_industry', 'company_size',
        'company_region', 'company_country', 'is_employed', 'estimated_age', 'gender',
        'technologies', 'last_funding_type',
    ]) }}
{%- endmacro %}
