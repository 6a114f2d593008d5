with observations as (

    select
        account_id,
        observed_at,
        pull_id,
        content_hash,
        payload
    from {{ source('heyreach', 'sender_accounts') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

),

named as (

    select
        account_id,
        observed_at,
        pull_id,
        content_hash,
        payload is not null as is_present,
        {{ payload_boolean('isActive') }} as is_active,
        {{ payload_boolean('authIsValid') }} as is_auth_valid,
        {{ payload_boolean('connectionRequestCooldown') }} as is_in_request_cooldown,
        {{ payload_integer('activeCampaigns') }} as active_campaigns,
        -- The vendor's own spelling.
        {{ payload_integer('accountLimits.connectioRequestLimit') }} as daily_request_limit
    from observations

)

-- Raw is at-least-once: the same observation may stand there twice.
select distinct * from named
