{#- How a source, list, ICP or any other kind of leads does apart from which senders got it.

    Within senders: mature requests (evidence_sent) are compared sender by sender (Cochran-Mantel-Haenszel without a continuity
    correction, as fnd_account_effects does within lists), so that two weak senders are no reason to call their list weak.

    Across senders: the plain comparison with all others, with a variance that allows for the scatter between senders as
    far as the two sides are spread differently over them (usual_sender_scatter). Where hardly any sender has leads of both
    sides, this one is the more exact; the more exact one counts. -#}

with requests as (

    select
        *,
        coalesce(account_id, 'unassigned') as sender
    from {{ ref('fnd_period_facts') }}
    where evidence_sent = 1

),

cells as (

    {%- for entry in exclusive_dimensions() if entry.loss is defined and entry.of != 'sender' %}
    select
        '{{ entry.name }}' as dimension,
        {{ entry.column }} as segment,
        sender,
        count(*) as sent,
        sum(evidence_accepted) as accepted
    from requests
    where {{ entry.column }} is not null
    group by {{ entry.column }}, sender
    union all
    {%- endfor %}
    select
        'keyword' as dimension,
        keyword as segment,
        sender,
        count(*) as sent,
        sum(evidence_accepted) as accepted
    from (select sender, evidence_accepted, unnest({{ split_keywords('keywords') }}) as keyword from requests) as keyword_requests
    group by keyword, sender

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

segments as (

    select
        dimension,
        segment,
        sum(sent) as sent,
        sum(accepted) as accepted
    from cells
    group by dimension, segment

),

compared as (

    select
        cells.dimension,
        cells.segment,
        cast(max(segments.sent) as double) as sent,
        max(segments.accepted) as accepted,
        cast(max(senders.all_sent) - max(segments.sent) as double) as rest_sent,
        max(senders.all_accepted) - max(segments.accepted) as rest_accepted,
        sum(cells.accepted - cells.sent * {{ rate('senders.accepted', 'senders.sent') }}) as fewer_or_more,
        sum(cells.sent * (senders.sent - cells.sent) / cast(senders.sent as double)) as weight,
        sum(
            cells.sent * cast(senders.sent - cells.sent as double)
            * senders.accepted * (senders.sent - senders.accepted) / nullif(power(senders.sent, 2) * (senders.sent - 1), 0)
        ) as chance_variance,
        sum(power(cells.sent, 2)) as squares,
        sum(cells.sent * cast(senders.sent - cells.sent as double)) as products,
        max(senders.all_squares) - sum(2.0 * cells.sent * senders.sent - power(cells.sent, 2)) as rest_squares
    from cells
    inner join senders on cells.sender = senders.sender
    inner join segments
        on cells.dimension = segments.dimension
        and cells.segment = segments.segment
    group by cells.dimension, cells.segment

),

measured as (

    select
        *,
        fewer_or_more / nullif(weight, 0) as difference_within_senders,
        chance_variance / nullif(power(weight, 2), 0) as variance_within_senders,
        accepted / sent - rest_accepted / nullif(rest_sent, 0) as difference_across_senders,
        chance * (1 / sent + 1 / nullif(rest_sent, 0))
        + power({{ usual_sender_scatter() }} * chance, 2)
        * (
            squares / power(sent, 2)
            - 2 * products / nullif(sent * rest_sent, 0)
            + rest_squares / nullif(power(rest_sent, 2), 0)
        ) as variance_across_senders
    from (
        select
            *,
            (accepted + rest_accepted) / (sent + rest_sent) * (1 - (accepted + rest_accepted) / (sent + rest_sent)) as chance
        from compared
    ) as with_chance

)

select
    dimension,
    segment,
    -- Rounded, because a sum of fractions depends on its order in the last digits.
    round(difference_within_senders / nullif(sqrt(variance_within_senders), 0), 12) as z_within_senders,
    round(difference_across_senders / nullif(sqrt(variance_across_senders), 0), 12) as z_across_senders,
    coalesce(variance_within_senders <= variance_across_senders, false) as is_within_senders_more_exact
from measured
