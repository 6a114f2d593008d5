{#- What there is to tell what came of advice, for each time that it was followed: the requests of the seven days from then on, and
    what they took the place of. -#}
with episodes as (

    select * from {{ ref('fnd_advice_measured') }}

),

days as (

    select
        episodes.advice_id,
        episodes.episode,
        {%- for column in ['sent', 'sent_elsewhere'] %}
        cast(sum(days.{{ column }}) filter (
            where days.activity_date >= episodes.before_from and days.activity_date < episodes.measured_from
        ) as bigint) as {{ column }}_before,
        cast(sum(days.{{ column }}) filter (
            where days.activity_date >= episodes.measured_from and days.activity_date < episodes.measured_until
        ) as bigint) as {{ column }},
        {%- endfor %}
        count(*) filter (
            where days.activity_date >= episodes.before_from and days.activity_date < episodes.measured_from
        ) as days_before
    from episodes
    inner join {{ ref('fnd_advice_days') }} as days
        on episodes.advice_id = days.advice_id
        and episodes.episode = days.episode
    group by episodes.advice_id, episodes.episode

),

-- Whenever it came, as what mending is worth is reckoned; of segments whose rate is known, within the window as that is.
own as (

    select
        episodes.advice_id,
        episodes.episode,
        count(*) filter (where requests.is_moved) as moved,
        count(*) filter (where requests.is_mature) as mature,
        count(*) filter (
            where requests.is_mature
                and case when episodes.cause = 'low_acceptance' then requests.is_accepted_in_window else requests.is_accepted end
        ) as accepted
    from episodes
    inner join {{ ref('fnd_advice_requests') }} as requests
        on episodes.advice_id = requests.advice_id
        and episodes.episode = requests.episode
        and requests.sent_on >= episodes.measured_from
        and requests.sent_on < episodes.measured_until
    group by episodes.advice_id, episodes.episode

)

select
    episodes.advice_id,
    episodes.episode,
    episodes.measured_from,
    episodes.measured_until,
    episodes.share_before,
    days.sent as requests,
    coalesce(own.moved, 0) as moved,
    coalesce(own.mature, 0) as mature,
    coalesce(own.accepted, 0) as accepted,
    days.sent_before,
    days.days_before,
    days.sent_elsewhere,
    days.sent_elsewhere_before,
    others.passed_over,
    others.mature as others_mature,
    others.accepted as others_accepted
from episodes
inner join days on episodes.advice_id = days.advice_id and episodes.episode = days.episode
inner join {{ ref('fnd_advice_others') }} as others
    on episodes.advice_id = others.advice_id
    and episodes.episode = others.episode
left join own on episodes.advice_id = own.advice_id and episodes.episode = own.episode
