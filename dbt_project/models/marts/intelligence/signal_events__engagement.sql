{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with connections as (

    select * from {{ ref('heyreach_connections') }}

)

select
    lead_id,
    cast(null as varchar) as company_domain,
    'connected' as signal_type,
    min(connection_accepted_at) as occurred_at,
    min(coalesce(connection_accepted_latest, updated_at)) as detected_at,
    'heyreach' as source,
    json_object('campaign_id', arg_min(campaign_id, (coalesce(connection_accepted_latest, updated_at), campaign_id))) as signal_data
from connections
where is_accepted
group by lead_id
union all
select
    lead_id,
    null,
    'replied',
    null,
    min(updated_at),
    'heyreach',
    json_object('campaign_id', arg_min(campaign_id, (updated_at, campaign_id)))
from connections
where is_replied
group by lead_id
