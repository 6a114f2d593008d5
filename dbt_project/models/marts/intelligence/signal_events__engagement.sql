{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with connections as (

    select * from {{ ref('heyreach_connections') }}

),

-- A row that changes later was replied to all the same when it was first seen so.
replies as (

    select
        observations.campaign_id,
        observations.campaign_lead_id,
        min(observations.observed_at) as first_seen_at
    from {{ ref('stg_heyreach__campaign_lead_observations') }} as observations
    {{ join_status('message_statuses', 'observations.message_status') }}
    where observations.shows_accepted and message_statuses.is_reply
    group by observations.campaign_id, observations.campaign_lead_id

)

select
    lead_id,
    cast(null as varchar) as company_domain,
    'connected' as signal_type,
    -- Where the first acceptance can't be dated, a later one by somebody else's request dates nothing.
    case
        when min(connection_accepted_at) <= min(coalesce(connection_accepted_latest, updated_at)) then min(connection_accepted_at)
    end as occurred_at,
    min(coalesce(connection_accepted_latest, updated_at)) as detected_at,
    'heyreach' as source,
    json_object('campaign_id', arg_min(campaign_id, (coalesce(connection_accepted_latest, updated_at), campaign_id))) as signal_data
from connections
where is_accepted
group by lead_id
union all
select
    connections.lead_id,
    null,
    'replied',
    null,
    min(coalesce(replies.first_seen_at, connections.updated_at)),
    'heyreach',
    json_object('campaign_id', arg_min(
        connections.campaign_id, (coalesce(replies.first_seen_at, connections.updated_at), connections.campaign_id)
    ))
from connections
left join replies
    on connections.campaign_id = replies.campaign_id
    and connections.campaign_lead_id = replies.campaign_lead_id
where connections.is_replied
group by connections.lead_id
