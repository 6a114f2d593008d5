{{ config(materialized='ephemeral') }}

{#- A period is compared with the one just before, or with an earlier one that was chosen. Both are cut to the same number of days
    from their start, as many as are mature in this one: so a period that is not over, or too young at its end, is not compared
    with a finished one. -#}

with first_pulls as (

    select * from {{ ref('int_first_pulls') }}

),

-- A day of slack: a request of the last days is mature only when its latest bound is.
periods as (

    select
        since,
        until,
        as_of,
        collecting_below,
        coalesce(against_until, since) as before_until,
        coalesce(
            against_since, {{ days_after('since', '-(' ~ days_between('since', 'until') ~ ')') }}
        ) as previous_since,
        greatest(least(
            {{ days_between('since', 'until') }},
            coalesce({{ days_between('against_since', 'against_until') }}, {{ days_between('since', 'until') }}),
            {{ days_between('since', 'as_of') }} - acceptance_window_days - detection_lag_days - 1
        ), 0) as compared_days
    from {{ ref('stg_operations__run_parameters') }}

)

select
    periods.*,
    {{ days_after('periods.since', 'periods.compared_days') }} as compared_until,
    {{ days_after('periods.previous_since', 'periods.compared_days') }} as previous_until,
    -- Up to where both have lasted as long by the as-of.
    least(periods.until, periods.as_of, {{ as_long_after('periods.since', 'periods.previous_since', 'periods.before_until') }})
        as counted_until,
    least(periods.before_until, {{ as_long_after('periods.previous_since', 'periods.since', 'least(periods.until, periods.as_of)') }})
        as previous_counted_until,
    first_pulls.watched_from
from periods
cross join first_pulls
