with counts as (

    select distinct
        noted_by,
        campaign_id,
        account_id,
        connection_status,
        lead_rows,
        observed_at
    from {{ source('operations', 'erased_lead_counts') }}
    where starts_with(noted_by, 'erasure') or noted_by in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

)

select * from counts
