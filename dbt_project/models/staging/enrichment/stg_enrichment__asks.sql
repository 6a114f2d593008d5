with asks as (

    select distinct on (ask_id) *
    from {{ source('enrichment', 'enrichment_asks') }}
    where run_id in (select runs.run_id from {{ ref('stg_enrichment__runs') }} as runs)
    order by ask_id

),

named as (

    select
        ask_id,
        run_id,
        row_number,
        profile_url as profile_url_raw,
        person as normalized_profile_url,
        integration,
        variant,
        key,
        reason,
        cached_call_id
    from asks

)

select * from named
