{#- The moments that warehouses were published as of, up to this run's; another build of the same moment shows nothing new. -#}

with runs as (

    select
        runs.as_of,
        max(runs.requested_at) as requested_at
    from {{ source('operations', 'run_parameters') }} as runs
    inner join {{ ref('stg_operations__run_parameters') }} as this_run
        on runs.requested_at <= this_run.requested_at and runs.as_of <= this_run.as_of
    where runs.purpose = 'publish'
    group by runs.as_of

)

select
    as_of as built_as_of,
    requested_at,
    row_number() over (order by as_of desc) as build_number
from runs
