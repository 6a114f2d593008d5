{{ config(materialized='ephemeral') }}

select
    episodes.*,
    followed.share_before,
    coalesce(followed.followed_on, followed.said_on) as measured_from,
    coalesce(followed.followed_on, followed.said_on) + {{ days_of_outcome() }} as measured_until,
    -- The pace at which it was stuck, not of the days before.
    greatest(
        coalesce(episodes.since, date '0001-01-01'),
        coalesce(followed.followed_on, followed.said_on) - {{ days_of_outcome() }}
    ) as before_from
from {{ ref('fnd_advice_episodes') }} as episodes
inner join {{ ref('fnd_advice_followed') }} as followed
    on episodes.advice_id = followed.advice_id
    and episodes.episode = followed.episode
where coalesce(followed.followed_on, followed.said_on) is not null
    -- What rows of files and lost fields cost is no count of requests.
    and {{ is_seen_in_requests('episodes') }}
