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

),

-- Raw is at-least-once: the same observation may stand there twice.
deduplicated as (

    select distinct * from named

)

select
    deduplicated.*,
    connection_statuses.is_sent as shows_sent,
    connection_statuses.is_accepted as shows_accepted,
    connection_statuses.is_open as shows_open
from deduplicated
{{ join_status('connection_statuses', 'deduplicated.connection_status') }}
