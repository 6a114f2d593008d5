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

judged as (

    select
        worth.*,
        worth.is_minor
        or coalesce(worth.lost < run_parameters.smallest_loss_accepts_per_week and worth.cause <> 'low_acceptance', false)
            as is_small,
        run_parameters.since,
        run_parameters.until,
        run_parameters.as_of
    from worth
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    row_number() over (
        order by
            is_small,
            tier <> 'blind',
            lost desc nulls last,
            evidence_n desc,
            cause,
            dimension,
            segment
    ) as rank,
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
        when tier = 'losing' then 'lower'
        else tier
    end as verdict,
    why,
    what_to_do,
    command,
    since as period_since,
    until as period_until,
    as_of
from judged
