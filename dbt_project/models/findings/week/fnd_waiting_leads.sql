{#- Who waits to be asked, and how likely each would accept; and one lead more for each sender, who isn't there yet and of
    whom nothing is known but that sender. The chance begins with the rate of all mature requests and is
    moved factor by factor, each judged by what the others leave to explain: by as much as the factor's levels scatter beyond
    chance (a gamma prior around 1, by the method of moments), so that few requests move it little. Twice, because those that
    come first explain at first what is due to later ones. -#}
{%- set factors = chance_factors() -%}
{#- How much the share of a segment that is known to lose may differ from 1, and that of all who are in none, relative variance: they
    are none of those whose scatter tells how levels usually differ, and would be taken for less bad, and less good, than they are. -#}
{%- set losing_scatter = 0.2 -%}
{#- Nobody is sure to accept. -#}
{%- set highest_chance = 0.95 -%}

with connections as (

    select
        connections.connection_id,
        campaign_id,
        created_at,
        status,
        is_waiting,
        is_sent,
        is_accepted,
        coalesce(losing_segment, 'none') as losing_segment,
        {{ factors[1:] | join(',\n        ') }},
        -- Whenever it came: what a week brings isn't over with the window.
        case when is_mature then cast(is_accepted as integer) end as accepted
    from {{ ref('fnd_connections_described') }} as connections
    left join {{ ref('fnd_losing_leads') }} as losing on connections.connection_id = losing.connection_id
    -- Of the undecided nobody knows whether they were asked.
    where account_id is not null and (is_waiting or status <> 'queued') and not is_undecided
    union all
    select
        'new/' || account_id,
        null,
        null,
        'queued',
        true,
        false,
        false,
        'none',
        {%- for factor in factors[1:] %}
        {{ 'account_id' if factor == 'account_id' else 'null' }},
        {%- endfor %}
        null
    from {{ ref('fnd_sender_capacity') }}

),

-- While nothing is old enough to judge, what was accepted so far stands in, which is too low.
overall as (

    select
        -- Whom a sender turns to it may know already, or HeyReach excludes them, or they can't be found.
        coalesce({{ rate('count(*) filter (where is_sent)', 'count(*) filter (where not is_waiting)') }}, 1) as asked_share,
        case when count(accepted) > 0 then sum(accepted) else count(*) filter (where is_accepted) end as accepted,
        case when count(accepted) > 0 then count(accepted) else count(*) filter (where is_sent) end as requests
    from connections

),

step_0 as (

    select
        connections.*,
        {{ rate('overall.accepted', 'overall.requests') }} as chance
    from connections
    cross join overall

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
        {{ factor }},
        sum(accepted) as accepted,
        {{ exact_sum('chance') }} as expected,
        {{ exact_sum('chance * (1 - chance)') }} as variance
    from {{ factor }}_others_{{ step }}
    where accepted is not null and {{ factor }} is not null
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
        levels.{{ factor }},
        (levels.accepted * scatter.scatter + 1) / (levels.expected * scatter.scatter + 1) as share,
        scatter.scatter / (levels.accepted * scatter.scatter + 1) as doubt
    from {{ factor }}_levels_{{ step }} as levels
    cross join {{ factor }}_scatter_{{ step }} as scatter

),

step_{{ step }} as (

    select
        others.* exclude (chance{{ ', ' ~ factor ~ '_share, ' ~ factor ~ '_doubt' if again }}),
        least(others.chance * coalesce(shares.share, 1), {{ highest_chance }}) as chance,
        coalesce(shares.share, 1) as {{ factor }}_share,
        -- Of somebody whose level was never asked nothing is known but how levels scatter.
        coalesce(shares.doubt, scatter.scatter, 0) as {{ factor }}_doubt
    from {{ factor }}_others_{{ step }} as others
    cross join {{ factor }}_scatter_{{ step }} as scatter
    left join {{ factor }}_shares_{{ step }} as shares on others.{{ factor }} = shares.{{ factor }}

),
{%- endfor %}

waiting as (

    select
        leads.*,
        campaigns.created_at as campaign_created_at,
        campaign_statuses.sends_to_waiting as is_in_running_campaign,
        campaign_statuses.waits_for_resuming as is_in_paused_campaign,
        row_number() over (
            partition by leads.account_id, leads.campaign_id order by leads.created_at, leads.connection_id
        ) as place
    from step_{{ 2 * factors | length }} as leads
    left join {{ ref('heyreach_campaigns') }} as campaigns on leads.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    where leads.is_waiting

)

select
    waiting.connection_id,
    waiting.campaign_id,
    waiting.account_id,
    waiting.campaign_id is null as is_new,
    waiting.is_in_running_campaign,
    waiting.is_in_paused_campaign,
    waiting.campaign_created_at,
    waiting.place,
    row_number() over (
        partition by waiting.account_id
        order by
            case when service.is_oldest_campaign_first then waiting.campaign_created_at end,
            case when service.is_oldest_campaign_first then waiting.campaign_id end,
            waiting.place,
            waiting.campaign_id,
            waiting.connection_id
    ) as place_in_line,
    overall.asked_share,
    waiting.chance * overall.asked_share as chance,
    waiting.account_id_share as sender_share,
    {%- for factor in factors %}
    {%- if factor != 'account_id' %}
    waiting.{{ factor }},
    {%- endif %}
    waiting.{{ factor }}_doubt{{ ',' if not loop.last }}
    {%- endfor %}
from waiting
cross join overall
cross join {{ ref('fnd_service_order') }} as service
