{#- The answer: what stalls, in the order in which to mend it. Each part says causes of one subject; a cause without anything to
    say doesn't appear. One unit: accepted connections that a week would bring more, were the cause gone. -#}

{%- set subjects = ['attribution', 'imports', 'senders', 'losses'] %}

with causes as (
    {% for subject in subjects %}
    select * from {{ ref('rpt_bottlenecks__' ~ subject) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

judged as (

    select
        causes.*,
        causes.is_minor or coalesce(causes.lost < run_parameters.smallest_loss_accepts_per_week, false) as is_small,
        run_parameters.since,
        run_parameters.until,
        run_parameters.as_of
    from causes
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    row_number() over (
        order by
            is_small,
            case tier when 'blind' then 1 when 'blocked' then 2 else 3 end,
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
    evidence_n,
    q_value,
    case
        when is_small then 'background'
        when tier = 'losing' then 'lower'
        else tier
    end as verdict,
    why,
    what_to_do,
    since as period_since,
    until as period_until,
    as_of
from judged
