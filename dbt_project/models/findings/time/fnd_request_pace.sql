{#- How many requests go out on a business day, over the last two weeks or since the first one in them. A sender's requests
    are those HeyReach counted, where it counted; else those that can be dated. The as-of's own day is still running. -#}

with run_parameters as (

    select
        *,
        {{ utc_date('as_of') }} as today
    from {{ ref('stg_operations__run_parameters') }}

),

counted as (

    select
        account_days.account_id,
        account_days.activity_date,
        account_days.sent
    from {{ ref('heyreach_account_days') }} as account_days
    where account_days.sent is not null

),

observed as (

    select
        coalesce(connections.account_id, 'unassigned') as account_id,
        {{ utc_date('connections.sent_cohort_at') }} as activity_date,
        count(*) as sent
    from {{ ref('heyreach_connections') }} as connections
    where connections.sent_cohort_at is not null
    group by connections.account_id, {{ utc_date('connections.sent_cohort_at') }}

),

days as (

    select account_id, activity_date, sent from counted
    union all
    select account_id, activity_date, sent from observed
    where account_id not in (select account_id from counted)

),

recent as (

    select
        coalesce(sum(days.sent), 0) as sent,
        min(days.activity_date) filter (where days.sent > 0) as began_on
    from days
    cross join run_parameters
    where days.activity_date >= run_parameters.today - 14
        and days.activity_date < run_parameters.today

)

select
    recent.began_on,
    cast(recent.sent as bigint) as sent,
    recent.sent / cast(greatest((
        select count(*)
        from unnest(generate_series(0, 13)) as offsets (days_ago)
        where isodow(run_parameters.today - 1 - cast(days_ago as integer)) <= 5
            and run_parameters.today - 1 - cast(days_ago as integer) >= recent.began_on
    ), 1) as double) as sent_per_business_day,
    (select count(*) from counted) > 0 or recent.sent > 0 as is_known
from recent
cross join run_parameters
