{#- A test that was changed, or removed and written down again, is another one: it ends the one before. -#}

with message_tests as (

    select distinct
        change_id,
        test_name,
        config_hash,
        config,
        recorded_at
    from {{ source('operations', 'message_tests') }}
    where recorded_at <= (select run_parameters.requested_at from {{ ref('stg_operations__run_parameters') }} as run_parameters)

),

versions as (

    select
        *,
        lead(recorded_at) over (partition by test_name order by recorded_at) as ended_at
    from message_tests

)

select
    md5(change_id) as test_id,
    test_name,
    config_hash,
    config,
    recorded_at,
    ended_at
from versions
where config_hash is not null
