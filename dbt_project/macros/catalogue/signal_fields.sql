{#- Fields of enrichment out of which signals are made, and those that say what a company is doing: of whoever is watched, who tells
    them is asked again every night. -#}
{% macro signal_fields() -%}
    {{ return(['last_funding_at', 'funding_history', 'technologies', 'job_postings', 'company_news', 'company_news_summary']) }}
{%- endmacro %}
