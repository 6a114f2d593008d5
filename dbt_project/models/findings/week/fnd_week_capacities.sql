{{ config(materialized='ephemeral') }}

select
    plans.scenario,
    plans.remedy,
    senders.account_id,
    case
        when bool_or(coalesce(plans.kind = 'restore' and plans.segment = senders.account_id, false))
            then max(senders.weekly_capacity_restored)
        when bool_or(senders.can_send) then max(senders.weekly_capacity)
        else 0
    end as capacity,
    bool_or(senders.has_room and coalesce(plans.kind = 'bring', false)) as is_brought_leads
from {{ ref('fnd_week_plans') }} as plans
cross join {{ ref('fnd_sender_capacity') }} as senders
group by plans.scenario, plans.remedy, senders.account_id
