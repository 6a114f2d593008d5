{#- Whether HeyReach's daily counts may date events here. Dated too early, days would grow after the reading that
    follows them; dated too late, the counts would fall behind the statuses, or contradict events whose day is known.
    A sender's campaign in which a day or a reading does is left out by itself (int_connection_evidence); where more than
    one in five of them do, or one day in a hundred grew afterwards, no day dates anything. And on twenty days at least some
    event's day must be known otherwise, or nothing has been checked.

    Days that began an hour or two from UTC midnight would contradict nothing unless something is known to have happened so
    near to it. So midnight itself is known only up to where a tenth of the days were checked. -#}

with increases as (

    select
        event,
        coalesce(sum(increase) filter (where increase > 0 and activity_date < {{ utc_date('previous_read_at') }}), 0) as grown_afterwards,
        coalesce(sum(increase) filter (where increase > 0), 0) as grown
    from {{ ref('int_provider_counts_read') }}
    where previous_read_at is not null
    group by event

),

readings as (

    select
        account_id,
        campaign_id,
        event,
        count(*) as readings,
        count(*) filter (where is_behind) as readings_behind
    from {{ ref('int_provider_totals_compared') }}
    group by account_id, campaign_id, event

),

days as (

    select
        account_id,
        campaign_id,
        event,
        count(*) filter (where not is_consistent) as days_apart,
        count(*) filter (where events_for_certain > 0) as days_checked
    from {{ ref('int_provider_days_compared') }}
    group by account_id, campaign_id, event

),

-- By sender and campaign: what contradicts itself is left out alone.
pairs as (

    select
        readings.event,
        readings.readings,
        readings.readings_behind,
        coalesce(days.days_apart, 0) as days_apart,
        coalesce(days.days_checked, 0) as days_checked,
        readings.readings_behind > 0 or coalesce(days.days_apart, 0) > 0 as is_apart
    from readings
    left join days
        on readings.account_id = days.account_id
        and readings.campaign_id = days.campaign_id
        and readings.event = days.event

),

by_event as (

    select
        event,
        sum(readings) as readings,
        sum(readings_behind) as readings_behind,
        sum(days_apart) as days_apart,
        sum(days_checked) filter (where not is_apart) as days_checked,
        count(*) filter (where is_apart) as pairs_apart,
        count(*) filter (where days_checked > 0) as pairs_checked
    from pairs
    group by event

),

midnights as (

    select
        event,
        percentile_disc(0.1) within group (order by 24 - certain_to_hour) as hours_early,
        percentile_disc(0.1) within group (order by certain_from_hour) as hours_late
    from {{ ref('int_provider_days_compared') }}
    where is_consistent
    group by event

)

select
    increases.event,
    cast(increases.grown_afterwards as bigint) as grown_afterwards,
    cast(increases.grown as bigint) as grown,
    cast(by_event.readings_behind as bigint) as readings_behind,
    cast(by_event.readings as bigint) as readings,
    cast(by_event.days_apart as bigint) as days_apart,
    cast(coalesce(by_event.days_checked, 0) as bigint) as days_checked,
    by_event.pairs_apart,
    by_event.pairs_checked,
    midnights.hours_early,
    midnights.hours_late,
    increases.grown > 0
    and increases.grown_afterwards * 100 <= increases.grown
    and (by_event.pairs_apart <= 1 or by_event.pairs_apart * 5 <= by_event.pairs_checked)
    and coalesce(by_event.days_checked, 0) >= 20 as is_dating_supported
from increases
inner join by_event on increases.event = by_event.event
left join midnights on increases.event = midnights.event
