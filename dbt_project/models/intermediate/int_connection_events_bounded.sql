{#- When each campaign lead was sent a request and when it was accepted, as bounds from observations alone.

    Both bounds come from when we looked, never from `lastActionTime`, which moves with every later step, so
    that a request's date doesn't depend on how it ended. -#}

with observations as (

    select * from {{ ref('stg_heyreach__campaign_lead_observations') }}

),

campaign_leads as (

    select * from {{ ref('stg_heyreach__campaign_leads') }}

),

reads as (

    select * from {{ ref('int_campaign_pulls_ordered') }}

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

first_sights as (

    select
        campaign_id,
        campaign_lead_id,
        'sent' as event,
        min(observed_at) as latest,
        arg_min(pull_id, (observed_at, pull_id)) as pull_id
    from observations
    where connection_status in ('ConnectionSent', 'ConnectionAccepted')
    group by campaign_id, campaign_lead_id
    union all
    select
        campaign_id,
        campaign_lead_id,
        'accepted' as event,
        min(observed_at) as latest,
        arg_min(pull_id, (observed_at, pull_id)) as pull_id
    from observations
    where connection_status = 'ConnectionAccepted'
    group by campaign_id, campaign_lead_id

),

bounded as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        first_sights.event,
        -- A row can't be sent a request before it exists; `least` guards against a clock that disagrees.
        least(
            coalesce(greatest(campaign_leads.created_at, reads.previous_complete_started_at), first_sights.latest),
            first_sights.latest
        ) as bounded_earliest,
        campaign_leads.created_at is null and reads.previous_complete_started_at is null as has_no_earliest,
        first_sights.latest,
        reads.previous_complete_started_at is null as is_left_censored
    from first_sights
    inner join campaign_leads
        on first_sights.campaign_id = campaign_leads.campaign_id
        and first_sights.campaign_lead_id = campaign_leads.campaign_lead_id
    left join reads
        on first_sights.campaign_id = reads.campaign_id
        and first_sights.pull_id = reads.pull_id

),

dated as (

    select
        bounded.campaign_id,
        bounded.campaign_lead_id,
        bounded.event,
        case when not bounded.has_no_earliest then bounded.bounded_earliest end as earliest,
        bounded.latest,
        not bounded.has_no_earliest
        and {{ hours_between('bounded.bounded_earliest', 'bounded.latest') }}
        <= run_parameters.dating_resolution_days * 24 as is_dated,
        case when bounded.is_left_censored then 'first_seen_left_censored' else 'observed_interval' end as method
    from bounded
    cross join run_parameters

)

select
    campaign_id,
    campaign_lead_id,
    event,
    case when is_dated then {{ midpoint('earliest', 'latest') }} end as event_at,
    earliest,
    latest,
    method
from dated
