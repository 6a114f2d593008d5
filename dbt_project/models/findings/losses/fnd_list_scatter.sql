{{ config(materialized='ephemeral') }}

{#- Lists differ, too. How much is estimated by moments from what the others reach in them, beyond chance and the scatter of
    accounts; what is wrong with the segment does not look like scatter then. The usual scatter is added, as for accounts. -#}

with sides as (

    select * from {{ ref('fnd_account_sides') }}

),

totals as (

    select
        dimension,
        segment,
        cast(sum(sent) filter (where is_of_segment) as double) as segment_sent,
        cast(sum(sent) filter (where not is_of_segment) as double) as rest_sent,
        {{ rate('sum(accepted) filter (where not is_of_segment)', 'sum(sent) filter (where not is_of_segment)') }} as rest_rate,
        {{ rate('sum(accepted)', 'sum(sent)') }} * (1 - {{ rate('sum(accepted)', 'sum(sent)') }}) as chance
    from sides
    group by dimension, segment

),

others as (

    select
        dimension,
        segment,
        sum(power(sent, 2)) as squares
    from (
        select
            dimension,
            segment,
            sum(sent) as sent
        from sides
        where not is_of_segment
        group by dimension, segment, account_id
    ) as each_account
    group by dimension, segment

),

lists as (

    select
        sides.dimension,
        sides.segment,
        count(*) as lists,
        {{ spread('sides.accepted', 'sides.sent', 'totals.rest_rate') }} as spread,
        sum(power(sides.sent, 2)) as squares,
        sum(sides.squares / sides.sent) as accounts
    from (
        select
            dimension,
            segment,
            list_id,
            sum(sent) as sent,
            sum(accepted) as accepted,
            sum(power(sent, 2)) as squares
        from sides
        where not is_of_segment
        group by dimension, segment, list_id
    ) as sides
    inner join totals
        on sides.dimension = totals.dimension
        and sides.segment = totals.segment
    group by sides.dimension, sides.segment

)

select
    totals.*,
    account_scatter.scatter_variance as account_scatter,
    (
        (lists.lists - 1) * coalesce(greatest(0, (
            lists.spread - totals.chance * (lists.lists - 1)
            - account_scatter.scatter_variance * power(totals.chance, 2) * (lists.accounts - others.squares / totals.rest_sent)
        ) / nullif(power(totals.chance, 2) * (totals.rest_sent - lists.squares / totals.rest_sent), 0)), 0)
        + {{ usual_groups() }} * power({{ usual_sender_scatter() }}, 2)
    ) / (lists.lists - 1 + {{ usual_groups() }}) as list_scatter
from totals
inner join {{ ref('fnd_account_scatter') }} as account_scatter
    on totals.dimension = account_scatter.dimension
    and totals.segment = account_scatter.segment
inner join others
    on totals.dimension = others.dimension
    and totals.segment = others.segment
inner join lists
    on totals.dimension = lists.dimension
    and totals.segment = lists.segment
