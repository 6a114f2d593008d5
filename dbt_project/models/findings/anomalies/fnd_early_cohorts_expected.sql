{#- What was to be expected of each day's requests, from the days before (history_days): the rate of the list, times what the
    sender makes of its lists. A list or sender is compared once it has a rate of its own, so a change of lists is no change of
    the sender. After an acknowledged drop, what the sender sank to is what is expected of it. -#}
{#- So many expected acceptances that came as expected keep a young sender near its lists. -#}
{%- set as_expected = 5 -%}

with by_list as (

    select * from {{ ref('fnd_early_cohorts_by_list') }}

),

account_days as (

    select
        by_list.sent_date,
        by_list.account_id,
        sum(by_list.sent) as sent,
        sum(by_list.accepted) as accepted,
        {{ exact_sum('by_list.exposure * by_list.list_rate') }} as expected
    from by_list
    group by by_list.sent_date, by_list.account_id

),

acknowledged as (

    select * from {{ ref('stg_operations__acknowledgements') }}
    where kind = 'acceptance_drop'

),

starts as (

    select
        account_days.sent_date,
        account_days.account_id,
        max(acknowledged.since) as expected_from
    from account_days
    left join acknowledged
        on acknowledged.judged_until < account_days.sent_date
        and (
            acknowledged.dimension = 'all'
            or (acknowledged.dimension = 'account' and acknowledged.segment = account_days.account_id)
        )
    group by account_days.sent_date, account_days.account_id

),

account_history as (

    select
        starts.sent_date,
        starts.account_id,
        sum(earlier.sent) as earlier_sent,
        (sum(earlier.accepted) + {{ as_expected }}) / ({{ exact_sum('earlier.expected') }} + {{ as_expected }}) as account_ratio
    from starts
    inner join account_days as earlier
        on starts.account_id = earlier.account_id
        and earlier.sent_date < starts.sent_date
        and earlier.sent_date >= coalesce(starts.expected_from, date '2000-01-01')
        and {{ days_after('earlier.sent_date', history_days()) }} >= starts.sent_date
    group by starts.sent_date, starts.account_id

)

select
    by_list.sent_date,
    by_list.account_id,
    by_list.list_id,
    by_list.sent,
    by_list.accepted,
    by_list.list_rate,
    account_history.account_ratio,
    least(greatest(by_list.list_rate * account_history.account_ratio * by_list.exposure / by_list.sent, 0.005), 0.95) as expected_rate
from by_list
inner join account_history
    on by_list.sent_date = account_history.sent_date
    and by_list.account_id = account_history.account_id
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where account_history.earlier_sent >= run_parameters.collecting_below
