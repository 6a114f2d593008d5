{#- Everything known about when each request was sent and accepted, one row per piece of evidence.

    `is_free_of_outcome`: the evidence would be the same whether the request was accepted or not. `lastActionTime`
    is not, because it moves with every later step; so it narrows the time to accept, and no cohort. -#}

with first_sights as (

    select * from {{ ref('int_connection_first_sights') }}

),

campaigns as (

    select * from {{ ref('stg_heyreach__campaigns') }}

),

provider_days as (

    select * from {{ ref('stg_heyreach__account_campaign_days') }}

),

dating as (

    select * from {{ ref('int_provider_dating_checked') }}
    where is_dating_supported

),

-- Where HeyReach counts fewer than the statuses show, a day without a count proves nothing.
trusted_counts as (

    select
        account_id,
        campaign_id,
        event
    from {{ ref('int_provider_totals_compared') }}
    group by account_id, campaign_id, event
    having sum(counted_by_heyreach) >= sum(seen_in_statuses)

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

days_with_activity as (

    {%- for event, column in (('sent', 'connections_sent'), ('accepted', 'connections_accepted')) %}
    select
        provider_days.account_id,
        provider_days.campaign_id,
        '{{ event }}' as event,
        provider_days.activity_date
    from provider_days
    where provider_days.{{ column }} > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

provider_counts as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        first_sights.event,
        'provider_count' as method,
        min({{ utc_midnight('days_with_activity.activity_date') }}) as earliest,
        max({{ days_after(utc_midnight('days_with_activity.activity_date'), 1) }}) as latest,
        cast(null as timestamp with time zone) as event_at,
        true as is_free_of_outcome
    from first_sights
    inner join dating on first_sights.event = dating.event
    inner join trusted_counts
        on first_sights.account_id = trusted_counts.account_id
        and first_sights.campaign_id = trusted_counts.campaign_id
        and first_sights.event = trusted_counts.event
    inner join days_with_activity
        on first_sights.account_id = days_with_activity.account_id
        and first_sights.campaign_id = days_with_activity.campaign_id
        and first_sights.event = days_with_activity.event
        and {{ utc_midnight('days_with_activity.activity_date') }} < first_sights.latest
        and (
            first_sights.earliest is null
            or {{ days_after(utc_midnight('days_with_activity.activity_date'), 1) }} > first_sights.earliest
        )
    group by first_sights.campaign_id, first_sights.campaign_lead_id, first_sights.event

),

-- Nothing is sent before the campaign starts, unless `startedAt` names a later start than the first one.
started_late as (

    select distinct provider_days.campaign_id
    from provider_days
    inner join campaigns on provider_days.campaign_id = campaigns.campaign_id
    where provider_days.connections_sent > 0
        and provider_days.activity_date < {{ utc_date('campaigns.started_at') }}

),

campaign_starts as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        first_sights.event,
        'campaign_start' as method,
        campaigns.started_at as earliest,
        cast(null as timestamp with time zone) as latest,
        cast(null as timestamp with time zone) as event_at,
        true as is_free_of_outcome
    from first_sights
    inner join campaigns on first_sights.campaign_id = campaigns.campaign_id
    where first_sights.is_left_censored
        and campaigns.started_at < first_sights.latest
        and campaigns.campaign_id in (select provider_days.campaign_id from provider_days)
        and campaigns.campaign_id not in (select started_late.campaign_id from started_late)

),

-- The last action is the request or something after it. A printed time is known to its printed precision only.
last_actions as (

    select
        campaign_id,
        campaign_lead_id,
        event,
        'last_action' as method,
        cast(null as timestamp with time zone) as earliest,
        {{ seconds_after('last_action_at', 1) }} as latest,
        case
            when connection_status = 'ConnectionSent' or coalesce(message_status, 'None') = 'None' then last_action_at
        end as event_at,
        false as is_free_of_outcome
    from first_sights
    where event = 'sent'
        and last_action_at >= earliest
        and last_action_at < latest

),

campaign_lead_rows as (

    select * from {{ ref('int_lead_rows_identified') }}
    where found_in = 'campaign'

),

webhooks as (

    select
        webhook_events.campaign_id,
        campaign_lead_rows.row_key as campaign_lead_id,
        case webhook_events.event_type
            when 'CONNECTION_REQUEST_SENT' then 'sent'
            when 'CONNECTION_REQUEST_ACCEPTED' then 'accepted'
        end as event,
        'webhook' as method,
        min(webhook_events.happened_at) as earliest,
        {{ seconds_after('min(webhook_events.happened_at)', 1) }} as latest,
        min(webhook_events.happened_at) as event_at,
        true as is_free_of_outcome
    from {{ ref('stg_heyreach__webhook_events') }} as webhook_events
    inner join {{ ref('int_profile_urls_normalized') }} as urls
        on webhook_events.profile_url_raw = urls.profile_url_raw
    inner join campaign_lead_rows
        on webhook_events.campaign_id = campaign_lead_rows.container_id
        and urls.normalized_profile_url = campaign_lead_rows.normalized_profile_url
    where webhook_events.event_type in ('CONNECTION_REQUEST_SENT', 'CONNECTION_REQUEST_ACCEPTED')
        and webhook_events.happened_at is not null
    group by webhook_events.campaign_id, campaign_lead_rows.row_key, webhook_events.event_type

)

select * from observed
union all
select * from provider_counts
union all
select * from campaign_starts
union all
select * from last_actions
union all
select * from webhooks
