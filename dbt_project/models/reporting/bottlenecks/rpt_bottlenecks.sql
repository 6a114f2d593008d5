{#- The answer: what stalls, in the order in which to mend it. Each part says causes of one subject; a cause without anything to
    say doesn't appear. One unit: accepted connections that a week would bring more, were the cause gone. -#}

{%- set subjects = ['attribution', 'imports', 'campaigns', 'senders', 'requests', 'losses'] %}

with causes as (
    {% for subject in subjects %}
    select * from {{ ref('rpt_bottlenecks__' ~ subject) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

-- What the week ahead tells is worth that; of files and imports it knows nothing.
worth as (

    select
        causes.* exclude (lost),
        case when worths.remedy is not null then worths.worth else causes.lost end as lost,
        worths.worth_low,
        worths.worth_high,
        worths.worth_together
    from causes
    left join {{ ref('fnd_week_worths') }} as worths
        on causes.cause = worths.cause
        and causes.dimension = worths.dimension
        and causes.segment = worths.segment
        and worths.is_best_remedy

),

known as (

    select
        worth.*,
        {{ advice_id('worth.cause', 'worth.tier', 'worth.dimension', 'worth.segment') }} as advice_id,
        dated.since as stands_since
    from worth
    left join {{ ref('fnd_stalls_dated') }} as dated
        on worth.cause = dated.cause
        and worth.dimension = dated.dimension
        and worth.segment = dated.segment

),

judged as (

    select
        known.*,
        known.is_minor
        or coalesce(known.lost < run_parameters.smallest_loss_accepts_per_week and known.cause <> 'low_acceptance', false)
            as is_small,
        -- Until twice as much speaks for it, or it would bring twice as much.
        declined.advice_id is not null
        and known.evidence_n < 2 * declined.evidence_n
        and not coalesce(known.lost > declined.worth and known.lost >= 2 * declined.worth, false) as is_declined,
        coalesce(episodes.first_shown_at, run_parameters.as_of) as first_shown_at,
        run_parameters.since,
        run_parameters.until,
        run_parameters.as_of
    from known
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    left join {{ ref('fnd_advice_declared') }} as declined
        on known.advice_id = declined.advice_id
        and declined.decision = 'declined'
        and declined.is_in_force
    left join {{ ref('fnd_advice_episodes') }} as episodes
        on known.advice_id = episodes.advice_id
        and episodes.goes_on_if_shown

)

select
    row_number() over (
        order by
            is_small or is_declined,
            is_small,
            tier <> 'blind',
            lost desc nulls last,
            evidence_n desc,
            cause,
            dimension,
            segment
    ) as rank,
    advice_id,
    tier,
    stage,
    cause,
    dimension,
    segment,
    segment_label,
    -- Rounded, because a sum of fractions depends on its order in the last digits.
    round(lost, 6) as recoverable_accepts_per_week,
    worth_low,
    worth_high,
    worth_together,
    evidence_n,
    q_value,
    case
        when is_small then 'background'
        when is_declined then 'declined'
        when tier = 'losing' then 'lower'
        else tier
    end as verdict,
    why,
    what_to_do,
    command,
    stands_since as since,
    case when not is_small then first_shown_at end as first_shown_at,
    since as period_since,
    until as period_until,
    as_of
from judged
