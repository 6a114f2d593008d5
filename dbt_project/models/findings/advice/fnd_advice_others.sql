{{ config(materialized='ephemeral') }}

{#- Days before that tell what others' requests bring. -#}
{%- set days_before = 28 -%}

with episodes as (

    select * from {{ ref('fnd_advice_measured') }}

),

own as (

    select
        episodes.advice_id,
        episodes.episode,
        requests.account_id,
        count(*) as sent
    from episodes
    inner join {{ ref('fnd_advice_requests') }} as requests
        on episodes.advice_id = requests.advice_id
        and episodes.episode = requests.episode
        and requests.sent_on >= episodes.measured_from
        and requests.sent_on < episodes.measured_until
    where episodes.dimension = 'campaign' or requests.is_moved
    group by episodes.advice_id, episodes.episode, requests.account_id

),

-- What the same senders would have sent for others, had these not been asked: at most as many as still waited for them.
passed_over as (

    select
        own.advice_id,
        own.episode,
        own.account_id,
        least(any_value(own.sent), count(*)) as requests
    from own
    inner join episodes on own.advice_id = episodes.advice_id and own.episode = episodes.episode
    inner join {{ ref('heyreach_connections') }} as waiting
        on own.account_id = waiting.account_id
        and not (episodes.dimension = 'campaign' and episodes.segment = waiting.campaign_id)
        and {{ utc_date('waiting.created_at') }} < episodes.measured_until
    inner join {{ ref('heyreach_campaigns') }} as campaigns on waiting.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join {{ ref('fnd_advice_moved') }} as moved
        on own.advice_id = moved.advice_id
        and own.episode = moved.episode
        and waiting.connection_id = moved.connection_id
    where episodes.cause <> 'low_acceptance'
        and moved.connection_id is null
        and (
            {{ utc_date('waiting.sent_cohort_at') }} >= episodes.measured_until
            or waiting.is_waiting and campaign_statuses.sends_to_waiting
        )
    group by own.advice_id, own.episode, own.account_id

),

others as (

    select
        episodes.advice_id,
        episodes.episode,
        count(*) as mature,
        count(*) filter (
            where case when episodes.cause = 'low_acceptance' then requests.is_accepted_in_window else requests.is_accepted end
        ) as accepted
    from episodes
    inner join {{ ref('heyreach_connections') }} as requests
        on requests.is_mature
        and {{ utc_date('requests.sent_cohort_at') }} >= episodes.measured_from - {{ days_before }}
        and {{ utc_date('requests.sent_cohort_at') }} < episodes.measured_until
    where not requests.is_undecided
        and (
            episodes.dimension in {{ names_in(sender_loss_dimensions()) }}
            or requests.account_id in (
                select senders.account_id from {{ ref('fnd_advice_requests') }} as senders
                where senders.advice_id = episodes.advice_id
                    and senders.episode = episodes.episode
                    and senders.sent_on >= episodes.measured_from - {{ days_before }}
                    and senders.sent_on < episodes.measured_until
            )
        )
        and requests.connection_id not in (
            select members.connection_id from {{ ref('fnd_advice_requests') }} as members
            where members.advice_id = episodes.advice_id and members.episode = episodes.episode
        )
    group by episodes.advice_id, episodes.episode

),

passed_over_all as (

    select
        advice_id,
        episode,
        sum(requests) as requests
    from passed_over
    group by advice_id, episode

)

select
    episodes.advice_id,
    episodes.episode,
    cast(coalesce(passed_over_all.requests, 0) as bigint) as passed_over,
    coalesce(others.mature, 0) as mature,
    coalesce(others.accepted, 0) as accepted
from episodes
left join passed_over_all on episodes.advice_id = passed_over_all.advice_id and episodes.episode = passed_over_all.episode
left join others on episodes.advice_id = others.advice_id and episodes.episode = others.episode
