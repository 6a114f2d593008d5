{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with readings as (

    select
        account_id,
        campaign_id,
        event,
        read_at,
        sum(seen_in_statuses) over up_to as seen_in_statuses,
        sum(counted_by_heyreach) over up_to as counted_by_heyreach
    from {{ ref('int_provider_totals_compared') }}
    window up_to as (
        partition by account_id, campaign_id, event order by read_at, pull_id
        rows between unbounded preceding and current row
    )

),

last_readings_that_fit as (

    select
        account_id,
        campaign_id,
        event,
        max(read_at) as read_at
    from readings
    where {{ fits_provider_count('seen_in_statuses', 'counted_by_heyreach') }}
    group by account_id, campaign_id, event

),

breaks as (

    select
        reconciliation.account_id,
        reconciliation.campaign_id,
        reconciliation.event,
        max(reconciliation.campaign_name) || ', ' || max(reconciliation.account_label) as place,
        max(reconciliation.seen_in_statuses) as seen_in_statuses,
        max(reconciliation.counted_by_heyreach) as counted_by_heyreach,
        min({{ utc_date('readings.read_at') }}) as since
    from {{ ref('rpt_reconciliation') }} as reconciliation
    inner join readings
        on reconciliation.account_id = readings.account_id
        and reconciliation.campaign_id = readings.campaign_id
        and reconciliation.event = readings.event
    left join last_readings_that_fit as fitting
        on reconciliation.account_id = fitting.account_id
        and reconciliation.campaign_id = fitting.campaign_id
        and reconciliation.event = fitting.event
    where not reconciliation.is_within_tolerance
        and (fitting.read_at is null or readings.read_at > fitting.read_at)
    group by reconciliation.account_id, reconciliation.campaign_id, reconciliation.event

)

select
    {{ anomaly_line(
        'reconciliation_break',
        "'campaign'",
        "breaks.campaign_id || '/' || breaks.account_id || '/' || breaks.event",
        'breaks.place',
        since='breaks.since',
        judged_until=utc_date('run_parameters.as_of'),
        is_open='true',
        observed='breaks.seen_in_statuses',
        expected='breaks.counted_by_heyreach',
        evidence_n='breaks.counted_by_heyreach',
        facts={
            'place': 'breaks.place',
            'seen': 'breaks.seen_in_statuses',
            'event': 'breaks.event',
            'counted': 'breaks.counted_by_heyreach',
        }
    ) }}
from breaks
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
