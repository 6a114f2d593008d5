{{ config(materialized='ephemeral') }}

with episodes as (

    select * from {{ ref('fnd_advice_episodes') }}

),

days as (

    select
        days.*,
        episodes.cause,
        episodes.evidence_n,
        {{ utc_date('episodes.first_shown_at') }} as first_shown_on,
        {{ utc_date('episodes.last_shown_at') }} as last_shown_on,
        -- The pace at which it was stuck, not of the days before.
        greatest(coalesce(episodes.since, date '0001-01-01'), {{ utc_date('episodes.last_shown_at') }} - 7) as stuck_from
    from {{ ref('fnd_advice_days') }} as days
    inner join episodes on days.advice_id = episodes.advice_id and days.episode = episodes.episode

),

before as (

    select
        advice_id,
        episode,
        {{ rate(
            'sum(sent) filter (where activity_date >= stuck_from and activity_date < last_shown_on)',
            'count(*) filter (where activity_date >= stuck_from and activity_date < last_shown_on)'
        ) }} as sent_a_day,
        {{ rate(
            'sum(sent) filter (where activity_date < first_shown_on)',
            'sum(sent + sent_elsewhere) filter (where activity_date < first_shown_on)'
        ) }} as share
    from days
    group by advice_id, episode

),

weeks as (

    select
        *,
        sum(sent) over following_days as sent_in_a_week,
        sum(sent + sent_elsewhere) over following_days as all_in_a_week,
        count(*) over following_days as days_ahead
    from days
    window following_days as (
        partition by advice_id, episode order by activity_date
        rows between current row and {{ days_of_outcome() }} - 1 following
    )

)

select
    weeks.*,
    before.sent_a_day as sent_a_day_before,
    before.share as share_before
from weeks
inner join before on weeks.advice_id = before.advice_id and weeks.episode = before.episode
