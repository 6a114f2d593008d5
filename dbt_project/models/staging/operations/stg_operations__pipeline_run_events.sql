with pipeline_run_events as (

    select * from {{ source('operations', 'pipeline_run_events') }}

),

-- A journal may be landed twice.
distinct_events as (

    select *
    from pipeline_run_events
    qualify row_number() over (partition by run_id, event_number order by happened_at) = 1

)

select
    run_id,
    event_number,
    happened_at,
    event,
    job,
    step,
    seconds,
    pulls,
    requests,
    rows_received,
    rows_landed,
    outcome,
    exit_code,
    error
from distinct_events
