with campaigns as (

    select distinct on (source, campaign_id) *
    from {{ source('enrichment', 'enrichment_source_rows') }}
    where kind = 'campaign'
        and campaign_id is not null
        and run_id in (select runs.run_id from {{ ref('stg_enrichment__runs') }} as runs)
    order by source, campaign_id, observed_at desc, source_row_id desc

),

named as (

    select
        source,
        campaign_id,
        cast(payload as json) ->> '$.name' as campaign_name,
        observed_at,
        cast(payload as json) as payload
    from campaigns

)

select * from named
