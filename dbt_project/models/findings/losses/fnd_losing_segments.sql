{#- One cause is named once. Of the segments that are lower, the one with the clearest difference is taken, its requests
    are set aside, and the rest is looked at again without them: what was low only because of it no longer is. A segment
    that holds mostly the same requests (four in five of either) and is nearly as clear goes before it when it is what an
    operator chose rather than what follows from it (order of loss_dimensions()). Six rounds: nobody mends more at once. -#}
{%- set rounds = 6 -%}
{%- set mostly_the_same = 0.8 -%}
{%- set nearly_as_clear = 0.5 -%}

with candidates as (

    select * from {{ ref('fnd_loss_candidates') }}

),

-- The least clear difference that the family lets pass: what is left of a segment has to reach it, too.
bar as (

    select {{ significance() }} * count(*) filter (where {{ is_significant('q_value') }}) / nullif(count(p_value), 0) as p_value
    from {{ ref('fnd_loss_tests') }}

),

totals_0 as (

    select
        count(*) as sent,
        coalesce(sum(evidence_accepted), 0) as accepted
    from {{ ref('fnd_period_facts') }}
    where evidence_sent = 1

),

members_0 as (

    select * from {{ ref('fnd_loss_kinds') }}

),

{%- for round in range(1, rounds + 1) %}
{%- set before = round - 1 %}

scores_{{ round }} as (

    select
        candidate,
        sent,
        accepted,
        {{ two_proportion_z('accepted', 'sent', '(all_accepted - accepted)', '(all_sent - sent)') }} as z
    from (
        select
            members.candidate,
            sum(members.sent) as sent,
            sum(members.accepted) as accepted,
            max(totals.sent) as all_sent,
            max(totals.accepted) as all_accepted
        from members_{{ before }} as members
        cross join totals_{{ before }} as totals
        group by members.candidate
    ) as sums

),

clearest_{{ round }} as (

    select scores.*
    from scores_{{ round }} as scores
    inner join candidates on scores.candidate = candidates.candidate
    cross join bar
    where scores.z < 0
        and (scores.sent = candidates.trials or {{ lower_tail_p_value('scores.z') }} / candidates.weight <= bar.p_value)
    order by scores.z, scores.candidate
    limit 1

),

winner_{{ round }} as (

    select
        {{ round }} as round,
        scores.candidate,
        scores.sent,
        scores.accepted,
        scores.z
    from scores_{{ round }} as scores
    inner join candidates on scores.candidate = candidates.candidate
    cross join clearest_{{ round }} as clearest
    left join (
        select
            others.candidate,
            sum(others.sent) as sent
        from members_{{ before }} as others
        inner join members_{{ before }} as those
            on others.kind = those.kind
        inner join clearest_{{ round }} as clearest on those.candidate = clearest.candidate
        group by others.candidate
    ) as shared on scores.candidate = shared.candidate
    where scores.candidate = clearest.candidate
        or (
            coalesce(shared.sent, 0) * 1.0 >= {{ mostly_the_same }} * (scores.sent + clearest.sent - coalesce(shared.sent, 0))
            and scores.z <= clearest.z + {{ nearly_as_clear }}
        )
    order by candidates.precedence, scores.z, scores.candidate
    limit 1

),

members_{{ round }} as (

    select members.*
    from members_{{ before }} as members
    where members.kind not in (
        select taken.kind
        from members_{{ before }} as taken
        inner join winner_{{ round }} as winner on taken.candidate = winner.candidate
    )

),

totals_{{ round }} as (

    select
        totals.sent - coalesce(winner.sent, 0) as sent,
        totals.accepted - coalesce(winner.accepted, 0) as accepted
    from totals_{{ before }} as totals
    left join winner_{{ round }} as winner on true

),
{%- endfor %}

winners as (

    {%- for round in range(1, rounds + 1) %}
    select * from winner_{{ round }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    winners.round,
    candidates.cause,
    candidates.dimension,
    candidates.segment,
    cast(winners.sent as bigint) as evidence_sent,
    cast(winners.accepted as bigint) as evidence_accepted,
    candidates.q_value,
    -- What everything else reaches: the rate a loss is measured against.
    {{ rate('remaining.accepted', 'remaining.sent') }} as reference_rate
from winners
inner join candidates on winners.candidate = candidates.candidate
cross join totals_{{ rounds }} as remaining
