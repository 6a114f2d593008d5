{#- What was to be expected of each day's requests, from the 180 days before: the rate of the list, times what the sender
    makes of its lists. A list or sender is compared once it has a rate of its own, so a change of lists is no change of
    the sender. After an acknowledged drop, what the sender sank to is what is expected of it. -#}

with cohorts as (

    select * from {{ ref('fnd_early_cohorts') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

list_days as (

    select
        sent_date,
        list_id,
        sum(sent) as sent,
        sum(accepted) as accepted,
        {{ exact_sum('exposure') }} as exposure
    from cohorts
    group by sent_date, list_id

),

all_days as (

    select
        sent_date,
        sum(accepted) over before_the_day as earlier_accepted,
        sum(cast(exposure as decimal(38, 18))) over before_the_day as earlier_exposure
    from (select sent_date, sum(accepted) as accepted, {{ exact_sum('exposure') }} as exposure from cohorts group by sent_date) as days
    window before_the_day as (order by sent_date range between interval 180 day preceding and interval 1 day preceding)

),

list_history as (

    select
        sent_date,
        list_id,
        sum(sent) over before_the_day as earlier_sent,
        sum(accepted) over before_the_day as earlier_accepted,
        sum(cast(exposure as decimal(38, 18))) over before_the_day as earlier_exposure
    from list_days
    window before_the_day as (partition by list_id order by sent_date range between interval 180 day preceding and interval 1 day preceding)

),

-- Twenty requests at the rate of all lists keep a list's rate away from 0 and 1.
by_list as (

    select
        cohorts.*,
        (list_history.earlier_accepted + 20 * {{ rate('all_days.earlier_accepted', 'all_days.earlier_exposure') }})
        / cast(list_history.earlier_exposure + 20 as double) as list_rate
    from cohorts
    inner join list_history
        on cohorts.sent_date = list_history.sent_date
        and cohorts.list_id = list_history.list_id
    inner join all_days on cohorts.sent_date = all_days.sent_date
    cross join run_parameters
    where list_history.earlier_sent >= run_parameters.collecting_below

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
        -- Five expected acceptances that came as expected keep a young sender near its lists.
        (sum(earlier.accepted) + 5) / ({{ exact_sum('earlier.expected') }} + 5) as account_ratio
    from starts
    inner join account_days as earlier
        on starts.account_id = earlier.account_id
        and earlier.sent_date < starts.sent_date
        and earlier.sent_date >= coalesce(starts.expected_from, date '2000-01-01')
        and {{ days_after('earlier.sent_date', 180) }} >= starts.sent_date
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
cross join run_parameters
where account_history.earlier_sent >= run_parameters.collecting_below
