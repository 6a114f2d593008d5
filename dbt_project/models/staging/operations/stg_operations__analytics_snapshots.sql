with analytics_snapshots as (

    select * from {{ source('operations', 'analytics_snapshots') }}

),

-- A journal may be landed twice.
distinct_snapshots as (

    select *
    from analytics_snapshots
    qualify row_number() over (partition by run_id order by reported_at) = 1

)

select
    run_id,
    as_of as snapshot_as_of,
    since,
    until,
    reported_at,
    metrics,
    advice
from distinct_snapshots
