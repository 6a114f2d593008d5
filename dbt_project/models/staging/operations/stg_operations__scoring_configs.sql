with scoring_configs as (

    select * from {{ source('operations', 'scoring_configs') }}

),

-- A journal may be landed twice.
distinct_configs as (

    select *
    from scoring_configs
    qualify row_number() over (partition by config_hash order by recorded_at) = 1

)

select
    config_hash,
    config,
    recorded_at
from distinct_configs
