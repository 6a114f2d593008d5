{#- What an assistant is told of what stalls: rpt_bottlenecks without its sentences, which name lists, campaigns and industries as
    others wrote them. -#}

with stalls as (

    select
        stalls.*,
        case
            when stalls.dimension <> 'all' then labels.own_label
            {%- for cause, entry in causes().items() if entry.label is defined %}
            when stalls.cause = '{{ cause }}' then '{{ entry.label }}'
            {%- endfor %}
        end as own_label,
        {{ told_key('stalls.segment', 'labels.own_label', 'stalls.dimension') }} as told_key,
        stalls.evidence_n >= run_parameters.sensitive_cell_minimum as is_enough
    from {{ ref('rpt_bottlenecks') }} as stalls
    left join {{ ref('fnd_segments_own_labels') }} as labels
        on stalls.dimension = labels.dimension and stalls.segment = labels.segment
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    rank,
    advice_id,
    tier,
    stage,
    cause,
    {{ code_words('cause', 'cause') }} as what,
    {{ code_words('cause', 'remedy') }} as remedy,
    dimension,
    segment_label,
    told_key,
    {{ told_as('told_key', 'own_label', 'dimension') }} as told_as,
    recoverable_accepts_per_week,
    worth_low,
    worth_high,
    case when is_enough then evidence_n end as evidence_n,
    q_value,
    verdict,
    case when regexp_matches(command, '^make [A-Za-z0-9 =._-]+$') then command end as command,
    why,
    what_to_do,
    since,
    period_since,
    period_until,
    as_of
from stalls
