with observations as (

    select distinct on (campaign_id, campaign_lead_id, observed_at, pull_id, content_hash)
        campaign_id,
        campaign_lead_id,
        observed_at,
        pull_id,
        content_hash,
        payload
    from {{ source('heyreach', 'campaign_leads') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_heyreach__pulls') }} as pulls)

),

named as (

    select
        campaign_id,
        campaign_lead_id,
        observed_at,
        pull_id,
        content_hash,
        payload is not null as is_present,
        {{ payload_text('leadConnectionStatus') }} as connection_status,
        {{ payload_text('leadCampaignStatus') }} as campaign_lead_status,
        {{ payload_text('leadMessageStatus') }} as message_status,
        {{ payload_timestamp('lastActionTime') }} as last_action_at,
        {{ payload_text('linkedInSenderId') }} as account_id
    from observations

)

select * from named
