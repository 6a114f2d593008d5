{#- Who waits to be asked, and how likely each would accept, by fnd_chance_shares; and one lead more for each sender, who isn't there
    yet and of whom nothing is known but that sender. -#}
{%- set factors = chance_factors() -%}

with connections as (

    select
        connections.connection_id,
        campaign_id,
        created_at,
        coalesce(losing_segment, 'none') as losing_segment,
        {{ factors[1:] | join(',\n        ') }}
    from {{ ref('fnd_connections_described') }} as connections
    left join {{ ref('fnd_losing_leads') }} as losing on connections.connection_id = losing.connection_id
    where account_id is not null and is_waiting and not is_undecided
    union all
    select
        'new/' || account_id,
        null,
        null,
        'none',
        {%- for factor in factors[1:] %}
        {{ 'account_id' if factor == 'account_id' else 'null' }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fnd_sender_capacity') }}

),

shares as (

    select
        max(share) filter (where factor = 'all') as accepted_share,
        max(share) filter (where factor = 'asked') as asked_share
    from {{ ref('fnd_chance_shares') }}

),

leads as (

    select
        connections.*,
        {{ chance_shares(factors) }}
    from connections
    {{ join_chance_shares('connections', factors) }}

),

waiting as (

    select
        leads.*,
        campaigns.created_at as campaign_created_at,
        campaign_statuses.sends_to_waiting as is_in_running_campaign,
        campaign_statuses.waits_for_resuming as is_in_paused_campaign,
        row_number() over (
            partition by leads.account_id, leads.campaign_id order by leads.created_at, leads.connection_id
        ) as place
    from leads
    left join {{ ref('heyreach_campaigns') }} as campaigns on leads.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}

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
    shares.asked_share,
    {{ chance_of_shares('shares.accepted_share', factors) }} * shares.asked_share as chance,
    waiting.account_id_share as sender_share,
    {%- for factor in factors %}
    {%- if factor != 'account_id' %}
    waiting.{{ factor }},
    {%- endif %}
    waiting.{{ factor }}_doubt{{ ',' if not loop.last }}
    {%- endfor %}
from waiting
cross join shares
cross join {{ ref('fnd_service_order') }} as service
