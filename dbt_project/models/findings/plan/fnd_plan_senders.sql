{#- What each sender can be planned for, by the capacity of the week ahead: who is blocked or stuck there can't be. -#}

with shares as (

    select level as account_id, share, doubt from {{ ref('fnd_chance_shares') }}
    where factor = 'account_id'

)

select
    senders.account_id,
    senders.label,
    coalesce({{ account_kind('accounts.account_type') }} = 'ai', false) as is_ai_persona,
    senders.is_active and senders.is_free_to_send and coalesce(senders.daily_request_limit, 0) > 0 as is_able,
    case
        when not senders.is_free_to_send then coalesce(senders.unable_because, senders.cause)
        when not senders.is_active then 'inactive'
        when coalesce(senders.daily_request_limit, 0) = 0 then 'limit_zero'
    end as unable_because,
    cast(least(
        coalesce(senders.daily_request_limit, 0),
        case when senders.is_ramping_up then settings.young_sender_requests_a_day else coalesce(senders.daily_request_limit, 0) end
    ) as bigint) as daily_limit,
    cast(floor(senders.weekly_limit) as bigint) as weekly_limit,
    cast(floor(senders.weekly_capacity) as bigint) as weekly_capacity,
    senders.is_ramping_up,
    senders.queued_running as waiting,
    coalesce(known.share, unknown.share) as sender_share,
    coalesce(known.doubt, unknown.doubt) as sender_doubt
from {{ ref('fnd_sender_capacity') }} as senders
inner join {{ ref('heyreach_accounts') }} as accounts on senders.account_id = accounts.account_id
cross join {{ ref('int_outreach_settings') }} as settings
inner join shares as unknown on unknown.account_id is null
left join shares as known on senders.account_id = known.account_id
