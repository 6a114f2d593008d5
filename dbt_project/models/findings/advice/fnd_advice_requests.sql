{#- The requests that advice is about: sent by its sender, for its campaign, to leads of its segment; of what was stuck also those to
    people who waited there and were given to others, and where senders had room, whatever these send. -#}

with episodes as (

    select * from {{ ref('fnd_advice_episodes') }}

),

requests as (

    select
        *,
        {{ utc_date('sent_cohort_at') }} as sent_on
    from {{ ref('fnd_connections_described') }}
    -- Of the undecided nobody knows whether they were asked.
    where is_sent
        and not is_undecided
        and sent_cohort_at is not null

),

-- What a starved campaign sends itself came in its turn, because older ones ran out of leads.
not_starved as (

    select * from episodes
    where cause <> 'campaign_starved'

),

found as (

    {{ segment_memberships('requests', 'not_starved', ['segments.advice_id', 'segments.episode', 'facts.connection_id']) }}
    union all
    select
        episodes.advice_id,
        episodes.episode,
        requests.connection_id
    from episodes
    inner join requests on list_contains(string_split(episodes.senders_with_room, ' '), requests.account_id)
    where episodes.cause = 'too_few_leads'

)

select
    found.advice_id,
    found.episode,
    requests.connection_id,
    requests.account_id,
    requests.sent_on,
    requests.is_mature,
    requests.is_accepted,
    requests.is_accepted_in_window,
    false as is_moved
from (select distinct * from found) as found
inner join requests on found.connection_id = requests.connection_id
union all
select
    moved.advice_id,
    moved.episode,
    requests.connection_id,
    requests.account_id,
    requests.sent_on,
    requests.is_mature,
    requests.is_accepted,
    requests.is_accepted_in_window,
    true
from {{ ref('fnd_advice_moved') }} as moved
inner join requests on moved.connection_id = requests.connection_id
-- What a losing sender hands on is no request of it any more.
inner join episodes on moved.advice_id = episodes.advice_id and moved.episode = episodes.episode
where episodes.cause <> 'low_acceptance'
