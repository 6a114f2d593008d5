with newest as (

    {{ newest_observations('campaign_leads', ['campaign_id', 'campaign_lead_id']) }}

),

read as (

    select
        *,
        {{ payload_record(
            [
                'linkedInUserProfileId', 'linkedInSenderId', 'linkedInSenderFullName', 'leadCampaignStatus',
                'leadConnectionStatus', 'leadMessageStatus', 'errorCode', 'leadCampaignStatusMessage', 'creationTime',
                'lastActionTime', 'failedTime',
            ],
            {'linkedInUserProfile': [
                'profileUrl', 'linkedin_id', 'firstName', 'lastName', 'companyName', 'position', 'headline',
            ]}
        ) }} as record
    from newest

),

named as (

    select
        campaign_id,
        campaign_lead_id,
        record.linkedInUserProfile.profileUrl as profile_url_raw,
        {{ text_or_null('record.linkedInUserProfile.linkedin_id') }} as linkedin_id,
        {{ text_or_null('record.linkedInUserProfileId') }} as linkedin_member_id,
        {{ known_text('record.linkedInUserProfile.firstName') }} as first_name,
        {{ known_text('record.linkedInUserProfile.lastName') }} as last_name,
        {{ known_text('record.linkedInUserProfile.companyName') }} as heyreach_company_name,
        {{ known_text('record.linkedInUserProfile.position') }} as heyreach_position,
        {{ known_text('record.linkedInUserProfile.headline') }} as heyreach_headline,
        {{ text_or_null('record.linkedInSenderId') }} as account_id,
        {{ known_text('record.linkedInSenderFullName') }} as account_name,
        {{ text_or_null('record.leadCampaignStatus') }} as campaign_lead_status,
        {{ text_or_null('record.leadConnectionStatus') }} as connection_status,
        {{ text_or_null('record.leadMessageStatus') }} as message_status,
        {{ text_or_null('record.errorCode') }} as error_code,
        {{ text_or_null('record.leadCampaignStatusMessage') }} as status_message,
        {{ parsed_timestamp(text_or_null('record.creationTime')) }} as created_at,
        {{ parsed_timestamp(text_or_null('record.lastActionTime')) }} as last_action_at,
        {{ parsed_timestamp(text_or_null('record.failedTime')) }} as failed_at,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from read

)

select * from named
