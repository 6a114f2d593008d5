{{ config(materialized='ephemeral') }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

business_days as (

    select
        account_id,
        activity_date,
        sent,
        row_number() over (partition by account_id order by activity_date desc) as days_ago
    from {{ ref('heyreach_account_days') }}
    where is_business_day and activity_date < {{ utc_date('as_of') }}

),

recent as (

    select
        business_days.account_id,
        sum(business_days.sent) as sent,
        count(business_days.sent) as days_counted,
        -- Whoever has waited for half of the days was not just put there.
        max(business_days.activity_date) filter (
            where business_days.days_ago = (run_parameters.stall_business_days + 1) // 2
        ) as waiting_since
    from business_days
    cross join run_parameters
    where business_days.days_ago <= run_parameters.stall_business_days
    group by business_days.account_id

),

-- Rolling seven days, as LinkedIn counts.
weeks as (

    select
        account_id,
        activity_date,
        sum(sent) over (
            partition by account_id order by activity_date rows between 6 preceding and current row
        ) as sent_in_7_days
    from {{ ref('heyreach_account_days') }}

),

use_of_weeks as (

    select
        weeks.account_id,
        max(weeks.sent_in_7_days) as most_sent_in_7_days,
        -- The as-of's own day, and the one before: of a day that has just begun nothing is sent yet.
        max(weeks.sent_in_7_days) filter (
            where weeks.activity_date >= {{ days_after(utc_date('run_parameters.as_of'), -1) }}
        ) as sent_last_7_days
    from weeks
    cross join run_parameters
    group by weeks.account_id

)

select
    use_of_weeks.*,
    recent.sent,
    recent.days_counted,
    recent.waiting_since
from use_of_weeks
left join recent on use_of_weeks.account_id = recent.account_id
