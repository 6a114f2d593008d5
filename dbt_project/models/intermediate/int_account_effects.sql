{#- How an account, a type or a kind of accounts does apart from which leads it got. Mature requests are compared within
    the list they came from (Mantel-Haenszel): a sender who only got a weak list is not below anybody in that list.

    Accounts differ by themselves. How much is estimated by moments from what is left after the lists and after the
    segment and the others each had their own level, together with four accounts' worth of a usual scatter of 0.1 on the
    logit, because a handful of accounts says little about how accounts scatter. It widens the comparison.

    difference = sum((a (c + d) - c (a + b)) / n) / sum((a + b)(c + d) / n) over lists, with a, b accepted and not of the
    segment, c, d of the others in the list; its variance without a difference is that of the Cochran-Mantel-Haenszel
    test without a continuity correction. Checked against statsmodels' StratifiedTable. -#}
{%- set usual_scatter = 0.23 -%}
{%- set usual_accounts = 4 -%}
{%- set dimensions = {'account': 'account_id', 'account_type': 'account_type', 'account_kind': 'account_kind'} -%}

with requests as (

    select
        account_id,
        coalesce(account_type, 'unknown') as account_type,
        coalesce(account_kind, 'unknown') as account_kind,
        coalesce(list_id, 'campaign ' || campaign_id) as list_id,
        mature_accepted as accepted
    from {{ ref('int_period_facts') }}
    where mature_sent = 1 and account_id is not null

),

cells as (

    select
        account_id,
        account_type,
        account_kind,
        list_id,
        count(*) as sent,
        sum(accepted) as accepted
    from requests
    group by account_id, account_type, account_kind, list_id

),

lists as (

    select
        list_id,
        sum(sent) as sent,
        sum(accepted) as accepted,
        sum(sum(sent)) over () as all_sent
    from cells
    group by list_id

),

-- What of each account's acceptances its lists don't explain; over all accounts that adds up to nothing.
accounts as (

    select
        cells.account_id,
        cells.account_type,
        cells.account_kind,
        sum(cells.sent) as sent,
        sum(cells.accepted) as accepted,
        sum(cells.accepted) - sum(cells.sent * {{ rate('lists.accepted', 'lists.sent') }}) as unexplained
    from cells
    inner join lists on cells.list_id = lists.list_id
    group by cells.account_id, cells.account_type, cells.account_kind

),

everybody as (

    select
        count(*) as senders,
        sum(sent) as sent,
        sum(sent * sent) as squares,
        sum(power(unexplained, 2) / sent) as spread,
        {{ rate('sum(accepted)', 'sum(sent)') }} as accept_rate
    from accounts

),

segments as (

    {%- for dimension, column in dimensions.items() %}
    select
        '{{ dimension }}' as dimension,
        {{ column }} as segment,
        count(*) as senders,
        sum(sent) as sent,
        sum(sent * sent) as squares,
        sum(unexplained) as unexplained
    from accounts
    group by {{ column }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

spreads as (

    select
        segments.dimension,
        segments.segment,
        segments.senders,
        everybody.senders - segments.senders as other_senders,
        everybody.accept_rate * (1 - everybody.accept_rate) as chance,
        greatest(everybody.senders - 2, 0) as degrees_of_freedom,
        everybody.spread
        - power(segments.unexplained, 2) / segments.sent
        - coalesce(power(segments.unexplained, 2) / nullif(everybody.sent - segments.sent, 0), 0) as spread,
        -- How much of the spread a scatter between accounts makes, with both levels taken off.
        everybody.sent
        - segments.squares / cast(segments.sent as double)
        - coalesce((everybody.squares - segments.squares) / cast(nullif(everybody.sent - segments.sent, 0) as double), 0) as leverage
    from segments
    cross join everybody

),

scattered as (

    select
        dimension,
        segment,
        senders,
        other_senders,
        (
            degrees_of_freedom * coalesce(greatest(0, (spread - chance * degrees_of_freedom) / nullif(leverage, 0)), 0)
            + {{ usual_accounts }} * power({{ usual_scatter }} * chance, 2)
        ) / (degrees_of_freedom + {{ usual_accounts }})
        * (1 / cast(senders as double) + coalesce(1 / cast(nullif(other_senders, 0) as double), 0)) as scatter_variance
    from spreads

),

segment_cells as (

    {%- for dimension, column in dimensions.items() %}
    select
        '{{ dimension }}' as dimension,
        {{ column }} as segment,
        list_id,
        sum(sent) as sent,
        sum(accepted) as accepted
    from cells
    group by {{ column }}, list_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

compared as (

    select
        segment_cells.dimension,
        segment_cells.segment,
        sum(segment_cells.sent) filter (where lists.sent > segment_cells.sent) as compared_sent,
        -- At the mix of lists of all requests, as far as the segment was sent there.
        sum(lists.sent * {{ rate('segment_cells.accepted', 'segment_cells.sent') }}) / sum(lists.sent) as standardized_rate,
        sum(lists.sent) / cast(max(lists.all_sent) as double) as standardized_share,
        sum(segment_cells.sent * (lists.sent - segment_cells.sent) / cast(lists.sent as double)) as weight,
        sum(segment_cells.accepted - segment_cells.sent * {{ rate('lists.accepted', 'lists.sent') }}) as fewer_or_more,
        sum(
            segment_cells.sent * cast(lists.sent - segment_cells.sent as double)
            * lists.accepted * (lists.sent - lists.accepted) / nullif(power(lists.sent, 2) * (lists.sent - 1), 0)
        ) as chance_variance
    from segment_cells
    inner join lists on segment_cells.list_id = lists.list_id
    group by segment_cells.dimension, segment_cells.segment

)

select
    compared.dimension,
    compared.segment,
    scattered.senders,
    scattered.other_senders,
    cast(coalesce(compared.compared_sent, 0) as bigint) as compared_sent,
    -- Rounded, because a sum of fractions depends on its order in the last digits.
    round(compared.standardized_rate, 12) as standardized_rate,
    round(compared.standardized_share, 12) as standardized_share,
    round(compared.fewer_or_more / nullif(compared.weight, 0), 12) as difference_within_lists,
    round(
        compared.fewer_or_more / nullif(compared.weight, 0)
        / nullif(sqrt(compared.chance_variance / nullif(power(compared.weight, 2), 0)), 0),
        12
    ) as z_by_chance,
    round(
        compared.fewer_or_more / nullif(compared.weight, 0)
        / nullif(sqrt(compared.chance_variance / nullif(power(compared.weight, 2), 0) + scattered.scatter_variance), 0),
        12
    ) as z_within_lists
from compared
inner join scattered
    on compared.dimension = scattered.dimension
    and compared.segment = scattered.segment
