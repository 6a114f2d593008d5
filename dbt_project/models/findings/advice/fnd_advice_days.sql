{#- Day by day, how many requests went to what was advised about and how many elsewhere: of leads and campaigns by the senders
    that asked any of them, of senders and of those with room by all others. -#}
{#- Weeks before it was first shown that tell how it used to be. -#}
{%- set weeks_before = 4 -%}

with episodes as (

    select
        episodes.*,
        {{ utc_date('first_shown_at') }} - 7 * {{ weeks_before }} as looked_at_from,
        {{ utc_date('run_parameters.as_of') }} as looked_at_until
    from {{ ref('fnd_advice_episodes') }} as episodes
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

),

requests as (

    select * from {{ ref('fnd_advice_requests') }}

),

days as (

    select
        advice_id,
        episode,
        cast(unnest(generate_series(looked_at_from, looked_at_until, interval 1 day)) as date) as activity_date
    from episodes

),

by_sender as (

    select
        account_id,
        {{ utc_date('sent_cohort_at') }} as sent_on,
        count(*) as sent
    from {{ ref('heyreach_connections') }}
    where is_sent and not is_undecided and sent_cohort_at is not null
    group by account_id, sent_on

),

own as (

    select
        episodes.advice_id,
        episodes.episode,
        requests.account_id,
        requests.sent_on,
        count(*) as sent
    from episodes
    inner join requests
        on episodes.advice_id = requests.advice_id
        and episodes.episode = requests.episode
        and requests.sent_on between episodes.looked_at_from and episodes.looked_at_until
    group by episodes.advice_id, episodes.episode, requests.account_id, requests.sent_on

),

all_of_them as (

    select
        episodes.advice_id,
        episodes.episode,
        by_sender.sent_on,
        sum(by_sender.sent) as sent
    from episodes
    inner join by_sender on by_sender.sent_on between episodes.looked_at_from and episodes.looked_at_until
    where episodes.dimension in {{ names_in(sender_loss_dimensions()) }}
        or episodes.cause = 'too_few_leads'
        or exists (
            select 1 from own
            where own.advice_id = episodes.advice_id
                and own.episode = episodes.episode
                and own.account_id = by_sender.account_id
        )
    group by episodes.advice_id, episodes.episode, by_sender.sent_on

),

own_by_day as (

    select
        advice_id,
        episode,
        sent_on,
        sum(sent) as sent
    from own
    group by advice_id, episode, sent_on

)

select
    days.advice_id,
    days.episode,
    days.activity_date,
    cast(coalesce(own_by_day.sent, 0) as bigint) as sent,
    cast(coalesce(all_of_them.sent, 0) - coalesce(own_by_day.sent, 0) as bigint) as sent_elsewhere
from days
left join own_by_day
    on days.advice_id = own_by_day.advice_id
    and days.episode = own_by_day.episode
    and days.activity_date = own_by_day.sent_on
left join all_of_them
    on days.advice_id = all_of_them.advice_id
    and days.episode = all_of_them.episode
    and days.activity_date = all_of_them.sent_on
