with observations as (

    -- Raw is at-least-once: the same observation may stand there twice.
    select distinct on (pull_id, conversation_id, observed_at, content_hash) *
    from {{ source('heyreach', 'conversations') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

)

select
    conversation_id,
    pull_id,
    observed_at,
    content_hash,
    {{ payload_text('linkedInAccountId') }} as account_id,
    {{ payload_text('campaignId') }} as campaign_id,
    {{ payload_text('correspondentProfile.profileUrl') }} as profile_url_raw,
    {{ parsed_timestamp(payload_text('lastMessageAt')) }} as last_message_at,
    {{ json_names("payload -> '$.correspondentProfile.tags'") }}
    || {{ json_names("payload -> '$.correspondentProfile.autoTags'") }} as tags,
    payload -> '$.messages' as messages
from observations
