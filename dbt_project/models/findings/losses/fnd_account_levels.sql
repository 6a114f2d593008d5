{{ config(materialized='ephemeral') }}

{#- An account, a type or a kind of accounts list by list against what the others reach there, as far as that is the list's own
    level (macros/statistics/levels.sql). Where lists hardly differ an account is so compared with all others, and not only
    with the two or three it shares lists with, whose luck would count for much. -#}

with sides as (

    select * from {{ ref('fnd_account_sides') }}

),

lists as (

    select
        dimension,
        segment,
        list_id,
        cast(coalesce(sum(sent) filter (where is_of_segment), 0) as double) as sent,
        coalesce(sum(accepted) filter (where is_of_segment), 0) as accepted,
        cast(coalesce(sum(sent) filter (where not is_of_segment), 0) as double) as others_sent,
        coalesce(sum(accepted) filter (where not is_of_segment), 0) as others_accepted,
        coalesce(sum(power(sent, 2)) filter (where not is_of_segment), 0) as others_squares
    from sides
    group by dimension, segment, list_id

),

weighed as (

    select
        *,
        case
            when sent > 0 then {{ level_weight('list_scatter', 'chance', 'known', 'sent') }} else 0
        end as weight
    from (
        select
            lists.*,
            scattered.* exclude (dimension, segment),
            {{ level_known(
                'list_scatter', 'chance',
                '(1 / nullif(others_sent, 0) + account_scatter * chance * others_squares / nullif(power(others_sent, 2), 0))'
            ) }} as known
        from lists
        inner join {{ ref('fnd_list_scatter') }} as scattered
            on lists.dimension = scattered.dimension
            and lists.segment = scattered.segment
    ) as with_known

),

-- What each list's acceptances add to the difference: those of the segment (share) and those of the others.
shared as (

    select
        *,
        share * known + sum(share * (1 - known)) over (partition by dimension, segment) * others_sent / rest_sent as others_share
    from (
        select
            *,
            weight / sum(weight) over (partition by dimension, segment) as share
        from weighed
    ) as with_shares

),

-- An account has the same luck in all of its lists.
accounts as (

    select
        shared.dimension,
        shared.segment,
        sides.account_id,
        power(sum(
            case
                when sides.is_of_segment then shared.share * sides.sent / shared.sent
                else shared.others_share * sides.sent / shared.others_sent
            end
        ), 2) as squared_share
    from shared
    inner join sides
        on shared.dimension = sides.dimension
        and shared.segment = sides.segment
        and shared.list_id = sides.list_id
    group by shared.dimension, shared.segment, sides.account_id

)

select
    lists.dimension,
    lists.segment,
    {{ z_allowing_for_scatter(
        'lists.difference', 'lists.chance_variance',
        '(lists.variance_by_lists + lists.account_scatter * accounts.squared_share)', 'lists.rest_rate', 'lists.segment_sent'
    ) }} as z
from (
    select
        dimension,
        segment,
        max(rest_rate) as rest_rate,
        max(segment_sent) as segment_sent,
        max(account_scatter) as account_scatter,
        sum(share * ({{ beyond_level(
            'accepted', 'nullif(sent, 0)', 'others_accepted', 'others_sent', 'known', 'rest_rate'
        ) }})) as difference,
        max(chance) * sum(
            coalesce(power(share, 2) / nullif(sent, 0), 0) + coalesce(power(others_share, 2) / nullif(others_sent, 0), 0)
        ) as chance_variance,
        max(list_scatter) * sum(power(share - others_share, 2)) as variance_by_lists
    from shared
    group by dimension, segment
) as lists
inner join (
    select
        dimension,
        segment,
        sum(squared_share) as squared_share
    from accounts
    group by dimension, segment
) as accounts
    on lists.dimension = accounts.dimension
    and lists.segment = accounts.segment
