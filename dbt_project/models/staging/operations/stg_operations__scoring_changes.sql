{#- When the configuration of scores changed, by the runs that published with it; up to this run. -#}

with runs as (

    select
        runs.requested_at,
        runs.run_id,
        runs.as_of,
        runs.scoring_config_hash
    from {{ source('operations', 'run_parameters') }} as runs
    inner join {{ ref('stg_operations__run_parameters') }} as this_run on runs.requested_at <= this_run.requested_at
    where runs.purpose = 'publish' and runs.scoring_config_hash is not null

),

changes as (

    select * from runs
    qualify coalesce(lag(scoring_config_hash) over (order by requested_at, run_id) <> scoring_config_hash, true)

)

select
    row_number() over (order by requested_at, run_id) as change_number,
    scoring_config_hash as config_hash,
    as_of,
    requested_at,
    lead(requested_at) over (order by requested_at, run_id) as valid_until
from changes
