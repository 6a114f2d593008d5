{{ config(materialized='ephemeral') }}

{#- Accounts differ by themselves. How much is estimated by moments from what is left of each account after its lists have
    their own level, separately among the segment's accounts and among the others, so that what is wrong with the segment
    does not look like scatter; and twelve accounts' worth of the scatter measured on a public table of 33 accounts is
    added, because a handful of accounts says little about how accounts scatter. -#}

with everybody as (

    select {{ rate('sum(accepted)', 'sum(sent)') }} as accept_rate
    from {{ ref('fnd_account_sides') }}
    where dimension = 'account' and is_of_segment

),

with_lists as (

    select
        *,
        sum(sent) over (partition by dimension, segment, list_id) as list_sent,
        sum(accepted) over (partition by dimension, segment, list_id) as list_accepted,
        sum(sent) over (partition by dimension, segment, list_id, is_of_segment) as side_sent,
        sum(accepted) over (partition by dimension, segment, list_id, is_of_segment) as side_accepted
    from {{ ref('fnd_account_sides') }}

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
        sum(sent) filter (where list_sent > side_sent) as sent_beside_others,
        sum(
            accepted - sent * {{ rate('list_accepted - side_accepted', 'list_sent - side_sent') }}
        ) filter (where list_sent > side_sent) as beyond_others
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
        sum(power(compared_with_own_side, 2) / sent) * count(*) / cast(nullif(count(*) - 1, 0) as double) as leverage
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
            + {{ usual_groups() }} * power({{ usual_sender_scatter() }}, 2)
        ) / (sum(spreads.degrees_of_freedom) + {{ usual_groups() }}) as scatter_variance
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

)

select
    scattered.*,
    without_worst.difference_without_worst
from scattered
inner join without_worst
    on scattered.dimension = without_worst.dimension
    and scattered.segment = without_worst.segment
