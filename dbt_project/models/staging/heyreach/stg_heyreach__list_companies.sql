with newest as (

    {{ newest_observations('list_companies', ['list_id', 'list_row_key']) }}

),

named as (

    select
        list_id,
        list_row_key,
        {{ payload_text('name') }} as company_name,
        {{ payload_text('website') }} as website,
        {{ payload_text('industry') }} as industry,
        {{ payload_text('companySize') }} as company_size,
        {{ payload_text('location') }} as location,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
