with plans as (

    select distinct
        plan_id,
        plan_number,
        week,
        planned_at,
        pilot,
        cast(expected as varchar) as expected,
        cast(left_out as varchar) as left_out
    from {{ source('outreach', 'plans') }}
    where planned_at <= (select run_parameters.as_of from {{ ref('stg_operations__run_parameters') }} as run_parameters)

)

select
    plan_id,
    week,
    planned_at,
    pilot,
    cast(expected as json) as expected,
    cast(left_out as json) as left_out,
    row_number() over (partition by week order by plan_number desc) = 1 as is_current
from plans
