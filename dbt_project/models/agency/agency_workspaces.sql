{#- Each workspace beside the others: what it brings first, whether it was read as lately, and how it changed. -#}

with listed as (

    select
        of_workspace.*,
        max(newest_pull_at) over () as newest_pull_of_all,
        accept_rate is not null
        and earlier_rate_withheld_because is null
        and coalesce(earlier_mature_sent >= hide_rate_below, false) as is_compared
    from {{ source('lake', 'workspaces') }} as of_workspace

)

select
    workspace_id,
    as_of,
    is_demo,
    since,
    until,
    watched_from,
    newest_pull_at,
    acceptance_window_days,
    detection_lag_days,
    hide_rate_below,
    leads_imported,
    sent,
    sent_low,
    sent_high,
    accepted,
    accepted_low,
    accepted_high,
    mature_sent,
    mature_accepted,
    accept_rate,
    ci_low,
    ci_high,
    rate_withheld_because,
    earlier_mature_sent,
    earlier_mature_accepted,
    earlier_rate_withheld_because,
    queued,
    attribution_coverage,
    senders,
    senders_able,
    alarms,
    alarms_blind,
    alarms_blocked,
    alarms_starved,
    alarms_losing,
    recoverable_accepts_per_week,
    worth_low,
    worth_high,
    cast(row_number() over (order by recoverable_accepts_per_week desc nulls last, workspace_id) as bigint) as rank,
    coalesce({{ hours_between('newest_pull_at', 'newest_pull_of_all') }} > {{ stale_after_hours() }}, true) as is_stale,
    {%- set then_and_now = ['mature_accepted', 'mature_sent', 'earlier_mature_accepted', 'earlier_mature_sent'] %}
    case
        when is_compared
            then {{ rate('mature_accepted', 'mature_sent') }} - {{ rate('earlier_mature_accepted', 'earlier_mature_sent') }}
    end as change,
    case when is_compared then {{ newcombe_low(*then_and_now) }} end as change_low,
    case when is_compared then {{ newcombe_high(*then_and_now) }} end as change_high
from listed
