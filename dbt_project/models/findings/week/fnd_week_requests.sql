{#- The requests of the coming seven days in each scenario: by the sender a lead waits for, by senders with room left for what
    others don't get to, and to leads that are brought for the rest of that room. With another sender a lead has the chance of
    those who have room, as far as they differ from what their lists' rates expect. -#}

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
        leads.sender_share,
        greatest(
            capacities.capacity - greatest(coalesce(used.requests, 0), coalesce(senders.sent_last_7_days, 0)), 0
        ) as room
    from {{ ref('fnd_week_capacities') }} as capacities
    inner join {{ ref('fnd_sender_capacity') }} as senders on capacities.account_id = senders.account_id
    inner join {{ ref('fnd_waiting_leads') }} as leads on capacities.account_id = leads.account_id and leads.is_new
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
        {{ exact_sum('case when is_handed_on then 0 else requests_for_others end') }} as moved,
        {{ exact_sum('case when is_handed_on then requests_for_others else 0 end') }} as handed_on
    from turns
    group by scenario, remedy

),

-- First comes what nobody gets to, then leads that are brought, because whoever hands a lead on could ask it as well.
totals as (

    select
        rooms.scenario,
        rooms.remedy,
        {{ exact_sum('rooms.room') }} as room,
        {{ exact_sum('case when rooms.is_brought_leads then 0 else rooms.room end') }} as room_without_new,
        {{ rate(exact_sum('rooms.room * rooms.sender_share'), exact_sum('rooms.room')) }} as their_share,
        coalesce(max(wanted.moved), 0) as moved,
        coalesce(max(wanted.handed_on), 0) as handed_on
    from rooms
    left join wanted on rooms.scenario = wanted.scenario and rooms.remedy = wanted.remedy
    group by rooms.scenario, rooms.remedy

),

-- Of what is wanted of others, the shares that there is room for; of the room, the share that is left for new leads.
shares as (

    select
        scenario,
        remedy,
        coalesce(least({{ rate('room', 'moved') }}, 1), 0) as moved,
        coalesce(
            least({{ rate('room_without_new * greatest(1 - coalesce(' ~ rate('moved', 'room') ~ ', 0), 0)', 'handed_on') }}, 1), 0
        ) as handed_on,
        greatest(1 - coalesce({{ rate('moved', 'room') }}, 0), 0) as left_over,
        their_share
    from totals

),

requests as (

    select
        turns.scenario,
        turns.remedy,
        turns.connection_id,
        turns.requests - case when turns.is_handed_on then turns.requests * coalesce(shares.handed_on, 0) else 0 end as by_its_sender,
        turns.requests_for_others * coalesce(case when turns.is_handed_on then shares.handed_on else shares.moved end, 0) as by_others,
        shares.their_share
    from turns
    left join shares on turns.scenario = shares.scenario and turns.remedy = shares.remedy
    union all
    select
        rooms.scenario,
        rooms.remedy,
        leads.connection_id,
        rooms.room * shares.left_over,
        0,
        null
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
    + requests.by_others
    * coalesce(least(leads.chance / leads.sender_share * requests.their_share, leads.asked_share), leads.chance)
        as expected_accepted
from requests
inner join {{ ref('fnd_waiting_leads') }} as leads on requests.connection_id = leads.connection_id
where requests.by_its_sender + requests.by_others > 0
