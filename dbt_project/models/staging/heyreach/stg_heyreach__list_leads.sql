with newest as (

    {{ newest_observations('list_leads', ['list_id', 'list_row_key']) }}

),

read as (

    select
        *,
        {{ payload_record(['profileUrl', 'linkedin_id', 'firstName', 'lastName', 'emailAddress']) }} as record
    from newest

),

named as (

    select
        list_id,
        list_row_key,
        record.profileUrl as profile_url_raw,
        {{ text_or_null('record.linkedin_id') }} as linkedin_id,
        {{ known_text('record.firstName') }} as first_name,
        {{ known_text('record.lastName') }} as last_name,
        {{ known_text('record.emailAddress') }} as email,
        payload -> '$.customFields' as custom_fields,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from read

)

select * from named
