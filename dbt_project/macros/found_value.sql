{#- found_value('company_industry') -> the value of a field of int_leads_filled out of what integrations found (`enriched`, with a
    column per field of theirs), reading the seeds that join_found_aliases joins. -#}
{% macro found_value(field) -%}
    {%- if field == 'company_industry' -%} coalesce(industries.industry, lower(enriched.company_industry))
    {%- elif field == 'company_region' -%} coalesce(regions.region, countries.region)
    {%- elif field == 'company_domain' -%} coalesce(enriched.company_domain, {{ company_domain('enriched.email') }})
    {%- elif field == 'technologies' -%} {{ json_texts_joined('enriched.technologies') }}
    {%- elif field == 'funding_stage' -%} lower(replace(enriched.last_funding_type, ' ', '_'))
    {%- else -%} enriched.{{ field }}
    {%- endif -%}
{%- endmacro %}

{#- The seeds that bring what integrations found to canonical spellings. -#}
{% macro join_found_aliases() -%}
    left join {{ ref('company_industries') }} as industries on lower(enriched.company_industry) = industries.alias
    left join {{ ref('company_regions') }} as regions on lower(enriched.company_region) = regions.alias
    left join {{ ref('company_regions') }} as countries on lower(enriched.company_country) = countries.alias
{%- endmacro %}
