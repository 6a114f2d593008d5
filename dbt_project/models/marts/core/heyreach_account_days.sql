{#- Idle days need a row too, so days run from a sender's first sight or first activity to the as-of. -#}

with accounts as (

    select * from {{ ref('heyreach_accounts') }}

),

provider_days as (

    select
        account_id,
        activity_date,
        cast(sum(connections_sent) as bigint) as sent,
        cast(sum(connections_accepted) as bigint) as accepted
    from {{ ref('stg_heyreach__account_campaign_days') }}
    group by account_id, activity_date

),

-- HeyReach's counts are known for a sender once it answered for it; a sender that no campaign or lead names is
-- never asked about, because it can't have sent.
counted_accounts as (

    select distinct split_part(scope_id, '/', 1) as account_id
    from {{ ref('stg_operations__pulls') }}
    where resource = 'account_campaign_days' and outcome = 'complete'

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

spans as (

    select
        accounts.account_id,
        least(min(provider_days.activity_date), min({{ utc_date('accounts.created_at') }})) as first_date,
        max({{ utc_date('run_parameters.as_of') }}) as last_date
    from accounts
    left join provider_days on accounts.account_id = provider_days.account_id
    cross join run_parameters
    group by accounts.account_id

),

calendar as (

    select
        account_id,
        cast(unnest(generate_series(first_date, last_date, interval 1 day)) as date) as activity_date
    from spans
    where first_date is not null

),

campaigns_per_day as (

    select
        calendar.account_id,
        calendar.activity_date,
        count(*) as campaigns,
        count(*) filter (where campaign_statuses.is_running) as running_campaigns
    from calendar
    inner join {{ ref('int_account_campaign_statuses') }} as spans
        on calendar.account_id = spans.account_id
        and calendar.activity_date >= spans.from_date
        and (calendar.activity_date < spans.next_date or spans.next_date is null)
    {{ join_status('campaign_statuses', 'spans.campaign_status') }}
    group by calendar.account_id, calendar.activity_date

),

-- Leads that were waiting for a sender.
waiting as (

    select
        connections.account_id,
        greatest({{ utc_date('connections.created_at') }}, spans.first_date) as waiting_from,
        -- Who vanished, was stopped or lost its campaign waited no longer than it was seen to.
        {{ utc_date(
            'coalesce(connection_sent_latest, case when is_waiting then as_of else last_seen_at end)'
        ) }} as waiting_until
    from {{ ref('heyreach_connections') }} as connections
    inner join spans on connections.account_id = spans.account_id
    where connections.status not in ('failed', 'excluded', 'already_connected')
        and waiting_until >= waiting_from

),

-- Counted by who began and who ceased to wait: a row for each lead and day would be many.
queue_changes as (

    select
        account_id,
        activity_date,
        sum(change) as change
    from (
        select account_id, waiting_from as activity_date, 1 as change from waiting
        union all
        -- Who ceases to wait on a day still waited on it.
        select account_id, waiting_until + 1, -1 from waiting
    ) as each_change
    group by account_id, activity_date

),

joined as (

    select
        calendar.account_id,
        calendar.activity_date,
        case
            when counted_accounts.account_id is not null or accounts.is_never_named
                then coalesce(provider_days.sent, 0)
        end as sent,
        case
            when counted_accounts.account_id is not null or accounts.is_never_named
                then coalesce(provider_days.accepted, 0)
        end as accepted,
        states.daily_request_limit,
        extract(isodow from calendar.activity_date) <= 5 as is_business_day,
        {{ unable_because('states', is_listed='is_present') }} as unable_because,
        coalesce(campaigns_per_day.campaigns, 0) as campaigns,
        coalesce(campaigns_per_day.running_campaigns, 0) as running_campaigns,
        cast(coalesce(sum(queue_changes.change) over (
            partition by calendar.account_id order by calendar.activity_date
        ), 0) as bigint) as leads_waiting,
        run_parameters.as_of
    from calendar
    inner join accounts on calendar.account_id = accounts.account_id
    left join counted_accounts on calendar.account_id = counted_accounts.account_id
    left join provider_days
        on calendar.account_id = provider_days.account_id
        and calendar.activity_date = provider_days.activity_date
    left join {{ ref('int_account_states') }} as states
        on calendar.account_id = states.account_id
        and calendar.activity_date >= states.from_date
        and (calendar.activity_date < states.next_date or states.next_date is null)
    left join campaigns_per_day
        on calendar.account_id = campaigns_per_day.account_id
        and calendar.activity_date = campaigns_per_day.activity_date
    left join queue_changes
        on calendar.account_id = queue_changes.account_id
        and calendar.activity_date = queue_changes.activity_date
    cross join run_parameters

)

select
    md5(account_id || '|' || activity_date) as account_day_id,
    account_id,
    activity_date,
    sent,
    accepted,
    daily_request_limit,
    coalesce(daily_request_limit > 0 and sent >= daily_request_limit, false) as is_limit_hit,
    is_business_day,
    -- The last day is still running, so nothing is idle yet.
    is_business_day and coalesce(sent = 0, false) and activity_date < {{ utc_date('as_of') }} as is_idle,
    case
        when not is_business_day or coalesce(sent > 0, true) or activity_date >= {{ utc_date('as_of') }} then null
        when unable_because is not null then unable_because
        when daily_request_limit = 0 then 'limit_zero'
        when campaigns > 0 and running_campaigns = 0 then 'paused_campaigns'
        when leads_waiting = 0 then 'no_queue'
        else 'unexplained'
    end as idle_reason,
    leads_waiting,
    as_of
from joined
