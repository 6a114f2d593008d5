{#- What the coming week brings in each scenario of fnd_week_requests. Leads that weak senders hand on go to senders with room
    left, as many as there is room for; with those they have the chance of a sender like the others. -#}

with requests as (

    select * from {{ ref('fnd_week_requests') }}

),

handed_on as (

    select
        scenario,
        remedy,
        {{ exact_sum('requests') }} as requests,
        {{ exact_sum('requests * chance * greatest(1 / sender_share - 1, 0)') }} as gained
    from requests
    where is_handed_on
    group by scenario, remedy

),

used as (

    select
        scenario,
        remedy,
        account_id,
        {{ exact_sum('requests') }} as requests,
        bool_or(is_handed_on) as hands_on
    from requests
    group by scenario, remedy, account_id

),

room as (

    select
        scenarios.scenario,
        scenarios.remedy,
        {{ exact_sum('greatest(senders.weekly_capacity - coalesce(used.requests, 0), 0)') }} as requests
    from (select distinct scenario, remedy from requests) as scenarios
    cross join {{ ref('fnd_sender_capacity') }} as senders
    left join used
        on scenarios.scenario = used.scenario
        and scenarios.remedy = used.remedy
        and senders.account_id = used.account_id
    where senders.can_send and senders.is_active and not coalesce(used.hands_on, false)
    group by scenarios.scenario, scenarios.remedy

),

brought as (

    select
        scenario,
        remedy,
        {{ exact_sum('requests') }} as requests,
        {{ exact_sum('requests * chance') }} as accepted
    from requests
    group by scenario, remedy

)

select
    brought.scenario,
    brought.remedy,
    brought.requests,
    least(coalesce(handed_on.requests, 0), coalesce(room.requests, 0)) as requests_handed_on,
    round(
        brought.accepted
        + coalesce(handed_on.gained * least({{ rate('room.requests', 'handed_on.requests') }}, 1), 0),
        9
    ) as expected_accepted
from brought
left join handed_on on brought.scenario = handed_on.scenario and brought.remedy = handed_on.remedy
left join room on brought.scenario = room.scenario and brought.remedy = room.remedy
