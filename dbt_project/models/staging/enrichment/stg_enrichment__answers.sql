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
        cast(payload as json) as payload
    from answers

)

select * from named
