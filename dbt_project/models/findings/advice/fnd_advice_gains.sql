{#- What came of advice in a week: accepted connections of what was sent because of it, less those of what that took the place of. An
    interval holds chance in acceptances (Wilson), in the rate of the others, and in how much would have been sent without; the
    parts add up by Zou's and Donner's method (MOVER, 2008). -#}
{%- set z = z_of_significance() -%}

with counts as (

    select
        counts.*,
        episodes.cause,
        episodes.expected_rate as rate_then,
        episodes.expected_requests as requests_then
    from {{ ref('fnd_advice_counts') }} as counts
    inner join {{ ref('fnd_advice_episodes') }} as episodes
        on counts.advice_id = episodes.advice_id
        and counts.episode = episodes.episode

),

-- What would have been sent without: as much as before, and as the others sent more or less since; of a losing segment its share
-- of all.
without as (

    select
        *,
        case
            when cause = 'low_acceptance' then share_before * (requests + sent_elsewhere)
            when days_before > 0
                then {{ days_of_outcome() }} * sent_before / cast(days_before as double)
                * coalesce({{ rate(
                    'sent_elsewhere * days_before', days_of_outcome() ~ ' * sent_elsewhere_before'
                ) }}, 1)
            else 0
        end as requests_without
    from counts

),

-- What rates are multiplied with: requests more or fewer. A segment's own count as they were accepted, and what would have been
-- sent without at the rate that was expected of it, not at the one that made it the worst.
moved as (

    select
        *,
        case when cause = 'low_acceptance' then requests else requests - requests_without end as own_requests,
        case when cause = 'low_acceptance' then requests_without - requests else -least(passed_over, requests) end as others_requests,
        case when cause = 'low_acceptance' then -requests_without else 0 end as expected_again,
        -- Chance in the requests of a week, and in those it is reckoned from.
        requests_without * case when cause = 'low_acceptance' then 1.25 else 2 end as variance_of_requests
    from without

),

rates as (

    select
        *,
        {%- for name, accepted, mature in [
            ('own', 'accepted', 'mature'),
            ('others', 'others_accepted', 'others_mature'),
            ('expected', 'rate_then * requests_then', 'requests_then'),
        ] %}
        coalesce({{ rate(accepted, mature) }}, 0) as {{ name }}_rate,
        coalesce({{ wilson_low(accepted, mature) }}, 0) as {{ name }}_low,
        coalesce({{ wilson_high(accepted, mature) }}, 1) as {{ name }}_high{{ ',' if not loop.last }}
        {%- endfor %}
    from moved

),

measured as (

    select
        *,
        own_requests * own_rate + others_requests * others_rate + expected_again * expected_rate as gain,
        {%- for side, better, worse in [('below', 'low', 'high'), ('above', 'high', 'low')] %}
        sqrt(
            {%- for requests, name in [
                ('own_requests', 'own'), ('others_requests', 'others'), ('expected_again', 'expected')
            ] %}
            power(
                {{ requests }}
                * ({{ name }}_rate - case when {{ requests }} > 0 then {{ name }}_{{ better }} else {{ name }}_{{ worse }} end),
                2
            ) +
            {%- endfor %}
            {{ z }} * {{ z }} * variance_of_requests * power(
                case when cause = 'low_acceptance' then others_rate - expected_rate else own_rate end, 2
            )
        ) as {{ side }}{{ ',' if not loop.last }}
        {%- endfor %}
    from rates

)

select
    advice_id,
    episode,
    measured_from,
    measured_until,
    requests,
    round(requests_without, 6) as requests_without,
    moved,
    mature as mature_requests,
    accepted,
    passed_over,
    round(gain, 6) as gain,
    round(gain - below, 6) as gain_low,
    round(gain + above, 6) as gain_high
from measured
