with totals as (

    select
        account_id,
        campaign_id,
        event,
        cast(sum(seen_in_statuses) as bigint) as seen_in_statuses,
        cast(sum(counted_by_heyreach) as bigint) as counted_by_heyreach,
        count(*) as readings,
        count(*) filter (where seen_in_statuses <> counted_by_heyreach) as readings_apart,
        max(read_at) as read_at
    from {{ ref('int_provider_totals_compared') }}
    group by account_id, campaign_id, event

),

days as (

    select
        account_id,
        campaign_id,
        event,
        count(*) as days_compared,
        count(*) filter (where not is_consistent) as days_apart
    from {{ ref('int_provider_days_compared') }}
    group by account_id, campaign_id, event

),

erased as (

    select * from {{ ref('int_erased_requests') }}

),

-- HeyReach shows them as accepted and counts neither a request nor an acceptance.
connected_before as (

    select
        account_id,
        campaign_id,
        count(*) as connected_before
    from {{ ref('int_connections_asked') }}
    where not is_asked
    group by account_id, campaign_id

),

accounts as (

    select * from {{ ref('heyreach_accounts') }}

),

campaigns as (

    select * from {{ ref('heyreach_campaigns') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

)

select
    totals.account_id,
    coalesce(accounts.label, 'Account ' || totals.account_id) as account_label,
    totals.campaign_id,
    coalesce(campaigns.campaign_name, 'Campaign ' || totals.campaign_id) as campaign_name,
    totals.event,
    totals.seen_in_statuses,
    coalesce(connected_before.connected_before, 0) as connected_before,
    coalesce(erased.requests, 0) as erased,
    totals.counted_by_heyreach,
    totals.seen_in_statuses + coalesce(erased.requests, 0) - totals.counted_by_heyreach as gap,
    totals.readings,
    totals.readings_apart,
    coalesce(days.days_compared, 0) as days_compared,
    coalesce(days.days_apart, 0) as days_apart,
    {{ fits_provider_count(
        '(totals.seen_in_statuses + coalesce(erased.requests, 0))', 'totals.counted_by_heyreach'
    ) }} as is_within_tolerance,
    -- A lead deleted before it was seen leaves a day apart; more of them mean other days than UTC's.
    coalesce(days.days_apart, 0) <= greatest(2, coalesce(days.days_compared, 0) * 0.02) as are_days_within_tolerance,
    totals.read_at,
    run_parameters.as_of
from totals
left join days
    on totals.account_id = days.account_id
    and totals.campaign_id = days.campaign_id
    and totals.event = days.event
left join erased
    on totals.account_id = erased.account_id
    and totals.campaign_id = erased.campaign_id
    and totals.event = erased.event
left join connected_before
    on totals.account_id = connected_before.account_id
    and totals.campaign_id = connected_before.campaign_id
left join accounts on totals.account_id = accounts.account_id
left join campaigns on totals.campaign_id = campaigns.campaign_id
cross join run_parameters
