{#- The person's key: a hash of the normalised URL; of the raw one where it is invalid; of the row it came from
    where there is none. So an invalid URL is nobody else's, and nothing is lost. -#}
{% macro lead_id(normalized_url, raw_url, row_key) -%}
    md5(coalesce('url:' || {{ normalized_url }}, 'raw:' || {{ raw_url }}, 'row:' || {{ row_key }}))
{%- endmacro %}
