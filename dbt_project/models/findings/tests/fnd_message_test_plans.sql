{#- What a test was to be, as it was written down: what it needs follows from the rate that was known when it began, and from nothing
    that came later. -#}
{%- set highest_rate = 0.85 -%}

with read as (

    select
        test_id,
        test_name,
        config_hash,
        config ->> '$.metric' as metric,
        config ->> '$.arms[0].variant' as arm,
        config ->> '$.arms[1].variant' as other_arm,
        cast(config ->> '$.arms[0].percent' as integer) / 100.0 as arm_share,
        {{ text_list("config -> '$.icps'") }} as icps,
        cast(config ->> '$.smallest_difference_points' as integer) / 100.0 as smallest_difference,
        cast(config ->> '$.planned_requests' as bigint) as given_requests,
        cast(config ->> '$.window_days' as integer) as window_days,
        recorded_at,
        greatest(
            recorded_at, {{ utc_midnight("cast(config ->> '$.start' as date)") }}
        ) as started_at,
        ended_at
    from {{ ref('stg_operations__message_tests') }}

),

known as (

    select
        read.test_id,
        count(connections.connection_id) as requests,
        count(*) filter (where connections.is_accepted_in_window) as accepted
    from read
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    left join {{ ref('heyreach_connections') }} as connections
        on connections.is_mature
        and {{ days_after(
            'connections.sent_cohort_latest', 'run_parameters.acceptance_window_days + run_parameters.detection_lag_days'
        ) }} <= read.started_at
        and ({{ list_length('read.icps') }} = 0 or {{ in_list('lower(connections.icp)', 'read.icps') }})
    group by read.test_id

),

rated as (

    select
        read.*,
        known.requests as requests_before,
        least(greatest(
            case
                when read.metric = 'replies' then {{ vendor_benchmarks().reply_rate.median }}
                when known.requests >= run_parameters.collecting_below then known.accepted / cast(known.requests as double)
                else {{ usual_accept_rate() }}
            end,
            {{ lowest_rate_planned_with() }}
        ), {{ highest_rate }}) as rate_before,
        -- Of so many requests that go out one comes to count.
        if(read.metric = 'replies', 1 / {{ usual_accept_rate() }}, 1.0) as requests_for_one
    from read
    inner join known on read.test_id = known.test_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    * exclude (given_requests),
    coalesce(given_requests, {{ message_test_size('rate_before', 'smallest_difference') }}) as planned_requests
from rated
