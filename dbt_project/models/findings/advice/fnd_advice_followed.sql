{#- When somebody did what was advised, as the data shows it. A sender or campaign that was stuck sends again, or others send to
    those who waited there: more than twice of what it sent a day in the week before, and half as much more in a week. Senders with
    room send half as many more in a week as they had room for. Of a segment that is accepted less, only half of its share of the
    requests is left, although as many more of its leads were there; or others send to leads of a losing sender. Fields that were
    missing have come. -#}
{%- set times_more = 2 -%}
{%- set times_more_a_week = 1.5 -%}
{%- set fields_left = 0.5 -%}
{%- set share_of_room = 0.5 -%}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

episodes as (

    select * from {{ ref('fnd_advice_episodes') }}

),

weeks as (

    select * from {{ ref('fnd_advice_weeks') }}

),

more as (

    select
        advice_id,
        episode,
        activity_date
    from weeks
    where case
        when cause = 'low_acceptance' then false
        when cause = 'too_few_leads'
            then activity_date >= first_shown_on
            and days_ahead = {{ days_of_outcome() }}
            and least(sent_in_a_week / {{ days_of_outcome() }}.0, sent)
            >= coalesce(sent_a_day_before, 0) + {{ share_of_room }} * evidence_n / {{ days_of_outcome() }}
        -- The week as well, because with rare pulls the requests of several days come on one.
        else activity_date >= last_shown_on
            and sent > {{ times_more }} * coalesce(sent_a_day_before, 0)
            and sent_in_a_week > {{ times_more_a_week }} * coalesce(sent_a_day_before, 0) * days_ahead
    end

),

seen as (

    select
        advice_id,
        episode,
        min(activity_date) as followed_on
    from (
        select * from {{ ref('fnd_advice_fewer_sent') }}
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
                when incomplete.leads <= {{ fields_left }} * episodes.evidence_n
                    then {{ utc_date('coalesce(episodes.first_report_without_at, run_parameters.as_of)') }}
            end
        -- What is seen more than a week after it was said to be done came of something else.
        when {{ is_seen_in_requests('episodes') }} and coalesce(seen.followed_on < said.said_on + {{ days_of_outcome() }}, true)
            then seen.followed_on
    end as followed_on,
    said.said_on,
    before.share_before
from episodes
cross join run_parameters
left join (select advice_id, episode, max(share_before) as share_before from weeks group by advice_id, episode) as before
    on episodes.advice_id = before.advice_id
    and episodes.episode = before.episode
left join seen on episodes.advice_id = seen.advice_id and episodes.episode = seen.episode
left join said on episodes.advice_id = said.advice_id and episodes.episode = said.episode
left join {{ ref('fnd_advice_fields_missing') }} as incomplete
    on episodes.advice_id = incomplete.advice_id
    and episodes.episode = incomplete.episode
