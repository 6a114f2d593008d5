with observations as (

    select
        campaign_id,
        campaign_lead_id,
        observed_at,
        pull_id,
        content_hash,
        payload
    from {{ source('heyreach', 'campaign_leads') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

),

read as (

    select
        *,
        {{ payload_record([
            'leadConnectionStatus', 'leadCampaignStatus', 'leadMessageStatus', 'lastActionTime', 'linkedInSenderId',
        ]) }} as record
    from observations

),

named as (

    select
        campaign_id,
        campaign_lead_id,
        observed_at,
        pull_id,
        content_hash,
        payload is not null as is_present,
        {{ text_or_null('record.leadConnectionStatus') }} as connection_status,
        {{ text_or_null('record.leadCampaignStatus') }} as campaign_lead_status,
        {{ text_or_null('record.leadMessageStatus') }} as message_status,
        {{ parsed_timestamp(text_or_null('record.lastActionTime')) }} as last_action_at,
        {{ text_or_null('record.linkedInSenderId') }} as account_id
    from read

)

-- Raw is at-least-once: the same observation may stand there twice.
select distinct * from named
