{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

runs as (

    select * from {{ ref('pipeline_runs') }}

),

last_success as (

    select
        max(started_at) as started_at,
        max(finished_at) as finished_at,
        arg_max(job, started_at) as job
    from runs
    where outcome = 'succeeded' and published_at is not null

),

failures_since as (

    select runs.*
    from runs
    cross join last_success
    where runs.outcome in ('failed', 'killed', 'stopped')
        and (last_success.started_at is null or runs.started_at > last_success.started_at)

),

failures as (

    select
        count(*) as runs,
        {{ listed(
            health_lines()['runs']['each'],
            {'job': 'job', 'started': 'started_at', 'outcome': 'outcome', 'step': 'failed_step', 'error': 'left(error, 200)'},
            'started_at desc',
            '; '
        ) }} as what
    from failures_since

),

last_extract as (

    select
        max(extracted_at) as extracted_at,
        count(*) filter (where outcome = 'published') as published
    from runs

),

pull_ends as (

    select
        finished_at,
        lag(finished_at) over (order by finished_at) as previous_finished_at
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull' and is_complete

),

missed_nights as (

    select
        pull_ends.previous_finished_at,
        pull_ends.finished_at,
        cast(
            {{ hours_between(
                utc_midnight(utc_date('pull_ends.previous_finished_at')),
                utc_midnight(utc_date('pull_ends.finished_at'))
            ) }} / 24 - 1 as bigint
        ) as nights
    from pull_ends
    cross join run_parameters
    where {{ hours_between('pull_ends.previous_finished_at', 'pull_ends.finished_at') }} > run_parameters.pull_gap_hours
        and pull_ends.finished_at >= run_parameters.since

),

last_tries as (

    select
        notice_id,
        channel,
        arg_max(event, event_number) as event,
        arg_max(error, event_number) as error,
        max(happened_at) as happened_at
    from {{ ref('stg_operations__alert_events') }}
    where channel is not null
    group by notice_id, channel

)

select
    {{ health_line(
        'stale',
        hours_between('last_extract.extracted_at', 'run_parameters.requested_at'),
        {'ended': 'last_extract.extracted_at', 'asked': 'run_parameters.requested_at'}
    ) }}
from last_extract
cross join run_parameters
-- The demo's world stands still.
where not run_parameters.is_demo
    and {{ hours_between('last_extract.extracted_at', 'run_parameters.requested_at') }} > run_parameters.figures_old_after_hours
union all
-- A report that no run of its own stands behind follows a failed one.
select
    {{ health_line(
        'runs',
        'failures.runs',
        {'ended': 'last_success.finished_at', 'job': 'last_success.job', 'failures': 'failures.what'},
        severity="case when failures.runs > 0 and last_extract.published = 0 then 'blind' else 'note' end"
    ) }}
from failures
cross join last_success
cross join last_extract
where failures.runs > 0 or last_success.started_at is not null
union all
select
    {{ health_line(
        'nights_missed',
        'sum(nights)',
        each={'nights': 'nights', 'from': 'previous_finished_at', 'to': 'finished_at'},
        order_by='finished_at',
        separator='; '
    ) }}
from missed_nights
where nights > 0
having count(*) > 0
union all
select
    {{ health_line(
        'alerts_undelivered',
        'count(*)',
        {'messages': 'count(*)', 'errors': "string_agg(distinct last_tries.error, '; ' order by last_tries.error)"}
    ) }}
from last_tries
cross join run_parameters
where last_tries.event = 'failed'
    and {{ days_after('last_tries.happened_at', 8) }} >= run_parameters.requested_at
having count(*) > 0
