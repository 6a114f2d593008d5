{#- What a segment does over clients. In each workspace it is compared with the rest of that workspace, so that a client with a high
    rate lifts no segment; what clients say is then combined so that how much they differ is in the width of the interval.

    Log odds ratios, 0.5 added to each cell (Haldane 1956, Anscombe 1956); the variance between clients by moments (DerSimonian and
    Laird 1986); the interval by how the clients scatter, with t of one degree fewer than clients (Hartung and Knapp 2001, Sidik and
    Jonkman 2002), and never narrower than by the variances alone (Roever, Knapp and Friede 2015): three clients that happen to agree
    prove less than their agreement seems to say. The range of the next client with the same t (IntHout and others 2016). -#}
{%- set of_segment = 'over (partition by dimension, segment)' -%}
{%- set weight = '(1e0 / variance)' -%}
{%- set random_weight = '(1e0 / (variance + between_variance))' %}

with in_workspaces as (

    select
        own.dimension,
        own.segment,
        own.segment_label,
        own.as_of,
        own.mature_sent,
        own.mature_accepted,
        own.mature_sent >= client.hide_rate_below
        and own.rest_mature_sent >= client.hide_rate_below
        and own.rate_withheld_because is null as is_enough,
        own.mature_accepted + 0.5e0 as a,
        own.mature_sent - own.mature_accepted + 0.5e0 as b,
        own.rest_mature_accepted + 0.5e0 as c,
        own.rest_mature_sent - own.rest_mature_accepted + 0.5e0 as d
    from {{ source('lake', 'segments') }} as own
    inner join {{ source('lake', 'workspaces') }} as client on own.workspace_id = client.workspace_id

),

seen as (

    select
        dimension,
        segment,
        max(segment_label) as segment_label,
        cast(count(case when is_enough then 1 end) as bigint) as workspaces,
        cast(coalesce(sum(case when is_enough then mature_sent end), 0) as bigint) as mature_sent,
        cast(coalesce(sum(case when is_enough then mature_accepted end), 0) as bigint) as mature_accepted,
        max(as_of) as as_of
    from in_workspaces
    group by dimension, segment

),

effects as (

    select
        dimension,
        segment,
        ln(a * d / (b * c)) as effect,
        1e0 / a + 1e0 / b + 1e0 / c + 1e0 / d as variance
    from in_workspaces
    where is_enough

),

weighed as (

    select
        *,
        count(*) {{ of_segment }} - 1 as degrees,
        {{ exact_sum(weight, of_segment) }} as weights,
        {{ exact_sum(weight ~ ' * ' ~ weight, of_segment) }} as squared_weights,
        {{ exact_sum('effect * ' ~ weight, of_segment) }} as weighted_effects
    from effects

),

scattered as (

    select
        *,
        {{ exact_sum('power(effect - weighted_effects / weights, 2) * ' ~ weight, of_segment) }} as scatter
    from weighed

),

between_clients as (

    select
        *,
        case
            when degrees > 0 then greatest(0e0, (scatter - degrees) / (weights - squared_weights / weights))
        end as between_variance
    from scattered

),

pooled as (

    select
        *,
        {{ exact_sum(random_weight, of_segment) }} as random_weights,
        {{ exact_sum('effect * ' ~ random_weight, of_segment) }} / {{ exact_sum(random_weight, of_segment) }} as pooled_effect
    from between_clients
    where degrees + 1 >= {{ fewest_clients() }}

),

combined as (

    select
        dimension,
        segment,
        max(degrees) as degrees,
        max(pooled_effect) as pooled_effect,
        max(between_variance) as between_variance,
        max(case when scatter > 0e0 then greatest(0e0, (scatter - degrees) / scatter) else 0e0 end) as i_squared,
        greatest(1e0, {{ exact_sum('power(effect - pooled_effect, 2) * ' ~ random_weight) }} / max(degrees))
        / max(random_weights) as squared_error
    from pooled
    group by dimension, segment

),

judged as (

    select
        *,
        {{ student_quantile('degrees') }} * sqrt(squared_error) as half_width,
        {{ student_quantile('degrees') }} * sqrt(squared_error + between_variance) as half_width_of_next,
        pooled_effect / sqrt(squared_error) as t_value
    from combined

),

tested as (

    select
        judged.*,
        {{ student_p_value('t_value', 'degrees') }} as p_value
    from judged

),

ranked as (

    select
        *,
        'all' as family,
        count(*) over () as q_family_size,
        row_number() over (order by p_value, dimension, segment) as q_rank
    from tested

),

corrected as (

    select
        *,
        {{ benjamini_hochberg('p_value', 'family') }} as q_value
    from ranked

)

select
    seen.dimension,
    seen.segment,
    seen.segment_label,
    seen.workspaces,
    seen.mature_sent,
    seen.mature_accepted,
    exp(corrected.pooled_effect) as odds_ratio,
    exp(corrected.pooled_effect - corrected.half_width) as odds_ratio_low,
    exp(corrected.pooled_effect + corrected.half_width) as odds_ratio_high,
    sqrt(corrected.between_variance) as tau,
    corrected.i_squared,
    exp(corrected.pooled_effect - corrected.half_width_of_next) as prediction_low,
    exp(corrected.pooled_effect + corrected.half_width_of_next) as prediction_high,
    corrected.p_value,
    corrected.q_value,
    case
        when corrected.q_value is null then 'collecting'
        when {{ is_significant('corrected.q_value') }} and corrected.pooled_effect < 0e0 then 'lower'
        when {{ is_significant('corrected.q_value') }} then 'higher'
        else 'not_separable'
    end as verdict,
    seen.as_of
from seen
left join corrected
    on seen.dimension = corrected.dimension
    and seen.segment = corrected.segment
