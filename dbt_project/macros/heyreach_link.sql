{#- heyreach_link('40106') -> the page of a campaign in HeyReach, as others link to it; of a lead alone there is no page. -#}
{% macro heyreach_link(campaign_id) -%}
    'https://app.heyreach.io/app/campaigns/' || {{ campaign_id }}
{%- endmacro %}
