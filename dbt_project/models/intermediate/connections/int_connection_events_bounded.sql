{#- When each campaign lead was sent a request and when it was accepted: the bounds that all evidence leaves, and an
    estimate between them. The cohort bounds leave out evidence that depends on how the request ended, so that a
    request's cohort never does. -#}

with evidence as (

    select * from {{ ref('int_connection_evidence') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

collected as (

    select
        campaign_id,
        campaign_lead_id,
        event,
        max(event_at) filter (where method = 'webhook') as told_at,
        max(latest) filter (where method = 'webhook') as told_latest,
        max(event_at) filter (where method = 'last_action') as last_action_at,
        max(latest) filter (where method = 'last_action') as last_action_latest,
        max(earliest) filter (where method = 'provider_count') as counted_earliest,
        min(latest) filter (where method = 'provider_count') as counted_latest,
        max(earliest) filter (where method = 'campaign_start') as campaign_started_at,
        max(earliest) as earliest,
        min(latest) as latest,
        max(earliest) filter (where is_free_of_outcome) as cohort_earliest,
        min(latest) filter (where is_free_of_outcome) as cohort_latest,
        max(earliest) filter (where method in ('observed_interval', 'first_seen_left_censored')) as observed_earliest,
        max(latest) filter (where method in ('observed_interval', 'first_seen_left_censored')) as observed_latest,
        bool_or(method = 'first_seen_left_censored') as is_left_censored
    from evidence
    group by campaign_id, campaign_lead_id, event
    -- An event nobody saw in the statuses is not counted, whatever else was received.
    having max(latest) filter (where method in ('observed_interval', 'first_seen_left_censored')) is not null

),

-- A webhook of a time at which the status had already been seen speaks of something else.
gathered as (

    select
        *,
        case when told_at <= {{ seconds_after('observed_latest', 1) }} then told_at end as webhook_at
    from collected

),

-- A webhook says when; whatever contradicts itself falls back on what was seen.
bounded as (

    select
        *,
        case
            when webhook_at is not null then webhook_at
            when earliest > latest then observed_earliest
            else earliest
        end as best_earliest,
        case
            when webhook_at is not null then told_latest
            when earliest > latest then observed_latest
            else latest
        end as best_latest,
        case
            when webhook_at is not null then webhook_at
            when cohort_earliest > cohort_latest then observed_earliest
            else cohort_earliest
        end as safe_earliest,
        case
            when webhook_at is not null then told_latest
            when cohort_earliest > cohort_latest then observed_latest
            else cohort_latest
        end as safe_latest
    from gathered

),

estimated as (

    select
        bounded.*,
        case
            when bounded.webhook_at is not null then bounded.webhook_at
            -- Over a long gap other steps may have followed the request.
            when bounded.last_action_at between bounded.best_earliest and bounded.best_latest
                and {{ hours_between('bounded.safe_earliest', 'bounded.safe_latest') }} <= run_parameters.dating_resolution_days * 24
                then bounded.last_action_at
            when {{ hours_between('bounded.best_earliest', 'bounded.best_latest') }} <= run_parameters.dating_resolution_days * 24
                then {{ midpoint('bounded.best_earliest', 'bounded.best_latest') }}
        end as event_at,
        case
            when {{ hours_between('bounded.safe_earliest', 'bounded.safe_latest') }} <= run_parameters.dating_resolution_days * 24
                then {{ midpoint('bounded.safe_earliest', 'bounded.safe_latest') }}
        end as cohort_at
    from bounded
    cross join run_parameters

)

select
    campaign_id,
    campaign_lead_id,
    event,
    event_at,
    best_earliest as earliest,
    best_latest as latest,
    case
        when webhook_at is not null then 'webhook'
        when last_action_latest = best_latest then 'last_action'
        when counted_earliest = best_earliest or counted_latest = best_latest then 'provider_count'
        when campaign_started_at = best_earliest then 'campaign_start'
        when is_left_censored then 'first_seen_left_censored'
        else 'observed_interval'
    end as method,
    cohort_at,
    safe_earliest as cohort_earliest,
    safe_latest as cohort_latest
from estimated
