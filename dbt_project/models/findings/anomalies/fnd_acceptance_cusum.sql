{#- CUSUM of a drop of the early accept rate, for each sender and for all: how much better each day's acceptances fit the
    drop than what was expected, summed up from the last time that sum was lowest. It starts again after a drop was
    acknowledged. -#}

with cohorts as (

    select * from {{ ref('fnd_early_cohorts_expected') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

acknowledged as (

    select * from {{ ref('stg_operations__acknowledgements') }}
    where kind = 'acceptance_drop'

),

scored as (

    select
        cohorts.*,
        {{ drop_log_likelihood_ratio(
            'cohorts.accepted', 'cohorts.sent', 'cohorts.expected_rate',
            '(1 - run_parameters.acceptance_drop_percent / 100.0)'
        ) }} as evidence
    from cohorts
    cross join run_parameters

),

days as (

    {%- for dimension, segment in (('all', "'all'"), ('account', 'account_id')) %}
    select
        '{{ dimension }}' as dimension,
        {{ segment }} as segment,
        sent_date,
        cast(sum(sent) as bigint) as sent,
        cast(sum(accepted) as bigint) as accepted,
        {{ exact_sum('sent * expected_rate') }} as expected,
        {{ exact_sum('evidence') }} as evidence
    from scored
    group by sent_date{{ ', account_id' if dimension == 'account' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

restarted as (

    select
        days.dimension,
        days.segment,
        days.sent_date,
        days.sent,
        days.accepted,
        days.expected,
        days.evidence,
        count(acknowledged.anomaly_id) as restarts
    from days
    left join acknowledged
        on days.dimension = acknowledged.dimension
        and days.segment = acknowledged.segment
        and acknowledged.judged_until < days.sent_date
    group by all

),

summed as (

    select
        *,
        sum(evidence) over (
            partition by dimension, segment, restarts
            order by sent_date rows between unbounded preceding and current row
        ) as evidence_so_far
    from restarted

),

cusum as (

    select
        *,
        {{ cusum_of('evidence_so_far', 'dimension, segment, restarts', 'sent_date') }} as cusum
    from summed

)

select
    dimension,
    segment,
    sent_date,
    restarts,
    sent,
    accepted,
    expected,
    evidence,
    cusum,
    -- Days between two at 0 belong together.
    count(*) filter (where cusum = 0) over (
        partition by dimension, segment, restarts
        order by sent_date rows between unbounded preceding and current row
    ) as excursion
from cusum
