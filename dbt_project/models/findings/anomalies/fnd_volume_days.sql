{#- Requests of the last five business days against what was usual over the forty before, for each sender and for all, on
    every finished business day. A drop also has to be more than chance does to so many requests (three times the square
    root of what is usual). -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

business_days as (

    select
        account_days.account_id,
        account_days.activity_date,
        account_days.sent
    from {{ ref('heyreach_account_days') }} as account_days
    cross join run_parameters
    where account_days.is_business_day
        and account_days.activity_date < {{ utc_date('run_parameters.as_of') }}

),

days as (

    select 'account' as dimension, account_id as segment, activity_date, sent
    from business_days
    union all
    select 'all', 'all', activity_date, cast(sum(sent) as bigint)
    from business_days
    group by activity_date

),

rolling as (

    select
        *,
        sum(sent) over last_five as sent_in_five_days,
        5 * avg(sent) over the_forty_before as usual_in_five_days,
        count(sent) over last_five as days_counted,
        count(sent) over the_forty_before as earlier_days_counted
    from days
    window
        last_five as (partition by dimension, segment order by activity_date rows between 4 preceding and current row),
        the_forty_before as (partition by dimension, segment order by activity_date rows between 44 preceding and 5 preceding)

),

judged as (

    select
        rolling.*,
        coalesce(
            rolling.days_counted = 5
            and rolling.earlier_days_counted >= 10
            and rolling.usual_in_five_days > 0
            and rolling.sent_in_five_days <= rolling.usual_in_five_days - 3 * sqrt(rolling.usual_in_five_days)
            and rolling.sent_in_five_days * 100 <= rolling.usual_in_five_days * (100 - run_parameters.volume_drop_percent),
            false
        ) as is_low
    from rolling
    cross join run_parameters

),

calm as (

    select
        *,
        not bool_or(is_low) over (
            partition by dimension, segment order by activity_date rows between 4 preceding and current row
        ) as is_calm
    from judged

)

select
    dimension,
    segment,
    activity_date,
    sent,
    cast(sent_in_five_days as bigint) as sent_in_five_days,
    usual_in_five_days,
    is_low,
    -- Low days with fewer than five others between them belong together.
    count(*) filter (where is_calm) over (
        partition by dimension, segment order by activity_date rows between unbounded preceding and current row
    ) as spell
from calm
