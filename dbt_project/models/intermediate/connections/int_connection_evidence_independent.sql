{#- What is known about when each request was sent and accepted without HeyReach's daily counts, one row per piece of
    evidence. Kept apart because the counts are checked against it before they may date anything.

    `is_free_of_outcome`: the evidence would be the same whether the request was accepted or not. `lastActionTime`
    is not, because it moves with every later step; so it narrows the time to accept, and no cohort. -#}

with first_sights as (

    select * from {{ ref('int_connection_first_sights') }}

),

campaigns as (

    select * from {{ ref('stg_heyreach__campaigns') }}

),

-- Days on which a campaign sent anything: `startedAt` may name a later start than the first one. A day earlier is taken,
-- since it isn't checked here where HeyReach's days begin.
first_days as (

    select
        campaign_id,
        min(activity_date) as first_date
    from {{ ref('stg_heyreach__account_campaign_days') }}
    where connections_sent > 0
    group by campaign_id

),

observed as (

    select
        campaign_id,
        campaign_lead_id,
        event,
        case when is_left_censored then 'first_seen_left_censored' else 'observed_interval' end as method,
        earliest,
        latest,
        cast(null as timestamp with time zone) as event_at,
        true as is_free_of_outcome
    from first_sights

),

campaign_starts as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        first_sights.event,
        'campaign_start' as method,
        least(campaigns.started_at, {{ days_after(utc_midnight('first_days.first_date'), -1) }}) as earliest,
        cast(null as timestamp with time zone) as latest,
        cast(null as timestamp with time zone) as event_at,
        true as is_free_of_outcome
    from first_sights
    inner join campaigns on first_sights.campaign_id = campaigns.campaign_id
    inner join first_days on first_sights.campaign_id = first_days.campaign_id
    where first_sights.is_left_censored
        and least(campaigns.started_at, {{ days_after(utc_midnight('first_days.first_date'), -1) }}) < first_sights.latest

),

sequences as (

    select * from {{ ref('stg_heyreach__campaign_sequences') }}

),

-- The last action is the request or something after it; the request itself where the request is still open and no
-- other step of the sequence can have been due. A printed time is known to its printed precision only.
last_actions as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        first_sights.event,
        'last_action' as method,
        cast(null as timestamp with time zone) as earliest,
        {{ seconds_after('first_sights.last_action_at', 1) }} as latest,
        case
            when first_sights.shows_open
                and sequences.has_sequence
                and coalesce(
                    {{ hours_between('first_sights.earliest', 'first_sights.last_action_at') }}
                    < least(sequences.next_step_hours, sequences.withdrawal_days * 24),
                    true
                )
                then first_sights.last_action_at
        end as event_at,
        false as is_free_of_outcome
    from first_sights
    left join sequences on first_sights.campaign_id = sequences.campaign_id
    where first_sights.event = 'sent'
        and first_sights.last_action_at >= first_sights.earliest
        and first_sights.last_action_at < first_sights.latest

),

webhooks as (

    select
        campaign_id,
        campaign_lead_id,
        event,
        'webhook' as method,
        min(happened_at) as earliest,
        {{ seconds_after(
            'min(happened_at)',
            'arg_min(happened_at_precision_seconds, (happened_at, happened_at_precision_seconds))'
        ) }} as latest,
        min(happened_at) as event_at,
        true as is_free_of_outcome
    from {{ ref('int_webhook_events_matched') }}
    where problem is null
    group by campaign_id, campaign_lead_id, event

)

select * from observed
union all
select * from campaign_starts
union all
select * from last_actions
union all
select * from webhooks
