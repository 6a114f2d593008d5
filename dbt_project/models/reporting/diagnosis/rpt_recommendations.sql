{#- Where to put more requests, and where fewer. "Scale" names a sender and the leads it does best with; every combination
    is tested against all other requests, in one family, and must be better than the same leads are with others or the same
    sender is with others, whoever of the undecided was asked. Never an AI persona, and never leads by what a person is. "Pause" is what rpt_bottlenecks names. -#}
{%- set lead_dimensions = dimensions() | selectattr('recommendable', 'defined') | list -%}

with requests as (

    select * from {{ ref('fnd_period_facts') }}
    where mature_sent = 1 and account_id is not null

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

senders as (

    select
        accounts.account_id,
        accounts.label,
        {{ account_kind('accounts.account_type') }} as account_kind,
        capacity.can_send and capacity.cause is null as is_free_to_send
    from {{ ref('heyreach_accounts') }} as accounts
    inner join {{ ref('fnd_sender_capacity') }} as capacity on accounts.account_id = capacity.account_id

),

labels as (

    select dimension, segment, max(segment_label) as segment_label
    from {{ ref('fnd_segments_labelled') }}
    group by dimension, segment

),

totals as (

    select
        count(*) as sent,
        coalesce(sum(mature_accepted), 0) as accepted
    from requests

),

combinations as (

    {%- for entry in lead_dimensions %}
    select
        '{{ entry.name }}' as lead_dimension,
        {{ loop.index }} as precedence,
        {{ entry.column }} as lead_segment,
        account_id,
        count(*) as sent,
        sum(mature_accepted) as accepted,
        -- The same leads with all senders, and the same sender with all leads.
        sum(count(*)) over (partition by {{ entry.column }}) as lead_sent,
        sum(sum(mature_accepted)) over (partition by {{ entry.column }}) as lead_accepted,
        sum(count(*)) over (partition by account_id) as account_sent,
        sum(sum(mature_accepted)) over (partition by account_id) as account_accepted
    from requests
    where {{ entry.column }} is not null and {{ entry.column }} <> 'unknown'
    group by {{ entry.column }}, account_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- Better than one of the two alone: else it is the sender, or the leads, whoever sends.
compared as (

    select
        *,
        accepted * lead_sent >= lead_accepted * sent and accepted * account_sent >= account_accepted * sent as is_better_together
    from combinations

),

-- Combinations that hold the same requests are one, named by the first dimension that can be advised.
distinct_combinations as (

    select *
    from compared
    qualify row_number() over (partition by account_id, sent, accepted order by not is_better_together, precedence, lead_segment) = 1

),

tested as (

    select
        combinations.*,
        totals.sent - combinations.sent as other_sent,
        totals.accepted - combinations.accepted as other_accepted,
        {{ two_proportion_z('combinations.accepted', 'combinations.sent', '(totals.accepted - combinations.accepted)', '(totals.sent - combinations.sent)') }} as z
    from distinct_combinations as combinations
    cross join totals
    cross join run_parameters
    where least(combinations.sent, totals.sent - combinations.sent) >= run_parameters.collecting_below

),

with_p_values as (

    select
        *,
        -- One-sided: only what is higher is looked for.
        {{ lower_tail_p_value('(-z)') }} as p_value
    from tested

),

ranked as (

    select
        *,
        count(p_value) over () as q_family_size,
        row_number() over (order by p_value nulls last, precedence, lead_segment, account_id) as q_rank,
        1 as family
    from with_p_values

),

judged as (

    select
        *,
        {{ benjamini_hochberg('p_value', 'family') }} as q_value
    from ranked

),

undecided as (

    {%- for entry in lead_dimensions %}
    select
        '{{ entry.name }}' as lead_dimension,
        {{ entry.column }} as lead_segment,
        account_id,
        undecided_group,
        sent_to_date as is_counted
    from {{ ref('fnd_period_facts') }}
    where undecided_mature = 1
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

doubt as (

    {{ undecided_by(['lead_dimension', 'lead_segment', 'account_id'], 'undecided') }}

),

advice as (

    select
        'scale' as advice,
        senders.account_id,
        judged.lead_dimension as dimension,
        judged.lead_segment as segment,
        senders.label || ' x ' || coalesce(labels.segment_label, judged.lead_segment) as segment_label,
        judged.sent as mature_sent,
        cast(judged.accepted as bigint) as mature_accepted,
        {{ rate('judged.accepted', 'judged.sent') }} as accept_rate,
        {{ wilson_low('judged.accepted', 'judged.sent') }} as ci_low,
        {{ wilson_high('judged.accepted', 'judged.sent') }} as ci_high,
        {{ rate('judged.other_accepted', 'judged.other_sent') }} as reference_rate,
        judged.q_value,
        cast(null as double) as recoverable_accepts_per_week,
        senders.label || ' with ' || lower({{ dimension_words('judged.lead_dimension', lead_dimensions) }}) || ' ' || coalesce(labels.segment_label, judged.lead_segment) || ': '
        || round(100 * {{ rate('judged.accepted', 'judged.sent') }}, 1) || ' % of ' || {{ printed_count('judged.sent') }} || ' requests were accepted, '
        || round(100 * {{ rate('judged.other_accepted', 'judged.other_sent') }}, 1) || ' % of all others. Nobody drew lots over who sent to whom, so try more there before counting on it.' as why
    from judged
    inner join senders on judged.account_id = senders.account_id
    left join labels
        on judged.lead_dimension = labels.dimension
        and judged.lead_segment = labels.segment
    left join doubt
        on judged.lead_dimension = doubt.lead_dimension
        and judged.lead_segment = doubt.lead_segment
        and judged.account_id = doubt.account_id
    where {{ is_significant('judged.q_value') }}
        and not {{ is_rate_in_doubt('judged.accepted', 'judged.sent', 'coalesce(doubt.fewer, 0)', 'coalesce(doubt.more, 0)') }}
        and judged.z > 0
        and senders.account_kind = 'real'
        and senders.is_free_to_send
        and judged.is_better_together
    union all
    select
        'pause', null, bottlenecks.dimension, bottlenecks.segment, bottlenecks.segment_label,
        segments.mature_sent, segments.mature_accepted, segments.accept_rate, segments.ci_low, segments.ci_high, null,
        bottlenecks.q_value, bottlenecks.recoverable_accepts_per_week, bottlenecks.why
    from {{ ref('rpt_bottlenecks') }} as bottlenecks
    inner join {{ ref('rpt_segment_performance') }} as segments
        on bottlenecks.dimension = segments.dimension
        and bottlenecks.segment = segments.segment
    where bottlenecks.cause = 'low_acceptance' and bottlenecks.verdict = 'lower'

)

select
    row_number() over (
        order by advice.advice desc, advice.recoverable_accepts_per_week desc nulls last, advice.q_value, advice.dimension, advice.segment, advice.account_id
    ) as rank,
    advice.advice,
    advice.account_id,
    advice.dimension,
    advice.segment,
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
cross join run_parameters
