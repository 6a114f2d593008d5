with newest as (

    {{ newest_observations('sender_accounts', ['account_id']) }}

),

named as (

    select
        account_id,
        nullif(trim(concat_ws(' ', {{ payload_text('firstName') }}, {{ payload_text('lastName') }})), '') as account_name,
        payload ->> '$.profileUrl' as profile_url_raw,
        {{ payload_boolean('isActive') }} as is_active,
        {{ payload_boolean('authIsValid') }} as is_auth_valid,
        {{ payload_boolean('connectionRequestCooldown') }} as is_in_request_cooldown,
        {{ payload_boolean('isValidNavigator') }} as has_sales_navigator,
        {{ payload_integer('activeCampaigns') }} as active_campaigns,
        -- The vendor's own spelling.
        {{ payload_integer('accountLimits.connectioRequestLimit') }} as daily_request_limit,
        {{ payload_integer('accountLimits.connectioRequestMax') }} as daily_request_maximum,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
