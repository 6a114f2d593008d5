{#- What senders sent on the days that a coming day's seven still take in. -#}
select
    account_days.account_id,
    account_days.activity_date,
    cast(account_days.sent as bigint) as sent
from {{ ref('heyreach_account_days') }} as account_days
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where account_days.activity_date > {{ days_after(utc_date('run_parameters.as_of'), -7) }} and account_days.sent > 0
