{#- The requests of the coming seven days in each scenario: by the sender a lead waits for, by senders with room left for what
    others don't get to, and to leads that are brought for the rest of that room. With another sender a lead has the chance of
    one that is as its lists' rates expect. -#}

with turns as (

    select * from {{ ref('fnd_week_turns') }}

),

used as (

    select
        scenario,
        remedy,
        account_id,
        {{ exact_sum('requests') }} as requests,
        bool_or(is_handed_on) as hands_on
    from turns
    group by scenario, remedy, account_id

),

rooms as (

    select
        capacities.scenario,
        capacities.remedy,
        capacities.account_id,
        capacities.is_brought_leads,
        greatest(
            capacities.capacity - greatest(coalesce(used.requests, 0), coalesce(senders.sent_last_7_days, 0)), 0
        ) as room
    from {{ ref('fnd_week_capacities') }} as capacities
    inner join {{ ref('fnd_sender_capacity') }} as senders on capacities.account_id = senders.account_id
    left join used
        on capacities.scenario = used.scenario
        and capacities.remedy = used.remedy
        and capacities.account_id = used.account_id
    where senders.is_active and not coalesce(used.hands_on, false)

),

wanted as (

    select
        scenario,
        remedy,
        {{ exact_sum('requests_for_others') }} as requests
    from turns
    group by scenario, remedy

),

-- Of what is wanted of others, the share that there is room for; of that room, the share that stays.
shares as (

    select
        rooms.scenario,
        rooms.remedy,
        coalesce(least({{ rate(exact_sum('rooms.room'), 'max(wanted.requests)') }}, 1), 0) as moved,
        greatest(1 - coalesce({{ rate('max(wanted.requests)', exact_sum('rooms.room')) }}, 0), 0) as left_over
    from rooms
    left join wanted on rooms.scenario = wanted.scenario and rooms.remedy = wanted.remedy
    group by rooms.scenario, rooms.remedy

),

requests as (

    select
        turns.scenario,
        turns.remedy,
        turns.connection_id,
        turns.requests - case when turns.is_handed_on then turns.requests_for_others * shares.moved else 0 end as by_its_sender,
        turns.requests_for_others * coalesce(shares.moved, 0) as by_others
    from turns
    left join shares on turns.scenario = shares.scenario and turns.remedy = shares.remedy
    union all
    select
        rooms.scenario,
        rooms.remedy,
        leads.connection_id,
        rooms.room * shares.left_over,
        0
    from rooms
    inner join shares on rooms.scenario = shares.scenario and rooms.remedy = shares.remedy
    inner join {{ ref('fnd_waiting_leads') }} as leads on rooms.account_id = leads.account_id and leads.is_new
    where rooms.is_brought_leads

)

select
    requests.scenario,
    requests.remedy,
    requests.connection_id,
    requests.by_its_sender + requests.by_others as requests,
    requests.by_others as requests_by_others,
    requests.by_its_sender * leads.chance
    + requests.by_others * coalesce(least(leads.chance / leads.sender_share, leads.asked_share), leads.chance)
        as expected_accepted
from requests
inner join {{ ref('fnd_waiting_leads') }} as leads on requests.connection_id = leads.connection_id
where requests.by_its_sender + requests.by_others > 0
