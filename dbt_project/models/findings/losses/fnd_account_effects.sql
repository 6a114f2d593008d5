{#- How an account, a type or a kind of accounts does apart from which leads it got. Mature requests are compared within
    the list they came from (Mantel-Haenszel): a sender who only got a weak list is not below anybody in that list.

    Accounts differ by themselves. How much is estimated by moments from what is left of each account after its lists have
    their own level, separately among the segment's accounts and among the others, so that what is wrong with the segment
    does not look like scatter; and twelve accounts' worth of the scatter measured on a public table of 33 accounts is
    added, because a handful of accounts says little about how accounts scatter. Each account counts by its share of the
    comparison: whoever is compared with one other alone is compared with that one's luck.

    z = z0 / sqrt(1 + v (z0 / l)^2), with z0 of the Cochran-Mantel-Haenszel test, v the variance by scatter and l the log of the
    Mantel-Haenszel odds ratio, whose standard error by chance is l / z0 (test-based, Miettinen 1976). On the logit scale,
    because accounts scatter there: on the scale of rates a low rate has less room. -#}
{%- set usual_accounts = 12 -%}
{%- set sender_dimensions = sender_loss_dimensions() -%}
{%- set attributes = sender_loss_attributes() | map(attribute='column') | list -%}

with requests as (

    select
        account_id,
        {%- for column in attributes %}
        coalesce({{ column }}, 'unknown') as {{ column }},
        {%- endfor %}
        coalesce(list_id, 'campaign ' || campaign_id) as list_id,
        mature_accepted as accepted
    from {{ ref('fnd_period_facts') }}
    where mature_sent = 1 and account_id is not null

),

cells as (

    select
        account_id,
        {%- for column in attributes %}
        {{ column }},
        {%- endfor %}
        list_id,
        count(*) as sent,
        sum(accepted) as accepted
    from requests
    group by account_id, {{ attributes | join(', ') }}, list_id

),

everybody as (

    select
        sum(sent) as sent,
        {{ rate('sum(accepted)', 'sum(sent)') }} as accept_rate
    from cells

),

segments as (

    {%- for entry in sender_dimensions %}
    select distinct
        '{{ entry.name }}' as dimension,
        {{ entry.column }} as segment
    from cells
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- Each segment against all others: two sides of every list.
sides as (

    select
        segments.dimension,
        segments.segment,
        cells.account_id,
        cells.list_id,
        cells.sent,
        cells.accepted,
        segments.segment = case segments.dimension
            {%- for entry in sender_dimensions %}
            when '{{ entry.name }}' then cells.{{ entry.column }}
            {%- endfor %}
        end as is_of_segment
    from segments
    cross join cells

),

with_lists as (

    select
        *,
        sum(sent) over (partition by dimension, segment, list_id) as list_sent,
        sum(accepted) over (partition by dimension, segment, list_id) as list_accepted,
        sum(sent) over (partition by dimension, segment, list_id, is_of_segment) as side_sent,
        sum(accepted) over (partition by dimension, segment, list_id, is_of_segment) as side_accepted
    from sides

),

-- What of each account's acceptances its side of the lists does not explain, and how much of that chance would leave.
accounts as (

    select
        dimension,
        segment,
        is_of_segment,
        account_id,
        sum(sent) as sent,
        sum(accepted - sent * {{ rate('side_accepted', 'side_sent') }}) as unexplained,
        sum(
            sent * cast(side_sent - sent as double) * side_accepted * (side_sent - side_accepted)
            / nullif(power(side_sent, 2) * (side_sent - 1), 0)
        ) as chance_variance,
        sum(sent * (side_sent - sent) / cast(side_sent as double)) as compared_with_own_side,
        sum(sent * (list_sent - side_sent) / cast(list_sent as double)) as compared_with_other_side,
        sum(sent) filter (where list_sent > side_sent) as sent_beside_others,
        sum(accepted - sent * {{ rate('list_accepted - side_accepted', 'list_sent - side_sent') }}) filter (where list_sent > side_sent) as beyond_others
    from with_lists
    group by dimension, segment, is_of_segment, account_id

),

spreads as (

    select
        dimension,
        segment,
        is_of_segment,
        count(*) as senders,
        sum(power(unexplained, 2) / sent) as spread,
        coalesce(sum(chance_variance / sent), 0) as spread_by_chance,
        sum(compared_with_own_side / sent) as degrees_of_freedom,
        -- How much spread a scatter of one would make: an account's own, and a share of everybody else's.
        sum(power(compared_with_own_side, 2) / sent) * count(*) / cast(nullif(count(*) - 1, 0) as double) as leverage,
        sum(power(compared_with_other_side, 2)) / nullif(power(sum(compared_with_other_side), 2), 0) as concentration
    from accounts
    group by dimension, segment, is_of_segment

),

scattered as (

    select
        spreads.dimension,
        spreads.segment,
        cast(sum(spreads.senders) filter (where spreads.is_of_segment) as bigint) as senders,
        cast(coalesce(sum(spreads.senders) filter (where not spreads.is_of_segment), 0) as bigint) as other_senders,
        (
            coalesce(
                sum(spreads.degrees_of_freedom) * greatest(0, sum(spreads.spread - spreads.spread_by_chance))
                / nullif(sum(spreads.leverage) * power(max(everybody.accept_rate * (1 - everybody.accept_rate)), 2), 0),
                0
            )
            + {{ usual_accounts }} * power({{ usual_sender_scatter() }}, 2)
        ) / (sum(spreads.degrees_of_freedom) + {{ usual_accounts }})
        * sum(spreads.concentration) as scatter_variance
    from spreads
    cross join everybody
    group by spreads.dimension, spreads.segment

),

-- A type or kind that is low by its worst account alone is that account.
without_worst as (

    select
        dimension,
        segment,
        (sum(beyond_others) - min(beyond_others))
        / nullif(sum(sent_beside_others) - min_by(sent_beside_others, beyond_others), 0) as difference_without_worst
    from accounts
    where is_of_segment
    group by dimension, segment

),

-- a and b of the segment accepted and not, c and d of the others.
lists as (

    select
        dimension,
        segment,
        list_id,
        coalesce(sum(accepted) filter (where is_of_segment), 0) as a,
        coalesce(sum(sent - accepted) filter (where is_of_segment), 0) as b,
        coalesce(sum(accepted) filter (where not is_of_segment), 0) as c,
        coalesce(sum(sent - accepted) filter (where not is_of_segment), 0) as d
    from sides
    group by dimension, segment, list_id

),

compared as (

    select
        dimension,
        segment,
        sum(a + b) as compared_sent,
        {{ mantel_haenszel_risk_difference() }} as difference_within_lists,
        sqrt({{ mantel_haenszel_chi_square() }}) as distance,
        {{ mantel_haenszel_log_odds_ratio() }} as log_odds_ratio
    from lists
    where a + b > 0 and c + d > 0
    group by dimension, segment

),

standardized as (

    select
        lists.dimension,
        lists.segment,
        -- At the mix of lists of all requests, as far as the segment was sent there.
        sum((a + b + c + d) * {{ rate('a', 'a + b') }}) / sum(a + b + c + d) as standardized_rate,
        sum(a + b + c + d) / cast(max(everybody.sent) as double) as standardized_share
    from lists
    cross join everybody
    where a + b > 0
    group by lists.dimension, lists.segment

)

select
    scattered.dimension,
    scattered.segment,
    scattered.senders,
    scattered.other_senders,
    cast(coalesce(compared.compared_sent, 0) as bigint) as compared_sent,
    -- Rounded, because a sum of fractions depends on its order in the last digits.
    round(standardized.standardized_rate, 12) as standardized_rate,
    round(standardized.standardized_share, 12) as standardized_share,
    compared.difference_within_lists,
    round(without_worst.difference_without_worst, 12) as difference_without_worst,
    round(sign(compared.difference_within_lists) * compared.distance, 12) as z_by_chance,
    round(
        sign(compared.difference_within_lists) * compared.distance
        / sqrt(1 + coalesce(scattered.scatter_variance * power(compared.distance / nullif(compared.log_odds_ratio, 0), 2), 0)),
        12
    ) as z_within_lists
from scattered
inner join standardized
    on scattered.dimension = standardized.dimension
    and scattered.segment = standardized.segment
inner join without_worst
    on scattered.dimension = without_worst.dimension
    and scattered.segment = without_worst.segment
left join compared
    on scattered.dimension = compared.dimension
    and scattered.segment = compared.segment
