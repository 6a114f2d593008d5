{#- Statuses that no seed lists, as rows show them now. What they alone say counts as the seed's row `unknown` says. -#}
{%- set fields = [
    ('campaigns', 'status', 'campaign_status', 'campaign_statuses'),
    ('campaign_leads', 'leadConnectionStatus', 'connection_status', 'connection_statuses'),
    ('campaign_leads', 'leadCampaignStatus', 'campaign_lead_status', 'campaign_lead_statuses'),
    ('campaign_leads', 'leadMessageStatus', 'message_status', 'message_statuses'),
] -%}

{%- for resource, field, column, seed in fields %}
select
    '{{ resource }}' as resource,
    '{{ field }}' as field,
    {{ column }} as status,
    '{{ seed }}' as seed,
    count(*) as row_count
from {{ ref('stg_heyreach__' ~ resource) }}
where {{ column }} not in (select listed.status from {{ ref(seed) }} as listed)
group by {{ column }}
{% if not loop.last %}union all{% endif %}
{%- endfor %}
