with answers as (

    select distinct on (call_id) *
    from {{ source('enrichment', 'enrichment_answers') }}
    where answered_at <= (select run_parameters.as_of from {{ ref('stg_operations__run_parameters') }} as run_parameters)
    order by call_id

),

named as (

    select
        call_id,
        run_id,
        integration,
        variant,
        entity,
        key,
        batch_id,
        asked_at,
        answered_at,
        status,
        nullif(reason, '') as reason,
        credits,
        cost_usd,
        valid_until,
        signals_asked,
        {{ json_field_count('cast(fields as json)') }} as signals_found,
        cast(fields as json) as fields,
        -- Of somebody whom a search found their link is known from the answer, and not asked by.
        case when entity = 'person' and starts_with(key, '{{ found_by_search() }}') and status = 'found'
            then {{ payload_text('person.linkedin_url', 'cast(payload as json)') }}
        end as found_profile_url_raw,
        cast(payload as json) as payload
    from answers

)

select * from named
