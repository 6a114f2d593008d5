with quarantined_rows as (

    select * from {{ source('operations', 'quarantined_rows') }}

),

visible as (

    select distinct
        pull_id,
        resource,
        scope_id,
        observed_at,
        reason,
        row_text
    from quarantined_rows
    where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

)

select * from visible
