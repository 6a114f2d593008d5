{#- Whether HeyReach's daily counts may date events here. Dated too early, days would grow after the reading that
    follows them; dated too late, the counts would fall behind the statuses, or contradict events whose day is known.
    None of it may happen in more than one case in a hundred; and on twenty days at least some event's day must be known
    otherwise, or nothing has been checked.

    Days that began an hour or two from UTC midnight would contradict nothing unless something is known to have happened so
    near to it. So midnight itself is known only up to where a tenth of the days were checked. -#}

with increases as (

    select
        event,
        coalesce(sum(increase) filter (where activity_date < {{ utc_date('previous_read_at') }}), 0) as grown_afterwards,
        coalesce(sum(increase), 0) as grown
    from {{ ref('int_provider_counts_read') }}
    where previous_read_at is not null
    group by event

),

readings as (

    select
        event,
        count(*) filter (where is_behind) as readings_behind,
        count(*) as readings
    from {{ ref('int_provider_totals_compared') }}
    group by event

),

days as (

    select
        event,
        count(*) filter (where not is_consistent) as days_apart,
        count(*) as days,
        count(*) filter (where events_for_certain > 0) as days_checked,
        percentile_disc(0.1) within group (order by 24 - certain_to_hour) as hours_early,
        percentile_disc(0.1) within group (order by certain_from_hour) as hours_late
    from {{ ref('int_provider_days_compared') }}
    group by event

)

select
    increases.event,
    cast(increases.grown_afterwards as bigint) as grown_afterwards,
    cast(increases.grown as bigint) as grown,
    readings.readings_behind,
    readings.readings,
    days.days_apart,
    days.days,
    days.days_checked,
    days.hours_early,
    days.hours_late,
    increases.grown > 0
    and increases.grown_afterwards * 100 <= increases.grown
    and readings.readings_behind * 100 <= readings.readings
    and days.days_apart * 100 <= days.days_checked
    and days.days_checked >= 20 as is_dating_supported
from increases
inner join readings on increases.event = readings.event
inner join days on increases.event = days.event
