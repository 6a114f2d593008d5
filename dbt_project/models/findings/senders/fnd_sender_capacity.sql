{#- What each sender could send and what keeps it from sending, as of the as-of. Leads behind a paused campaign wait for
    the campaign, not for the sender. -#}
{#- New accounts send less for so many days, and are meant to. -#}
{%- set ramp_up_days = 28 -%}

with accounts as (

    select * from {{ ref('heyreach_accounts') }}

),

limits as (

    select * from {{ ref('fnd_sender_limits') }}

),

recent as (

    select * from {{ ref('fnd_sender_use') }}

),

queues as (

    select
        connections.account_id,
        count(*) filter (where campaign_statuses.sends_to_waiting) as queued_running,
        count(*) filter (where campaign_statuses.waits_for_resuming) as queued_paused,
        count(*) filter (
            where campaign_statuses.sends_to_waiting and {{ utc_date('connections.created_at') }} < recent.waiting_since
        ) as queued_long
    from {{ ref('heyreach_connections') }} as connections
    inner join {{ ref('heyreach_campaigns') }} as campaigns
        on connections.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join recent on connections.account_id = recent.account_id
    where connections.is_waiting and connections.account_id is not null
    group by connections.account_id

),

measured as (

    select
        accounts.account_id,
        accounts.label,
        accounts.is_active,
        {{ unable_because('accounts') }} as unable_because,
        accounts.daily_request_limit,
        limits.usual_daily_limit,
        limits.recent_daily_limit,
        accounts.account_age_days < {{ ramp_up_days }} and accounts.rotation_started_method <> 'unknown' as is_ramping_up,
        cast(recent.sent_last_7_days as bigint) as sent_last_7_days,
        greatest(run_parameters.weekly_request_limit, coalesce(recent.most_sent_in_7_days, 0)) as weekly_limit,
        case
            when recent.days_counted = run_parameters.stall_business_days then cast(recent.sent as bigint)
        end as sent_while_watched,
        run_parameters.stall_business_days,
        run_parameters.hide_rate_below,
        coalesce(queues.queued_running, 0) as queued_running,
        coalesce(queues.queued_paused, 0) as queued_paused,
        coalesce(queues.queued_long, 0) as queued_long
    from accounts
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    inner join limits on accounts.account_id = limits.account_id
    left join recent on accounts.account_id = recent.account_id
    left join queues on accounts.account_id = queues.account_id

),

judged as (

    select
        *,
        case
            when queued_running = 0 then null
            when unable_because is not null then unable_because
            when queued_long < hide_rate_below then null
            when daily_request_limit * {{ times_less() }} <= usual_daily_limit and not is_ramping_up then 'sender_capped'
            when daily_request_limit > 0
                and sent_while_watched * {{ times_less() }} <= daily_request_limit * stall_business_days
                then 'sender_idle'
            when daily_request_limit < recent_daily_limit
                and queued_running > daily_request_limit * 5
                and not is_ramping_up
                then 'sender_limit_lowered'
        end as cause
    from measured

),

capable as (

    select
        *,
        unable_because is null as can_send,
        unable_because is null and cause is null as is_free_to_send,
        -- What it sends now, and what it would send with the cause gone, in a week.
        case
            when cause = unable_because then 0
            when cause = 'sender_idle' then least(sent_while_watched * 5.0 / stall_business_days, weekly_limit)
            else least(coalesce(daily_request_limit, 0) * 5.0, weekly_limit)
        end as weekly_capacity,
        least(
            5.0 * case
                when cause = 'sender_capped' then usual_daily_limit
                when cause = 'sender_limit_lowered' then recent_daily_limit
                else coalesce(daily_request_limit, usual_daily_limit)
            end,
            weekly_limit
        ) as weekly_capacity_restored,
        -- Business days until everybody who waits has been sent to.
        case
            when queued_running = 0 then 0
            when cause = unable_because or coalesce(daily_request_limit, 0) = 0 then null
            else queued_running / least(daily_request_limit, weekly_limit / 5.0)
        end as queue_days
    from judged

),

-- Leads are taken to come as they did in the last seven days: who imports every Monday has no room on Sunday.
used as (

    select
        *,
        case
            when is_active and is_free_to_send
                then greatest(weekly_capacity - greatest(queued_running, coalesce(sent_last_7_days, 0)), 0)
            else 0
        end as weekly_room
    from capable

)

select
    account_id,
    label,
    is_active,
    daily_request_limit,
    usual_daily_limit,
    recent_daily_limit,
    is_ramping_up,
    sent_last_7_days,
    weekly_limit,
    sent_while_watched,
    queued_running,
    queued_paused,
    can_send,
    is_free_to_send,
    unable_because,
    cause,
    weekly_capacity,
    weekly_capacity_restored,
    queue_days,
    weekly_room,
    weekly_room > 0 and weekly_room * {{ times_less() }} >= weekly_capacity as has_room
from used
