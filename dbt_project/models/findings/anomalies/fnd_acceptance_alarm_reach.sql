{#- Whether the alarm on acceptance can work: how many of the requests of four weeks could be judged early. Requests that
    were there at the very first pull are nobody's fault and left out. -#}

with connections as (

    select * from {{ ref('heyreach_connections') }}
    where is_sent and account_id is not null

),

run_parameters as (

    select
        *,
        {{ days_after('as_of', '-(early_window_days + detection_lag_days + 1)') }} as reach_until,
        {{ days_after('as_of', '-(early_window_days + detection_lag_days + 29)') }} as reach_since
    from {{ ref('stg_operations__run_parameters') }}

),

pulls as (

    select
        finished_at,
        min(finished_at) over () as first_finished_at,
        {{ hours_between('lag(finished_at) over (order by finished_at)', 'finished_at') }} as hours_since_previous
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull' and is_complete

),

spacing as (

    select
        min(pulls.first_finished_at) as first_finished_at,
        percentile_cont(0.5) within group (
            -- A pull repeated at once says nothing of how often one looks.
            order by case
                when pulls.finished_at >= run_parameters.reach_since and pulls.hours_since_previous >= 0.5
                    then pulls.hours_since_previous
            end
        ) as hours_between_pulls
    from pulls
    cross join run_parameters

),

requests as (

    select count(*) as requests
    from connections
    cross join run_parameters
    cross join spacing
    where connections.sent_cohort_latest >= run_parameters.reach_since
        and connections.sent_cohort_latest < run_parameters.reach_until
        and connections.sent_cohort_latest > spacing.first_finished_at

),

judged as (

    select coalesce(sum(cohorts.sent), 0) as judged
    from {{ ref('fnd_early_cohorts') }} as cohorts
    cross join run_parameters
    where cohorts.sent_date >= {{ utc_date('run_parameters.reach_since') }}

)

select
    {{ utc_date('run_parameters.reach_since') }} as since,
    {{ utc_date('run_parameters.reach_until') }} as until,
    requests.requests,
    -- Days and moments don't end alike.
    cast(least(judged.judged, requests.requests) as bigint) as judged,
    spacing.hours_between_pulls,
    requests.requests >= run_parameters.collecting_below and judged.judged * 2 < requests.requests as is_blind
from run_parameters
cross join requests
cross join judged
cross join spacing
