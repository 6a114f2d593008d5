{#- What became of advice: what is open, was declined, was done as far as the data or the operator says, and what that brought. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

listed as (

    select * from {{ ref('rpt_bottlenecks') }}
    where verdict <> 'background'

),

-- What this report shows goes on with what earlier ones showed, or begins.
episodes as (

    select
        coalesce(earlier.advice_id, listed.advice_id) as advice_id,
        coalesce(earlier.episode, 1 + (
            select coalesce(max(before.episode), 0) from {{ ref('fnd_advice_episodes') }} as before
            where before.advice_id = listed.advice_id
        )) as episode,
        {%- for column in ['cause', 'tier', 'dimension', 'segment', 'segment_label', 'worth_low', 'worth_high'] %}
        coalesce(earlier.{{ column }}, listed.{{ column }}) as {{ column }},
        {%- endfor %}
        coalesce(earlier.worth_at_first_sight, listed.recoverable_accepts_per_week) as worth_at_first_sight,
        coalesce(earlier.first_shown_at, listed.as_of) as first_shown_at,
        coalesce(listed.as_of, earlier.last_shown_at) as last_shown_at,
        listed.advice_id is not null as is_listed,
        listed.verdict as listed_as,
        listed.why,
        listed.recoverable_accepts_per_week as worth_now
    from {{ ref('fnd_advice_episodes') }} as earlier
    full join listed on earlier.advice_id = listed.advice_id and earlier.goes_on_if_shown

),

joined as (

    select
        episodes.*,
        followed.followed_on as seen_on,
        coalesce(followed.followed_on, followed.said_on) as followed_on,
        declared.reason,
        {{ utc_date('declared.declared_as_of') }} as declared_on,
        {{ utc_date('declared.declined_until') }} as declined_until,
        gains.* exclude (advice_id, episode),
        {{ utc_date(days_after(
            utc_midnight('gains.measured_until'),
            'run_parameters.acceptance_window_days + run_parameters.detection_lag_days'
        )) }} as judged_from,
        case
            when episodes.listed_as = 'declined' then 'declined'
            when followed.said_on is not null
                or followed.followed_on is not null
                -- What has to be done again and again, or in part, is done though it is listed.
                and (
                    not episodes.is_listed
                    or episodes.cause in ('low_acceptance', 'too_few_leads')
                    or coalesce(gains.moved * 2 > gains.requests, false)
                )
                then 'done'
            when episodes.is_listed then 'open'
            else 'gone'
        end as state,
        run_parameters.as_of
    from episodes
    cross join run_parameters
    left join {{ ref('fnd_advice_followed') }} as followed
        on episodes.advice_id = followed.advice_id
        and episodes.episode = followed.episode
    left join {{ ref('fnd_advice_gains') }} as gains
        on episodes.advice_id = gains.advice_id
        and episodes.episode = gains.episode
    left join {{ ref('fnd_advice_declared') }} as declared on episodes.advice_id = declared.advice_id

),

judged as (

    select
        *,
        case
            when state <> 'done' then null
            when gain is null then 'unmeasured'
            when {{ utc_date('as_of') }} < judged_from then 'collecting'
            -- Nobody looked when their windows ended.
            when mature_requests * 2 < requests then 'unmeasured'
            when gain_low > 0 then 'helped'
            when gain_high < 0 then 'hurt'
            else 'no_effect'
        end as verdict,
        state = 'done'
        and gain is not null
        and {{ utc_date('as_of') }} >= judged_from
        and mature_requests * 2 >= requests as is_judged
    from joined

)

{%- set facts = {
    'label': 'segment_label', 'promised': 'worth_at_first_sight', 'reason': "nullif(reason, '')",
    'first_shown_on': utc_date('first_shown_at'), 'last_shown_on': utc_date('last_shown_at'), 'followed_on': 'followed_on',
    'declared_on': 'declared_on', 'declined_until': 'declined_until', 'judged_from': 'judged_from', 'gain_low': 'gain_low',
    'gain_high': 'gain_high', 'why': 'why', 'worth_now': 'case when round(worth_now) > 0 then worth_now end',
    'cause': "replace(cause, '_', ' ')", 'by': "case when seen_on is null then ' (as you said)' else '' end", 'deed': 'deed',
} %}

select
    advice_id,
    episode,
    cause,
    tier,
    dimension,
    segment,
    segment_label,
    state,
    verdict,
    first_shown_at,
    last_shown_at,
    worth_at_first_sight,
    worth_low,
    worth_high,
    case when state = 'done' then followed_on end as followed_on,
    case when state = 'done' then case when seen_on is not null then 'seen' else 'said' end end as followed_as,
    case when state = 'done' then judged_from end as judged_from,
    {%- for column in ['requests', 'mature_requests', 'accepted', 'requests_without', 'passed_over', 'gain', 'gain_low', 'gain_high'] %}
    case when is_judged then {{ column }} end as {{ column }},
    {%- endfor %}
    case when state = 'declined' then reason end as reason,
    case when state = 'declined' then declined_until end as declined_until,
    case coalesce(verdict, state)
        {%- for name, text in advice_messages().items() %}
        when '{{ name }}' then {{ sentence(text, facts) }}
        {%- endfor %}
    end as message,
    row_number() over (
        order by
            array_position(['open', 'done', 'declined', 'gone'], state),
            case when state = 'open' then worth_at_first_sight end desc nulls last,
            case when state = 'done' then followed_on end desc nulls last,
            last_shown_at desc,
            advice_id,
            episode
    ) as list_order,
    -- What a first page has room for: the last that could be judged, for as long as something can be new.
    is_judged
    and {{ utc_date('as_of') }} < judged_from + {{ days_declined() }}
    and row_number() over (partition by is_judged order by judged_from desc, gain desc, advice_id) = 1
        as is_newest,
    as_of
from (
    select
        *,
        case
            when moved * 2 > requests then {{ sentence(deeds()['moved'], {'label': 'segment_label'}) }}
            {%- for cause, text in deeds().items() if cause not in ('moved', 'other') %}
            when cause = '{{ cause }}' then {{ sentence(text, {'label': 'segment_label'}) }}
            {%- endfor %}
            else {{ sentence(deeds()['other'], {'label': 'segment_label'}) }}
        end as deed
    from judged
) as with_deeds
