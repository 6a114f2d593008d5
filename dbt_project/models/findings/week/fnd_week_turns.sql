{#- The coming seven days, played in advance: whom each sender would get to in each scenario of fnd_week_plans, going through
    those who wait for it in the order that `fnd_service_order` found, and who could go to other senders. -#}

with plans as (

    select * from {{ ref('fnd_week_plans') }}

),

scenarios as (

    select distinct scenario, remedy from plans

),

resumed as (

    select scenario, remedy, segment
    from plans
    where kind = 'resume'

),

touched as (

    select
        plans.scenario,
        plans.remedy,
        targets.connection_id,
        bool_or(targets.kind = 'serve_last') as is_last,
        -- Whoever is moved away is not handed on besides.
        bool_or(targets.kind = 'hand_on') and not bool_or(targets.kind = 'move') as is_handed_on,
        bool_or(targets.kind = 'move') as is_moved
    from plans
    inner join {{ ref('fnd_week_targets') }} as targets on plans.mended = targets.remedy
    group by plans.scenario, plans.remedy, targets.connection_id

),

served as (

    select
        scenarios.scenario,
        scenarios.remedy,
        waiting.connection_id,
        waiting.account_id,
        coalesce(touched.is_handed_on, false) as is_handed_on,
        coalesce(touched.is_moved, false) as is_moved,
        row_number() over (
            partition by scenarios.scenario, scenarios.remedy, waiting.account_id
            order by coalesce(touched.is_last, false), waiting.place_in_line
        ) as turn
    from scenarios
    cross join {{ ref('fnd_waiting_leads') }} as waiting
    left join resumed
        on scenarios.scenario = resumed.scenario
        and scenarios.remedy = resumed.remedy
        and waiting.campaign_id = resumed.segment
    left join touched
        on scenarios.scenario = touched.scenario
        and scenarios.remedy = touched.remedy
        and waiting.connection_id = touched.connection_id
    where waiting.is_in_running_campaign or resumed.segment is not null

),

reached as (

    select
        served.*,
        greatest(least(capacities.capacity - (served.turn - 1), 1), 0) as requests
    from served
    inner join {{ ref('fnd_week_capacities') }} as capacities
        on served.scenario = capacities.scenario
        and served.remedy = capacities.remedy
        and served.account_id = capacities.account_id

)

select
    scenario,
    remedy,
    connection_id,
    account_id,
    is_handed_on,
    requests,
    -- What its sender doesn't get to, or should rather not send.
    case
        when is_handed_on then requests
        when is_moved then 1 - requests
        else 0
    end as requests_for_others
from reached
where requests > 0 or is_moved
