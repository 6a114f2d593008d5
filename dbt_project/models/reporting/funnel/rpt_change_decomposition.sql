{#- Like is compared with like: only mature requests count, with acceptances within the window, and only the first days of
    both periods, as many as rpt_periods_compared says. -#}
{%- set breakdowns = dimensions() | selectattr('decomposed', 'defined') | list -%}
{%- set shown = {
    'count_before': 'bigint', 'count_now': 'bigint', 'accepted_before': 'bigint', 'accepted_now': 'bigint',
    'contribution': 'double', 'contribution_low': 'double', 'contribution_high': 'double', 'method': 'varchar',
} -%}

with counts as (

    select * from {{ ref('rpt_change_counts') }}

),

periods as (

    select * from {{ ref('rpt_periods_compared') }}

),

contributions as (

    select * from {{ ref('rpt_change_by_factor') }}
    union all
    select * from {{ ref('rpt_change_by_stage') }}

),

-- A row for each part, even where there is nothing to say yet.
parts as (

    {%- for entry in breakdowns %}
    {%- for part, counted in {'volume': 'sent', 'mix': none, 'rate': 'accepted'}.items() %}
    select
        '{{ entry.name }}' as breakdown,
        '{{ part }}' as part,
        {{ loop.index }} as part_order,
        {{ counted ~ '_before' if counted else 'cast(null as bigint)' }} as count_before,
        {{ counted ~ '_now' if counted else 'cast(null as bigint)' }} as count_now
    from counts
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for stage in change_stages() %}
    select
        'stage' as breakdown,
        '{{ stage }}' as part,
        {{ loop.index }} as part_order,
        {{ stage }}_before as count_before,
        {{ stage }}_now as count_now
    from counts
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

explained as (

    select
        parts.*,
        contributions.method,
        round(contributions.contribution, 9) as contribution,
        {%- for side, sign in {'low': '-', 'high': '+'}.items() %}
        round(
            contributions.contribution {{ sign }} {{ z_of_significance() }} * contributions.contribution_error, 9
        ) as contribution_{{ side }},
        {%- endfor %}
        counts.accepted_before,
        counts.accepted_now,
        periods.since,
        periods.compared_until,
        periods.previous_since,
        periods.previous_until,
        periods.compared_days,
        periods.as_of,
        case
            when periods.watched_from is null then 'nothing_pulled'
            when periods.previous_since < periods.watched_from then 'before_first_pull'
            when periods.compared_days = 0 then 'too_young'
            when least(counts.sent_before, counts.sent_now) < periods.collecting_below then 'too_few_requests'
            when doubt.is_in_doubt then 'connected_before'
            when contributions.part is null then 'no_chain'
        end as not_compared_because
    from parts
    cross join counts
    cross join {{ ref('rpt_change_in_doubt') }} as doubt
    cross join periods
    left join contributions
        on parts.breakdown = contributions.breakdown
        and parts.part = contributions.part

)

select
    breakdown,
    part,
    part_order,
    {%- for column, kind in shown.items() %}
    cast(case when not_compared_because is null then {{ column }} end as {{ kind }}) as {{ column }},
    {%- endfor %}
    not_compared_because,
    case
        when not_compared_because is null and part <> 'rate' then 'background'
        -- Significant is an interval that leaves out zero.
        else {{ verdict(
            '(contribution_high < 0 or contribution_low > 0)', 'contribution_high',
            collecting='not_compared_because is not null'
        ) }}
    end as verdict,
    previous_since,
    previous_until,
    since,
    compared_until,
    cast(compared_days as integer) as compared_days,
    as_of
from explained
