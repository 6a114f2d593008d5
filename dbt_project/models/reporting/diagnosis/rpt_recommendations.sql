{#- Where to put more requests, and where fewer. "Scale" names a sender and the leads it does best with; every combination
    is tested against all other requests, in one family, and must be better than the same leads are with others or the same
    sender is with others, whoever of the undecided was asked. Never an AI persona, and never leads by what a person is. "Pause"
    is what rpt_bottlenecks names, where somebody better waits for the same senders. Crossed segments add what neither of the two
    says by itself (rpt_crossed_advice). -#}
{%- set lead_dimensions = dimensions() | selectattr('recommendable', 'defined') | list -%}

with senders as (

    select
        accounts.account_id,
        accounts.label,
        {{ account_kind('accounts.account_type') }} as account_kind,
        capacity.is_free_to_send
    from {{ ref('heyreach_accounts') }} as accounts
    inner join {{ ref('fnd_sender_capacity') }} as capacity on accounts.account_id = capacity.account_id

),

labels as (

    select dimension, segment, max(segment_label) as segment_label
    from {{ ref('fnd_segments_labeled') }}
    group by dimension, segment

),

scaled as (

    select
        'scale' as advice,
        senders.account_id,
        judged.lead_dimension as dimension,
        judged.lead_segment as segment,
        cast(null as varchar) as crossed_dimension,
        cast(null as varchar) as crossed_segment,
        senders.label || ' x ' || coalesce(labels.segment_label, judged.lead_segment) as segment_label,
        judged.sent as mature_sent,
        cast(judged.accepted as bigint) as mature_accepted,
        {{ rate('judged.accepted', 'judged.sent') }} as accept_rate,
        {{ wilson_low('judged.accepted', 'judged.sent') }} as ci_low,
        {{ wilson_high('judged.accepted', 'judged.sent') }} as ci_high,
        {{ rate('judged.other_accepted', 'judged.other_sent') }} as reference_rate,
        judged.q_value,
        cast(null as double) as recoverable_accepts_per_week,
        senders.label || ' with ' || lower({{ dimension_words('judged.lead_dimension', lead_dimensions) }}) || ' '
        || coalesce(labels.segment_label, judged.lead_segment) || ': '
        || round(100 * {{ rate('judged.accepted', 'judged.sent') }}, 1) || ' % of '
        || {{ printed_count('judged.sent') }} || ' requests were accepted, '
        || round(100 * {{ rate('judged.other_accepted', 'judged.other_sent') }}, 1) || ' % of all others. '
        || 'Nobody drew lots over who sent to whom, so try more there before counting on it.' as why
    from {{ ref('rpt_combinations_tested') }} as judged
    inner join senders on judged.account_id = senders.account_id
    left join labels
        on judged.lead_dimension = labels.dimension
        and judged.lead_segment = labels.segment
    where {{ is_significant('judged.q_value') }}
        and not judged.is_in_doubt
        and judged.z > 0
        and senders.account_kind = 'real'
        and senders.is_free_to_send
        and judged.is_better_together

),

advice as (

    select * from scaled
    union all
    select
        crossed.advice, crossed.account_id, crossed.row_dimension, crossed.row_segment, crossed.column_dimension, crossed.column_segment,
        crossed.row_label || ' x ' || crossed.column_label, crossed.mature_sent, crossed.mature_accepted,
        crossed.accept_rate, crossed.ci_low, crossed.ci_high, crossed.predicted_rate, crossed.q_value,
        case when crossed.advice = 'pause' then crossed.worth end,
        {{ dimension_words('crossed.row_dimension', crossed_dimensions() | sum(start=())) }} || ' ' || crossed.row_label || ' with '
        || {{ dimension_words('crossed.column_dimension', crossed_dimensions() | sum(start=())) }} || ' ' || crossed.column_label || ': '
        || round(100 * crossed.accept_rate, 1) || ' % of ' || {{ printed_count('crossed.mature_sent') }}
        || ' requests were accepted, ' || round(100 * crossed.predicted_rate, 1)
        || ' % would be by what both, and the senders, reach elsewhere. '
        || case
            when crossed.advice = 'scale' then 'Nobody drew lots over who sent to whom, so try more there before counting on it.'
            when crossed.account_id is null then 'Ask others who wait for the same senders first.'
            else 'Let other senders ask them.'
        end
    from {{ ref('rpt_crossed_advice') }} as crossed
    left join senders on crossed.account_id = senders.account_id
    where crossed.accept_rate is not null
        and (
            crossed.advice = 'pause'
            or crossed.account_id is null
            or senders.account_kind = 'real'
            and senders.is_free_to_send
            and not exists (
                select 1
                from scaled
                where scaled.account_id = crossed.account_id
                    and scaled.dimension = crossed.column_dimension
                    and scaled.segment = crossed.column_segment
            )
        )
    union all
    select
        'pause', null, bottlenecks.dimension, bottlenecks.segment, null, null, bottlenecks.segment_label,
        segments.mature_sent, segments.mature_accepted, segments.accept_rate, segments.ci_low, segments.ci_high, null,
        bottlenecks.q_value, bottlenecks.recoverable_accepts_per_week, bottlenecks.why
    from {{ ref('rpt_bottlenecks') }} as bottlenecks
    inner join {{ ref('rpt_segment_performance') }} as segments
        on bottlenecks.dimension = segments.dimension
        and bottlenecks.segment = segments.segment
    where bottlenecks.cause = 'low_acceptance'
        and bottlenecks.verdict = 'lower'
        and {{ is_worth_something('bottlenecks.recoverable_accepts_per_week') }}

)

select
    row_number() over (
        order by
            advice.advice desc,
            advice.recoverable_accepts_per_week desc nulls last,
            advice.q_value,
            advice.dimension,
            advice.segment,
            advice.account_id,
            advice.crossed_segment
    ) as rank,
    advice.advice,
    advice.account_id,
    advice.dimension,
    advice.segment,
    advice.crossed_dimension,
    advice.crossed_segment,
    advice.segment_label,
    advice.mature_sent,
    advice.mature_accepted,
    advice.accept_rate,
    advice.ci_low,
    advice.ci_high,
    advice.reference_rate,
    advice.q_value,
    advice.recoverable_accepts_per_week,
    advice.why,
    run_parameters.since as period_since,
    run_parameters.until as period_until,
    run_parameters.as_of
from advice
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
