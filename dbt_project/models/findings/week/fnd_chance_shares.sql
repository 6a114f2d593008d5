{#- What moves the chance that a request is accepted, factor by factor, and by how much. It begins with the rate of all mature requests and
    is moved by each factor, judged by what the others leave to explain: by as much as the factor's levels scatter beyond
    chance (a gamma prior around 1, by the method of moments), so that few requests move it little. Twice, because those that
    come first explain at first what is due to later ones. -#}
{%- set factors = chance_factors() -%}
{#- How much the share of a segment that is known to lose may differ from 1, and that of all who are in none, relative variance: they
    are none of those whose scatter tells how levels usually differ, and would be taken for less bad, and less good, than they are. -#}
{%- set losing_scatter = 0.2 -%}

with connections as (

    select
        coalesce(losing_segment, 'none') as losing_segment,
        {{ factors[1:] | join(',\n        ') }},
        is_sent,
        is_accepted,
        is_waiting,
        -- Whenever it came: what a week brings isn't over with the window.
        case when is_mature then cast(is_accepted as integer) end as accepted
    from {{ ref('fnd_connections_described') }} as connections
    left join {{ ref('fnd_losing_leads') }} as losing on connections.connection_id = losing.connection_id
    -- Of the undecided nobody knows whether they were asked.
    where account_id is not null and (is_waiting or status <> 'queued') and not is_undecided

),

-- While nothing is old enough to judge, what was accepted so far stands in, which is too low.
overall as (

    select
        -- Whom a sender turns to it may know already, or HeyReach excludes them, or they can't be found.
        coalesce({{ rate('count(*) filter (where is_sent)', 'count(*) filter (where not is_waiting)') }}, 1) as asked_share,
        {{ rate(
            'case when count(accepted) > 0 then sum(accepted) else count(*) filter (where is_accepted) end',
            'case when count(accepted) > 0 then count(accepted) else count(*) filter (where is_sent) end'
        ) }} as chance
    from connections

),

step_0 as (

    select
        connections.*,
        overall.chance
    from connections
    cross join overall
    where connections.accepted is not null

),

{%- for step in range(1, 2 * factors | length + 1) %}
{%- set factor, again = factors[(step - 1) % factors | length], step > factors | length %}
{%- set before = 'step_' ~ (step - 1) %}

{#- What the others say without it: the second time it has been said before. -#}
{{ factor }}_others_{{ step }} as (

    select {{ before }}.* {%- if again %} replace (chance / {{ factor }}_share as chance) {%- endif %}
    from {{ before }}

),

{{ factor }}_levels_{{ step }} as (

    select
        {{ factor }} as level,
        sum(accepted) as accepted,
        {{ exact_sum('chance') }} as expected,
        {{ exact_sum('chance * (1 - chance)') }} as variance
    from {{ factor }}_others_{{ step }}
    where {{ factor }} is not null
    group by {{ factor }}

),

-- The variance of a level's true share around what is expected of it.
{{ factor }}_scatter_{{ step }} as (

    {% if factor == 'losing_segment' -%}
    select {{ losing_scatter }} as scatter
    {%- else -%}
    select
        greatest(
            {{ rate(
                exact_sum('power(accepted - expected, 2) - variance'),
                exact_sum('power(expected, 2)')
            ) }},
            0
        ) as scatter
    from {{ factor }}_levels_{{ step }}
    {%- endif %}

),

{{ factor }}_shares_{{ step }} as (

    select
        levels.level,
        (levels.accepted * scatter.scatter + 1) / (levels.expected * scatter.scatter + 1) as share,
        scatter.scatter / (levels.accepted * scatter.scatter + 1) as doubt
    from {{ factor }}_levels_{{ step }} as levels
    cross join {{ factor }}_scatter_{{ step }} as scatter

),
{%- if not loop.last %}

step_{{ step }} as (

    select
        others.* exclude (chance{{ ', ' ~ factor ~ '_share' if again }}),
        least(others.chance * coalesce(shares.share, 1), {{ highest_chance() }}) as chance,
        coalesce(shares.share, 1) as {{ factor }}_share
    from {{ factor }}_others_{{ step }} as others
    left join {{ factor }}_shares_{{ step }} as shares on others.{{ factor }} = shares.level

),
{%- endif %}
{%- endfor %}

all_shares as (

    select 'all' as factor, cast(null as varchar) as level, chance as share, cast(null as double) as doubt
    from overall
    union all
    select 'asked', null, asked_share, null
    from overall
    {%- for factor in factors %}
    {%- set step = factors | length + loop.index %}
    union all
    select '{{ factor }}', level, share, doubt
    from {{ factor }}_shares_{{ step }}
    union all
    -- Of whoever's level was never asked nothing is known but how levels scatter.
    select '{{ factor }}', null, 1, coalesce(scatter, 0)
    from {{ factor }}_scatter_{{ step }}
    {%- endfor %}

)

select
    factor,
    level,
    share,
    doubt
from all_shares
