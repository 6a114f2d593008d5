{#- All senders, and what each is to somebody who looks after many: able, or why not. -#}

select
    workspace_id,
    sender_key,
    case
        when not coalesce(can_send, false) or blocked_by is not null then 'blocked'
        when queue_days < {{ few_days_of_leads() }} then 'starved'
        when sent_last_7_days >= {{ share_near_limit() }} * weekly_limit and weekly_limit > 0 then 'near_limit'
        else 'able'
    end as state,
    coalesce(unable_because, blocked_by) as state_because,
    account_kind,
    account_seniority,
    can_send,
    unable_because,
    blocked_by,
    sent,
    mature_sent,
    mature_accepted,
    accept_rate,
    ci_low,
    ci_high,
    rate_withheld_because,
    standardized_rate,
    standardized_rate_low,
    standardized_rate_high,
    sent_last_7_days,
    weekly_limit,
    daily_request_limit,
    queued,
    queue_days,
    business_days,
    idle_days,
    main_idle_reason,
    limit_hit_days,
    as_of
from {{ source('lake', 'senders') }}
