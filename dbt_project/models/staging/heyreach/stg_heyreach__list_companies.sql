with newest as (

    {{ newest_observations('list_companies', ['list_id', 'list_row_key']) }}

),

named as (

    select
        list_id,
        list_row_key,
        {{ payload_text('name') }} as company_name,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
