{#- When somebody did what was advised, as the data shows it. A sender or campaign that was stuck sends again, or others send to
    those who waited there: more than twice of what it sent a day in the week before. Senders with room send half as many more in a
    week as they had room for. Of a segment that is accepted less, only half of its share of the requests is left, although
    as many more of its leads were there; or others send to leads of a losing sender. Fields that were missing have come. -#}
{%- set times_more = 2 -%}
{%- set share_left = 0.5 -%}
{%- set share_of_room = 0.5 -%}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

episodes as (

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

),

-- Days from which on a segment has less of its share for a week, and how many requests less.
fallen as (

    select
        weeks.advice_id,
        weeks.episode,
        weeks.activity_date,
        before.share * weeks.all_in_a_week - weeks.sent_in_a_week as fewer
    from weeks
    cross join run_parameters
    inner join before on weeks.advice_id = before.advice_id and weeks.episode = before.episode
    where weeks.cause = 'low_acceptance'
        and weeks.activity_date >= weeks.first_shown_on
        and weeks.days_ahead = {{ days_of_outcome() }}
        and weeks.all_in_a_week >= run_parameters.collecting_below
        and weeks.sent_in_a_week <= {{ share_left }} * before.share * weeks.all_in_a_week
        -- From the day on which it begins.
        and weeks.sent + weeks.sent_elsewhere > 0
        and weeks.sent <= {{ share_left }} * before.share * (weeks.sent + weeks.sent_elsewhere)

),

-- Whose leads have just run out was kept from nothing.
kept_back as (

    select
        fallen.advice_id,
        fallen.episode,
        fallen.activity_date
    from fallen
    inner join {{ ref('fnd_advice_leads') }} as leads
        on fallen.advice_id = leads.advice_id
        and fallen.episode = leads.episode
        and leads.created_on < fallen.activity_date + {{ days_of_outcome() }}
        and coalesce(leads.sent_on >= fallen.activity_date + {{ days_of_outcome() }}, true)
    group by fallen.advice_id, fallen.episode, fallen.activity_date
    having count(*) >= max(fallen.fewer)

),

-- Others ask as many whom a losing sender left to them as are counted at all.
handed_on as (

    select
        moved.advice_id,
        moved.episode,
        min({{ utc_date('connections.sent_cohort_at') }}) as activity_date
    from {{ ref('fnd_advice_moved') }} as moved
    inner join {{ ref('heyreach_connections') }} as connections on moved.connection_id = connections.connection_id
    inner join episodes on moved.advice_id = episodes.advice_id and moved.episode = episodes.episode
    cross join run_parameters
    where episodes.cause = 'low_acceptance' and connections.is_sent
    group by moved.advice_id, moved.episode
    having count(*) >= max(run_parameters.hide_rate_below)

),

more as (

    select
        weeks.advice_id,
        weeks.episode,
        weeks.activity_date
    from weeks
    inner join before on weeks.advice_id = before.advice_id and weeks.episode = before.episode
    where case
        when weeks.cause = 'low_acceptance' then false
        when weeks.cause = 'too_few_leads'
            then weeks.activity_date >= weeks.first_shown_on
            and weeks.days_ahead = {{ days_of_outcome() }}
            and least(weeks.sent_in_a_week / {{ days_of_outcome() }}.0, weeks.sent)
            >= coalesce(before.sent_a_day, 0) + {{ share_of_room }} * weeks.evidence_n / {{ days_of_outcome() }}
        else weeks.activity_date >= weeks.last_shown_on and weeks.sent > {{ times_more }} * coalesce(before.sent_a_day, 0)
    end

),

seen as (

    select
        advice_id,
        episode,
        min(activity_date) as followed_on
    from (
        select * from kept_back
        union all
        select * from handed_on
        union all
        select * from more
    ) as either
    group by advice_id, episode

),

-- Said, and not to be seen.
said as (

    select
        episodes.advice_id,
        max(episodes.episode) as episode,
        max({{ utc_date('declared.declared_as_of') }}) as said_on
    from episodes
    inner join {{ ref('fnd_advice_declared') }} as declared
        on episodes.advice_id = declared.advice_id
        and declared.decision = 'done'
        and episodes.first_shown_at <= declared.declared_as_of
    group by episodes.advice_id

)

select
    episodes.advice_id,
    episodes.episode,
    case
        when episodes.cause = 'attribution_loss'
            then case
                when incomplete.leads <= {{ share_left }} * episodes.evidence_n
                    then {{ utc_date('coalesce(episodes.first_report_without_at, run_parameters.as_of)') }}
            end
        when {{ is_seen_in_requests('episodes') }} then seen.followed_on
    end as followed_on,
    said.said_on,
    before.share as share_before
from episodes
cross join run_parameters
left join before on episodes.advice_id = before.advice_id and episodes.episode = before.episode
left join seen on episodes.advice_id = seen.advice_id and episodes.episode = seen.episode
left join said on episodes.advice_id = said.advice_id and episodes.episode = said.episode
left join {{ ref('fnd_advice_fields_missing') }} as incomplete
    on episodes.advice_id = incomplete.advice_id
    and episodes.episode = incomplete.episode
