{#- The trend: requests by the week they were sent in. The rate of a week is finished when all of it is mature; until
    then the expected rate adds what open requests may still bring, by how long others took. Both as of the detection lag
    before, where all of it is known: an acceptance since then is one that was still to come. -#}

with known as (

    select
        {{ utc_week('sent_cohort_at') }} as sent_week,
        count(*) filter (where outcome = 1) as accepted_for_certain
    from {{ ref('fnd_acceptance_times') }}
    group by sent_week

),

counted as (

    select
        {{ utc_week('sent_cohort_at') }} as sent_week,
        count(*) as sent,
        count(*) filter (where is_accepted) as accepted_to_date,
        count(*) filter (where is_mature) as mature_sent,
        count(*) filter (where is_mature and is_accepted_in_window) as mature_accepted,
        count(*) filter (where is_mature and is_surely_accepted_in_window) as mature_accepted_surely,
        count(*) filter (where is_mature and is_possibly_accepted_in_window) as mature_accepted_possibly
    from {{ ref('heyreach_connections') }}
    where is_sent and sent_cohort_at is not null
    group by sent_week

),

-- By pairs of weeks first, because a late first pull leaves nearly everything undated.
undated as (

    select
        {{ utc_week('sent_cohort_earliest') }} as earliest_week,
        {{ utc_week('sent_cohort_latest') }} as latest_week,
        count(*) as requests
    from {{ ref('heyreach_connections') }}
    where is_sent and sent_cohort_at is null
    group by earliest_week, latest_week

),

perhaps as (

    select
        counted.sent_week,
        cast(sum(undated.requests) as bigint) as sent_undated
    from counted
    inner join undated
        on counted.sent_week <= undated.latest_week
        and counted.sent_week >= coalesce(undated.earliest_week, date '1970-01-05')
    group by counted.sent_week

),

-- Those of whom nobody knows whether they were asked, by the week it was if they were.
undecided as (

    select
        {{ utc_week('sent_cohort_at') }} as sent_week,
        undecided_group,
        cast(is_sent as integer) as is_counted
    from {{ ref('int_connections_dated') }}
    where is_undecided and is_mature and is_within_window

),

bounded as (

    select
        counted.*,
        coalesce(doubt.fewer, 0) as mature_fewer,
        coalesce(doubt.more, 0) as mature_more
    from counted
    left join ({{ undecided_by(['sent_week'], 'undecided') }}) as doubt on counted.sent_week = doubt.sent_week

),

rated as (

    select
        bounded.*,
        {{ accept_rate_columns() }}
    from bounded
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    counted.sent_week,
    counted.sent,
    counted.accepted_to_date,
    counted.mature_sent,
    counted.mature_accepted,
    {{ rate('counted.mature_sent', 'counted.sent') }} as mature_share,
    counted.accept_rate,
    counted.ci_low,
    counted.ci_high,
    counted.accept_rate_low,
    counted.accept_rate_high,
    counted.rate_withheld_because,
    case
        when counted.sent >= run_parameters.hide_rate_below
            then round(
                greatest(known.accepted_for_certain + coalesce(expected.still_to_come, 0), counted.accepted_to_date)
                / counted.sent,
                6
            )
    end as expected_final_rate,
    coalesce(perhaps.sent_undated, 0) as sent_undated,
    counted.accept_rate is not null
    and {{ days_after(
        utc_midnight('counted.sent_week'),
        '7 + run_parameters.acceptance_window_days + run_parameters.detection_lag_days'
    ) }} <= run_parameters.as_of as is_usable_in_rate,
    run_parameters.as_of
from rated as counted
inner join known on counted.sent_week = known.sent_week
left join perhaps on counted.sent_week = perhaps.sent_week
left join {{ ref('rpt_sent_weeks_expected') }} as expected on counted.sent_week = expected.sent_week
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
