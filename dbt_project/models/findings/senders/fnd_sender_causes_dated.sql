{#- Since when each sender is kept from sending, as fnd_sender_capacity names it: since the first observation after the
    last one that showed it otherwise; an idle one since the business day after the last on which it sent a quarter of
    its limit. -#}

with senders as (

    select * from {{ ref('fnd_sender_capacity') }}
    where cause is not null

),

observations as (

    select
        senders.account_id,
        senders.cause,
        observations.observed_at,
        case senders.cause
            when 'sender_gone' then observations.is_present
            when 'sender_auth_invalid' then not observations.is_present or coalesce(observations.is_auth_valid, true)
            when 'sender_cooldown' then not observations.is_present or not coalesce(observations.is_in_request_cooldown, false)
            when 'sender_capped' then coalesce(observations.daily_request_limit * {{ times_less() }} > senders.usual_daily_limit, true)
            when 'sender_limit_lowered'
                then coalesce(observations.daily_request_limit > senders.daily_request_limit, true)
        end as is_otherwise
    from senders
    inner join {{ ref('stg_heyreach__sender_account_observations') }} as observations
        on senders.account_id = observations.account_id
    where senders.cause <> 'sender_idle'
    union all
    select
        senders.account_id,
        senders.cause,
        {{ utc_midnight('account_days.activity_date') }},
        coalesce(account_days.sent * {{ times_less() }} > account_days.daily_request_limit, false)
    from senders
    inner join {{ ref('heyreach_account_days') }} as account_days
        on senders.account_id = account_days.account_id
    where senders.cause = 'sender_idle'
        and account_days.is_business_day
        and account_days.activity_date < {{ utc_date('account_days.as_of') }}

),

last_otherwise as (

    select
        account_id,
        max(observed_at) filter (where is_otherwise) as observed_at
    from observations
    group by account_id

),

dated as (

    select
        observations.account_id,
        observations.cause,
        min({{ utc_date('observations.observed_at') }}) as since
    from observations
    inner join last_otherwise on observations.account_id = last_otherwise.account_id
    where observations.observed_at > last_otherwise.observed_at
        or last_otherwise.observed_at is null
    group by observations.account_id, observations.cause

)

select
    dated.account_id,
    dated.cause,
    dated.since,
    cast(sum(account_days.sent) as bigint) as sent_in_7_days_before
from dated
left join {{ ref('heyreach_account_days') }} as account_days
    on dated.account_id = account_days.account_id
    and account_days.activity_date < dated.since
    and account_days.activity_date >= dated.since - 7
group by dated.account_id, dated.cause, dated.since
