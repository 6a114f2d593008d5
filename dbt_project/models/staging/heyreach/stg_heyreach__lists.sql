with newest as (

    {{ newest_observations('lists', ['list_id']) }}

),

named as (

    select
        list_id,
        {{ payload_text('name') }} as list_name,
        coalesce({{ payload_text('listType') }}, 'USER_LIST') as list_type,
        {{ payload_integer('totalItemsCount') }} as total_items,
        {{ payload_timestamp('creationTime') }} as created_at,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
