{#- The coming seven days, played in advance: whom each sender would get to if nothing changed, were one thing mended,
    everything, or everything but one. A sender with several campaigns serves them as `fnd_service_order` says. -#}

with remedies as (

    select * from {{ ref('fnd_week_remedies') }}

),

scenarios as (

    select 'nothing' as scenario, 0 as remedy
    union all
    select 'everything', 0
    union all
    select 'alone', remedy from remedies
    union all
    select 'without', remedy from remedies

),

-- What is mended in which scenario.
mended as (

    select
        scenarios.scenario,
        scenarios.remedy as of_remedy,
        remedies.*
    from scenarios
    cross join remedies
    where scenarios.scenario = 'everything'
        or scenarios.scenario = 'alone' and remedies.remedy = scenarios.remedy
        or scenarios.scenario = 'without' and remedies.remedy <> scenarios.remedy

),

capacities as (

    select
        scenarios.scenario,
        scenarios.remedy,
        senders.account_id,
        case
            when restored.remedy is not null then senders.weekly_capacity_restored
            when senders.can_send then senders.weekly_capacity
            else 0
        end as capacity
    from scenarios
    cross join {{ ref('fnd_sender_capacity') }} as senders
    left join mended as restored
        on scenarios.scenario = restored.scenario
        and scenarios.remedy = restored.of_remedy
        and senders.cause = restored.cause
        and senders.account_id = restored.segment

),

resumed as (

    select scenario, of_remedy, segment
    from mended
    where kind = 'resume'

),

touched as (

    select
        mended.scenario,
        mended.of_remedy,
        targets.connection_id,
        bool_or(targets.kind = 'serve_last') as is_last,
        bool_or(targets.kind = 'hand_on') as is_handed_on
    from mended
    inner join {{ ref('fnd_week_targets') }} as targets on mended.remedy = targets.remedy
    group by mended.scenario, mended.of_remedy, targets.connection_id

),

served as (

    select
        scenarios.scenario,
        scenarios.remedy,
        waiting.*,
        coalesce(touched.is_handed_on, false) as is_handed_on,
        row_number() over (
            partition by scenarios.scenario, scenarios.remedy, waiting.account_id
            order by
                coalesce(touched.is_last, false),
                case when service.is_oldest_campaign_first then waiting.campaign_created_at end,
                case when service.is_oldest_campaign_first then waiting.campaign_id end,
                waiting.place,
                waiting.campaign_id,
                waiting.connection_id
        ) as turn
    from scenarios
    cross join {{ ref('fnd_waiting_leads') }} as waiting
    cross join {{ ref('fnd_service_order') }} as service
    left join resumed
        on scenarios.scenario = resumed.scenario
        and scenarios.remedy = resumed.of_remedy
        and waiting.campaign_id = resumed.segment
    left join touched
        on scenarios.scenario = touched.scenario
        and scenarios.remedy = touched.of_remedy
        and waiting.connection_id = touched.connection_id
    where (waiting.is_in_running_campaign or resumed.segment is not null)

)

select
    served.scenario,
    served.remedy,
    served.connection_id,
    served.campaign_id,
    served.account_id,
    served.is_handed_on,
    greatest(least(capacities.capacity - (served.turn - 1), 1), 0) as requests,
    served.chance,
    served.sender_share
from served
inner join capacities
    on served.scenario = capacities.scenario
    and served.remedy = capacities.remedy
    and served.account_id = capacities.account_id
where served.turn - 1 < capacities.capacity
