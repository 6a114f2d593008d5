{#- How a source, list, ICP or any other kind of leads does apart from which senders got it. Mature requests (evidence_sent) are compared
    sender by sender with what that sender does elsewhere, as far as this is known (macros/statistics/levels.sql), so that two
    weak senders are no reason to call their list weak, nor is a sender that sends nothing else left out. -#}
{%- set scatter_variance = 'power(' ~ usual_sender_scatter() ~ ', 2)' %}

with requests as (

    select
        *,
        coalesce(account_id, 'unassigned') as sender
    from {{ ref('fnd_period_facts') }}
    where evidence_sent = 1

),

cells as (

    {%- for entry in loss_dimensions() if entry.of != 'sender' %}
    select
        '{{ entry.name }}' as dimension,
        {{ entry.column }} as segment,
        sender,
        count(*) as sent,
        sum(evidence_accepted) as accepted
    from {{ facts_by(entry, 'requests') }}
    where {{ entry.column }} is not null
    group by {{ entry.column }}, sender
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

senders as (

    select
        sender,
        count(*) as sent,
        sum(evidence_accepted) as accepted,
        sum(count(*)) over () as all_sent,
        sum(power(count(*), 2)) over () as all_squares,
        sum(sum(evidence_accepted)) over () as all_accepted
    from requests
    group by sender

),

-- Each sender in the segment, beside what it does elsewhere and what is done without the segment.
beside as (

    select
        *,
        cast(all_sent - segment_sent as double) as rest_sent,
        {{ rate('all_accepted - segment_accepted', 'all_sent - segment_sent') }} as rest_rate,
        {{ rate('all_accepted', 'all_sent') }} * (1 - {{ rate('all_accepted', 'all_sent') }}) as chance
    from (
        select
            cells.*,
            senders.* exclude (sender, sent, accepted),
            senders.sent as sender_sent,
            cast(senders.sent - cells.sent as double) as others_sent,
            senders.accepted - cells.accepted as others_accepted,
            sum(cells.sent) over segment as segment_sent,
            sum(cells.accepted) over segment as segment_accepted
        from cells
        inner join senders on cells.sender = senders.sender
        window segment as (partition by cells.dimension, cells.segment)
    ) as with_others
    where all_sent > segment_sent

),

weighed as (

    select
        *,
        {{ level_weight(scatter_variance, 'chance', 'known', 'sent') }} as weight
    from (
        select
            *,
            {{ level_known(scatter_variance, 'chance', '1 / nullif(others_sent, 0)') }} as known
        from beside
    ) as with_known

),

estimated as (

    select
        *,
        weight / sum(weight) over segment as share,
        sum(weight * (1 - known)) over segment / sum(weight) over segment as unknown
    from weighed
    window segment as (partition by dimension, segment)

)

-- What each sender's acceptances add to the difference, in the segment (share) and elsewhere (others_share).
-- Rounded, because a sum of fractions depends on its order in the last digits.
select
    dimension,
    segment,
    round({{ z_allowing_for_scatter('difference', 'chance_variance', 'scatter_variance', 'rest_rate', 'sent') }}, 12) as z
from (
    select
        dimension,
        segment,
        max(segment_sent) as sent,
        max(rest_rate) as rest_rate,
        sum(share * ({{ beyond_level('accepted', 'sent', 'others_accepted', 'others_sent', 'known', 'rest_rate') }})) as difference,
        max(chance) * (
            sum(power(share, 2) / sent + coalesce(power(others_share, 2) / nullif(others_sent, 0), 0))
            + max(power(unknown / rest_sent, 2)) * (max(all_sent) - sum(sender_sent))
        ) as chance_variance,
        {{ scatter_variance }} * (
            sum(power(share - others_share, 2))
            + max(power(unknown / rest_sent, 2)) * (max(all_squares) - sum(power(sender_sent, 2)))
        ) as scatter_variance
    from (
        select
            *,
            share * known + unknown * others_sent / rest_sent as others_share
        from estimated
    ) as with_shares
    group by dimension, segment
) as measured
