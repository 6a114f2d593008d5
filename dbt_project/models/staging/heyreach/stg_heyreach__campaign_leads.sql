with newest as (

    {{ newest_observations('campaign_leads', ['campaign_id', 'campaign_lead_id']) }}

),

named as (

    select
        campaign_id,
        campaign_lead_id,
        payload ->> '$.linkedInUserProfile.profileUrl' as profile_url_raw,
        {{ payload_text('linkedInUserProfile.linkedin_id') }} as linkedin_id,
        {{ payload_text('linkedInUserProfileId') }} as linkedin_member_id,
        {{ payload_text('linkedInUserProfile.firstName') }} as first_name,
        {{ payload_text('linkedInUserProfile.lastName') }} as last_name,
        {{ payload_text('linkedInUserProfile.companyName') }} as heyreach_company_name,
        {{ payload_text('linkedInUserProfile.position') }} as heyreach_position,
        {{ payload_text('linkedInUserProfile.headline') }} as heyreach_headline,
        {{ payload_text('linkedInSenderId') }} as account_id,
        {{ payload_text('linkedInSenderFullName') }} as account_name,
        {{ payload_text('leadCampaignStatus') }} as campaign_lead_status,
        {{ payload_text('leadConnectionStatus') }} as connection_status,
        {{ payload_text('leadMessageStatus') }} as message_status,
        {{ payload_text('errorCode') }} as error_code,
        {{ payload_text('leadCampaignStatusMessage') }} as status_message,
        {{ payload_timestamp('creationTime') }} as created_at,
        {{ payload_timestamp('lastActionTime') }} as last_action_at,
        {{ payload_timestamp('failedTime') }} as failed_at,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
