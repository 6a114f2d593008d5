with newest as (

    {{ newest_observations('list_leads', ['list_id', 'list_row_key']) }}

),

named as (

    select
        list_id,
        list_row_key,
        payload ->> '$.profileUrl' as profile_url_raw,
        {{ payload_text('linkedin_id') }} as linkedin_id,
        {{ payload_text('firstName') }} as first_name,
        {{ payload_text('lastName') }} as last_name,
        {{ payload_text('emailAddress') }} as email,
        payload -> '$.customFields' as custom_fields,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
