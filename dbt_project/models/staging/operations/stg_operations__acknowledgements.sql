with acknowledgements as (

    select * from {{ source('operations', 'acknowledgements') }}

),

-- A journal may be landed twice.
distinct_acknowledgements as (

    select *
    from acknowledgements
    qualify row_number() over (partition by anomaly_id order by acknowledged_at desc) = 1

)

select
    anomaly_id,
    kind,
    dimension,
    segment,
    since,
    judged_until,
    acknowledged_at
from distinct_acknowledgements
