{#- While nothing is old enough to judge: which sources, ICPs and senders were accepted most within the early window, as far as the
    first look after it shows. No accept rate, and no verdict: who is slow to answer is missing. Only where one looks every day. -#}
{%- set most_hours_between_pulls = 24 -%}
{%- set ranked_dimensions = ['source', 'icp', 'account'] -%}

with requests as (

    select
        described.*,
        early.is_accepted_early
    from {{ ref('fnd_early_requests') }} as early
    inner join {{ ref('fnd_connections_described') }} as described on early.connection_id = described.connection_id
    cross join {{ ref('rpt_verdict_basis') }} as basis
    cross join {{ ref('fnd_acceptance_alarm_reach') }} as reach
    where basis.has_mature < basis.hide_rate_below
        and reach.hours_between_pulls <= {{ most_hours_between_pulls }}

),

counted as (

    {%- for entry in dimensions() if entry.name in ranked_dimensions %}
    select
        '{{ entry.name }}' as dimension,
        {{ entry.column }} as segment,
        count(*) as sent,
        count(*) filter (where is_accepted_early) as accepted
    from requests
    where {{ segment_of(entry) }} not in ('{{ missing_segments() | join("', '") }}')
    group by {{ entry.column }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

families as (

    select
        dimension,
        count(*) as family_segments,
        sum(sent) as family_sent,
        sum(sent * sent) as family_squares,
        {{ rate('sum(accepted)', 'sum(sent)') }} as family_rate
    from counted
    group by dimension

),

spreads as (

    select
        counted.dimension,
        {{ spread('counted.accepted', 'counted.sent', 'families.family_rate') }} as family_spread
    from counted
    inner join families on counted.dimension = families.dimension
    group by counted.dimension

),

-- Small segments can't be first or last by chance: they are drawn towards all.
shrunken as (

    select
        counted.*,
        (counted.accepted + families.family_rate * coalesce(strengths.strength, 1e6)) / (counted.sent + coalesce(strengths.strength, 1e6))
            as shrunken_share
    from counted
    inner join families on counted.dimension = families.dimension
    inner join (
        select families.dimension, {{ prior_strength() }} as strength
        from families
        inner join spreads on families.dimension = spreads.dimension
    ) as strengths on counted.dimension = strengths.dimension

)

select
    shrunken.dimension,
    shrunken.segment,
    coalesce(labels.segment_label, shrunken.segment) as segment_label,
    row_number() over (
        partition by shrunken.dimension order by shrunken.shrunken_share desc, shrunken.sent desc, shrunken.segment
    ) as provisional_rank,
    shrunken.sent,
    shrunken.accepted as accepted_early,
    {{ rate('shrunken.accepted', 'shrunken.sent') }} as early_share,
    {{ wilson_low('shrunken.accepted', 'shrunken.sent') }} as early_share_low,
    {{ wilson_high('shrunken.accepted', 'shrunken.sent') }} as early_share_high,
    cast(run_parameters.early_window_days as bigint) as early_window_days,
    run_parameters.as_of
from shrunken
left join {{ ref('fnd_segments_labeled') }} as labels
    on shrunken.dimension = labels.dimension
    and shrunken.segment = labels.segment
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where shrunken.sent >= run_parameters.hide_rate_below
