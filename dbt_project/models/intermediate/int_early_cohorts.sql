{#- The early accept rate, day by day: alarms can't wait for the whole window. Only whole days enter, and only requests
    whose campaign was read on the day their early window ended and on the next one: across a gap between reads nobody
    knows on which side of the window's end an acceptance lies, and a gap would look like a drop. -#}

with connections as (

    select * from {{ ref('heyreach_connections') }}
    where sent_cohort_at is not null and account_id is not null

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

read_days as (

    select distinct
        campaign_id,
        {{ utc_date('finished_at') }} as read_date
    from {{ ref('int_campaign_pulls_ordered') }}
    where is_complete

),

finished as (

    select
        {{ utc_date('connections.sent_cohort_at') }} as sent_date,
        {{ utc_date(days_after('connections.sent_cohort_at', 'run_parameters.early_window_days')) }} as window_ends_on,
        {{ utc_date(days_after('connections.sent_cohort_at', 'run_parameters.early_window_days + 1')) }} as next_day,
        connections.campaign_id,
        connections.account_id,
        coalesce(connections.list_id, 'no_list') as list_id,
        coalesce(
            connections.is_accepted
            and {{ midpoint('connections.connection_accepted_earliest', 'connections.connection_accepted_latest') }}
            <= {{ days_after('coalesce(connections.connection_sent_at, connections.sent_cohort_at)', 'run_parameters.early_window_days') }},
            false
        ) as is_accepted_early
    from connections
    cross join run_parameters
    where {{ days_after('connections.sent_cohort_latest', 'run_parameters.early_window_days + run_parameters.detection_lag_days') }} <= connections.last_seen_at
        and {{ days_after(utc_midnight(utc_date('connections.sent_cohort_at')), 'run_parameters.early_window_days + run_parameters.detection_lag_days + 1') }} <= run_parameters.as_of

)

select
    finished.sent_date,
    finished.account_id,
    finished.list_id,
    count(*) as sent,
    count(*) filter (where finished.is_accepted_early) as accepted
from finished
inner join read_days as at_the_end
    on finished.campaign_id = at_the_end.campaign_id
    and finished.window_ends_on = at_the_end.read_date
inner join read_days as after_the_end
    on finished.campaign_id = after_the_end.campaign_id
    and finished.next_day = after_the_end.read_date
group by finished.sent_date, finished.account_id, finished.list_id
