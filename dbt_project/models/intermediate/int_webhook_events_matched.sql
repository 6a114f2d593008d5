{#- What webhooks tell of the leads in campaigns: when each was first said to have been sent a request, and to have
    accepted it. -#}

with campaign_lead_rows as (

    select * from {{ ref('int_lead_rows_identified') }}
    where found_in = 'campaign'

)

select
    campaign_lead_rows.container_id as campaign_id,
    campaign_lead_rows.row_key as campaign_lead_id,
    case webhook_events.event_type
        when 'CONNECTION_REQUEST_SENT' then 'sent'
        when 'CONNECTION_REQUEST_ACCEPTED' then 'accepted'
    end as event,
    min(webhook_events.happened_at) as told_at
from {{ ref('stg_heyreach__webhook_events') }} as webhook_events
inner join {{ ref('int_profile_urls_normalized') }} as urls
    on webhook_events.profile_url_raw = urls.profile_url_raw
inner join campaign_lead_rows
    on webhook_events.campaign_id = campaign_lead_rows.container_id
    and urls.normalized_profile_url = campaign_lead_rows.normalized_profile_url
where webhook_events.event_type in ('CONNECTION_REQUEST_SENT', 'CONNECTION_REQUEST_ACCEPTED')
    and webhook_events.happened_at is not null
group by campaign_lead_rows.container_id, campaign_lead_rows.row_key, webhook_events.event_type
