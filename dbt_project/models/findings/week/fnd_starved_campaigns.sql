{#- Running campaigns whose leads nobody gets to, because older campaigns take nearly all that their senders can send: in the
    week before the as-of, and in the coming one. What is left for them is low (`times_less`). -#}
{%- set days = 7 -%}

with waiting as (

    select
        leads.*,
        row_number() over (partition by leads.account_id order by leads.place_in_line) as turn,
        row_number() over (partition by leads.account_id order by leads.place_in_line)
        - row_number() over (partition by leads.account_id, leads.campaign_id order by leads.place_in_line) as older
    from {{ ref('fnd_waiting_leads') }} as leads
    where leads.is_in_running_campaign

),

by_sender as (

    select
        waiting.campaign_id,
        waiting.account_id,
        count(*) as waiting,
        min(waiting.older) as older,
        count(*) filter (where waiting.turn <= senders.weekly_capacity) as reached,
        least(count(*), max(senders.weekly_capacity)) as reachable
    from waiting
    inner join {{ ref('fnd_sender_capacity') }} as senders on waiting.account_id = senders.account_id
    where senders.is_free_to_send
    group by waiting.campaign_id, waiting.account_id

),

recent as (

    select
        connections.campaign_id,
        min(connections.created_at) filter (where connections.is_waiting) as waiting_since,
        count(*) filter (
            where connections.connection_sent_at >= {{ days_after('run_parameters.as_of', -days) }}
        ) as sent
    from {{ ref('heyreach_connections') }} as connections
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    group by connections.campaign_id

)

select
    by_sender.campaign_id,
    cast(sum(by_sender.waiting) as bigint) as waiting,
    cast(sum(by_sender.older) as bigint) as older_waiting,
    cast(max(recent.sent) as bigint) as sent_last_7_days
from by_sender
inner join recent on by_sender.campaign_id = recent.campaign_id
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
cross join {{ ref('fnd_service_order') }} as service
where service.is_oldest_campaign_first
    and recent.waiting_since <= {{ days_after('run_parameters.as_of', -days) }}
group by by_sender.campaign_id
having sum(by_sender.older) > 0
    and sum(by_sender.waiting) >= max(run_parameters.hide_rate_below)
    and sum(by_sender.reached) * {{ times_less() }} <= sum(by_sender.reachable)
    and max(recent.sent) * {{ times_less() }} <= sum(by_sender.reachable)
