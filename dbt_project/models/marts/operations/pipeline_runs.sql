with run_events as (

    select * from {{ ref('stg_operations__pipeline_run_events') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

runs as (

    select
        run_id,
        max(job) as job,
        min(happened_at) filter (where event = 'started') as started_at,
        max(happened_at) filter (where event = 'finished') as finished_at,
        max(seconds) filter (where event = 'finished') as seconds,
        max(happened_at) filter (where step = 'extract' and event = 'step') as extracted_at,
        max(happened_at) filter (where step = 'build' and event = 'step') as published_at,
        max(seconds) filter (where step = 'extract' and event = 'step') as extract_seconds,
        max(seconds) filter (where step = 'build' and event = 'step') as build_seconds,
        max(seconds) filter (where step = 'report' and event = 'step') as report_seconds,
        max(pulls) as pulls,
        max(requests) as requests,
        max(rows_received) as rows_received,
        max(rows_landed) as rows_landed,
        max(outcome) filter (where event = 'finished') as recorded_outcome,
        max(step) filter (where event = 'finished') as failed_step,
        max(exit_code) as exit_code,
        max(error) as error
    from run_events
    group by run_id

)

select
    runs.run_id,
    runs.job,
    runs.started_at,
    runs.finished_at,
    runs.seconds,
    runs.extracted_at,
    runs.published_at,
    runs.extract_seconds,
    runs.build_seconds,
    runs.report_seconds,
    runs.pulls,
    runs.requests,
    runs.rows_received,
    runs.rows_landed,
    -- Runs take turns: one that left no end and isn't this one can't be under way.
    coalesce(
        runs.recorded_outcome,
        case when runs.run_id = run_parameters.run_id then 'published' else 'killed' end
    ) as outcome,
    runs.failed_step,
    runs.exit_code,
    runs.error,
    run_parameters.as_of
from runs
cross join run_parameters
