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

account_states as (

    select * from {{ ref('stg_heyreach__sender_account_observations') }}

),

campaign_states as (

    select * from {{ ref('stg_heyreach__campaign_observations') }}

),

connections as (

    select * from {{ ref('heyreach_connections') }}

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

-- The state a sender was last seen in before the day ended; before the first sight, that first one.
states_per_day as (

    select
        calendar.account_id,
        calendar.activity_date,
        account_states.is_present,
        account_states.is_auth_valid,
        account_states.is_in_request_cooldown,
        account_states.daily_request_limit,
        row_number() over (
            partition by calendar.account_id, calendar.activity_date
            order by
                case when {{ utc_date('account_states.observed_at') }} <= calendar.activity_date then 0 else 1 end,
                case when {{ utc_date('account_states.observed_at') }} <= calendar.activity_date then account_states.observed_at end desc,
                account_states.observed_at,
                account_states.pull_id
        ) as state_rank
    from calendar
    left join account_states on calendar.account_id = account_states.account_id

),

account_campaign_states as (

    select
        unnest(from_json(account_ids, '["VARCHAR"]')) as account_id,
        campaign_id,
        {{ utc_date('observed_at') }} as observed_date,
        campaign_status,
        observed_at,
        pull_id
    from campaign_states

),

status_per_day as (

    select
        account_id,
        campaign_id,
        observed_date,
        arg_max(campaign_status, (observed_at, pull_id)) as campaign_status
    from account_campaign_states
    group by account_id, campaign_id, observed_date

),

status_changes as (

    select *
    from status_per_day
    qualify
        row_number() over (partition by account_id, campaign_id order by observed_date) = 1
        or campaign_status is distinct from lag(campaign_status) over (partition by account_id, campaign_id order by observed_date)

),

-- A campaign's status for a sender from the day it was seen until the day before it was seen to be another.
campaign_spans as (

    select
        account_id,
        campaign_id,
        campaign_status,
        observed_date as from_date,
        lead(observed_date) over (partition by account_id, campaign_id order by observed_date) as next_date
    from status_changes

),

campaign_days as (

    select
        calendar.account_id,
        calendar.activity_date,
        campaign_statuses.is_running
    from calendar
    inner join campaign_spans
        on calendar.account_id = campaign_spans.account_id
        and calendar.activity_date >= campaign_spans.from_date
        and (calendar.activity_date < campaign_spans.next_date or campaign_spans.next_date is null)
    {{ join_status('campaign_statuses', 'campaign_spans.campaign_status') }}

),

campaigns_per_day as (

    select
        account_id,
        activity_date,
        count(*) as campaigns,
        count(*) filter (where is_running) as running_campaigns
    from campaign_days
    group by account_id, activity_date

),

-- Leads that were waiting for this sender at some time of the day.
waiting as (

    select
        account_id,
        {{ utc_date('created_at') }} as waiting_from,
        -- Who vanished, was stopped or lost its campaign waited no longer than it was seen to.
        {{ utc_date('coalesce(connection_sent_latest, case when is_waiting then as_of else last_seen_at end)') }} as waiting_until
    from connections
    where account_id is not null
        and status not in ('failed', 'excluded', 'already_connected')

),

-- Counted by who began and who ceased to wait on a day: a row for each lead and day would be many.
arrivals as (

    select
        waiting.account_id,
        greatest(waiting.waiting_from, spans.first_date) as activity_date,
        count(*) as arrived
    from waiting
    inner join spans on waiting.account_id = spans.account_id
    where waiting.waiting_until >= greatest(waiting.waiting_from, spans.first_date)
    group by waiting.account_id, greatest(waiting.waiting_from, spans.first_date)

),

departures as (

    select
        waiting.account_id,
        waiting.waiting_until as activity_date,
        count(*) as departed
    from waiting
    inner join spans on waiting.account_id = spans.account_id
    where waiting.waiting_until >= greatest(waiting.waiting_from, spans.first_date)
    group by waiting.account_id, waiting.waiting_until

),

queues as (

    select
        calendar.account_id,
        calendar.activity_date,
        -- Who ceases to wait on a day still waited on it.
        cast(
            sum(coalesce(arrivals.arrived, 0) - coalesce(departures.departed, 0)) over (partition by calendar.account_id order by calendar.activity_date)
            + coalesce(departures.departed, 0)
            as bigint
        ) as leads_waiting
    from calendar
    left join arrivals
        on calendar.account_id = arrivals.account_id
        and calendar.activity_date = arrivals.activity_date
    left join departures
        on calendar.account_id = departures.account_id
        and calendar.activity_date = departures.activity_date

),

joined as (

    select
        calendar.account_id,
        calendar.activity_date,
        case when counted_accounts.account_id is not null or accounts.is_never_named then coalesce(provider_days.sent, 0) end as sent,
        case when counted_accounts.account_id is not null or accounts.is_never_named then coalesce(provider_days.accepted, 0) end as accepted,
        states_per_day.daily_request_limit,
        extract(isodow from calendar.activity_date) <= 5 as is_business_day,
        states_per_day.is_present,
        states_per_day.is_auth_valid,
        states_per_day.is_in_request_cooldown,
        coalesce(campaigns_per_day.campaigns, 0) as campaigns,
        coalesce(campaigns_per_day.running_campaigns, 0) as running_campaigns,
        coalesce(queues.leads_waiting, 0) as leads_waiting,
        run_parameters.as_of
    from calendar
    inner join accounts on calendar.account_id = accounts.account_id
    left join counted_accounts on calendar.account_id = counted_accounts.account_id
    left join provider_days
        on calendar.account_id = provider_days.account_id
        and calendar.activity_date = provider_days.activity_date
    left join states_per_day
        on calendar.account_id = states_per_day.account_id
        and calendar.activity_date = states_per_day.activity_date
        and states_per_day.state_rank = 1
    left join campaigns_per_day
        on calendar.account_id = campaigns_per_day.account_id
        and calendar.activity_date = campaigns_per_day.activity_date
    left join queues
        on calendar.account_id = queues.account_id
        and calendar.activity_date = queues.activity_date
    cross join run_parameters

),

final as (

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
            when not coalesce(is_present, false) then 'not_listed'
            when not coalesce(is_auth_valid, true) then 'auth_invalid'
            when coalesce(is_in_request_cooldown, false) then 'cooldown'
            when daily_request_limit = 0 then 'limit_zero'
            when campaigns > 0 and running_campaigns = 0 then 'paused_campaigns'
            when leads_waiting = 0 then 'no_queue'
            else 'unexplained'
        end as idle_reason,
        leads_waiting,
        as_of
    from joined

)

select * from final
