{{ config(materialized='ephemeral') }}

with account_days as (

    select
        account_days.*,
        -- The as-of's own day is still running.
        account_days.activity_date < {{ utc_date('run_parameters.as_of') }} as is_over
    from {{ ref('heyreach_account_days') }} as account_days
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where account_days.activity_date >= {{ utc_date('run_parameters.since') }}
        and account_days.activity_date < {{ utc_date('run_parameters.until') }}

),

days as (

    select
        account_id,
        count(*) filter (where is_business_day and is_over) as business_days,
        count(*) filter (where is_idle) as idle_days,
        count(*) filter (where is_limit_hit) as limit_hit_days,
        sum(sent) as provider_sent,
        count(*) filter (where sent is null) as days_without_counts,
        avg(case when is_business_day and is_over then sent end) as sent_per_business_day
    from account_days
    group by account_id

),

idle_reasons as (

    select
        account_id,
        idle_reason,
        row_number() over (partition by account_id order by count(*) desc, idle_reason) as reason_rank
    from account_days
    where is_idle
    group by account_id, idle_reason

)

select
    days.*,
    idle_reasons.idle_reason as main_idle_reason
from days
left join idle_reasons
    on days.account_id = idle_reasons.account_id
    and idle_reasons.reason_rank = 1
