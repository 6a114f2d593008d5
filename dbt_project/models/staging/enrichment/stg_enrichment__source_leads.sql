with leads as (

    select distinct on (source, lead_id) *
    from {{ source('enrichment', 'enrichment_source_rows') }}
    where kind = 'lead'
        and lead_id is not null
        and run_id in (select runs.run_id from {{ ref('stg_enrichment__runs') }} as runs)
    order by source, lead_id, observed_at desc, source_row_id desc

),

named as (

    select
        source,
        lead_id,
        campaign_id,
        profile_url as profile_url_raw,
        person as normalized_profile_url,
        cast(payload as json) ->> '$.name' as full_name,
        cast(payload as json) ->> '$.email' as email,
        cast(payload as json) ->> '$.organization' as company_name,
        cast(payload as json) ->> '$.designation' as title,
        observed_at,
        cast(payload as json) as payload
    from leads

)

select * from named
