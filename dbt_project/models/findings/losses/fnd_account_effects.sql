{#- How an account, a type or a kind of accounts does apart from which leads it got. Mature requests are compared within
    the list they came from (Mantel-Haenszel): a sender who only got a weak list is not below anybody in that list.

    What verdicts go by is more careful and more exact at once: fnd_account_levels allows for how accounts scatter, and takes
    the others' lists for what they are worth, too. -#}

with sides as (

    select * from {{ ref('fnd_account_sides') }}

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
        {{ mantel_haenszel_risk_difference_error() }} as difference_error,
        sqrt({{ mantel_haenszel_chi_square() }}) as distance
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
        sqrt(sum(power(a + b + c + d, 2) * {{ variance_of_rate('a', 'a + b') }})) / sum(a + b + c + d) as standardized_error,
        sum(a + b + c + d) / cast(max(everybody.sent) as double) as standardized_share
    from lists
    cross join (
        select sum(sent) as sent
        from sides
        where dimension = 'account' and is_of_segment
    ) as everybody
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
    {%- set reach = z_of_significance() ~ ' * standardized.standardized_error' %}
    round(greatest(standardized.standardized_rate - {{ reach }}, 0), 12) as standardized_rate_low,
    round(least(standardized.standardized_rate + {{ reach }}, 1), 12) as standardized_rate_high,
    round(standardized.standardized_share, 12) as standardized_share,
    compared.difference_within_lists,
    {%- set reach = z_of_significance() ~ ' * compared.difference_error' %}
    round(greatest(compared.difference_within_lists - {{ reach }}, -1), 12) as difference_within_lists_low,
    round(least(compared.difference_within_lists + {{ reach }}, 1), 12) as difference_within_lists_high,
    round(scattered.difference_without_worst, 12) as difference_without_worst,
    round(sign(compared.difference_within_lists) * compared.distance, 12) as z_by_chance,
    round(levels.z, 12) as z
from {{ ref('fnd_account_scatter') }} as scattered
inner join standardized
    on scattered.dimension = standardized.dimension
    and scattered.segment = standardized.segment
left join compared
    on scattered.dimension = compared.dimension
    and scattered.segment = compared.segment
left join {{ ref('fnd_account_levels') }} as levels
    on scattered.dimension = levels.dimension
    and scattered.segment = levels.segment
