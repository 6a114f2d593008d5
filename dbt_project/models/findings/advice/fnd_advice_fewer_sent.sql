{{ config(materialized='ephemeral') }}

{%- set share_left = 0.5 -%}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

episodes as (

    select * from {{ ref('fnd_advice_episodes') }}

),

weeks as (

    select * from {{ ref('fnd_advice_weeks') }}

),

-- Days from which on a segment has less of its share for a week, and how many requests less.
fallen as (

    select
        weeks.advice_id,
        weeks.episode,
        weeks.activity_date,
        weeks.share_before * weeks.all_in_a_week - weeks.sent_in_a_week as fewer
    from weeks
    cross join run_parameters
    where weeks.cause = 'low_acceptance'
        and weeks.activity_date >= weeks.first_shown_on
        and weeks.days_ahead = {{ days_of_outcome() }}
        and weeks.all_in_a_week >= run_parameters.collecting_below
        and weeks.sent_in_a_week <= {{ share_left }} * weeks.share_before * weeks.all_in_a_week
        -- From the day on which it begins.
        and weeks.sent + weeks.sent_elsewhere > 0
        and weeks.sent <= {{ share_left }} * weeks.share_before * (weeks.sent + weeks.sent_elsewhere)

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

)

select * from kept_back
union all
select * from handed_on
