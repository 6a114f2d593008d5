{#- Connections with everything they are broken down by: what is known of the lead and of the sender. -#}

with connections as (

    select * exclude (id) from {{ ref('heyreach_connections') }}

),

leads as (

    select * from {{ ref('heyreach_leads') }}

),

-- By the default profile, before the request, or now where there was none.
scores as (

    select connections.connection_id, coalesce(at_send.tier, leads.lead_tier) as tier
    from connections
    inner join leads on connections.lead_id = leads.lead_id
    left join (
        select connection_id, tier
        from {{ ref('lead_scores_at_send') }}
        where icp_profile = {{ default_profile() }}
    ) as at_send on connections.connection_id = at_send.connection_id

),

accounts as (

    select * from {{ ref('heyreach_accounts') }}

),

industries as (

    select * from {{ ref('company_industries') }}

)

select
    connections.*,
    {%- for entry in dimensions() if entry.from is defined %}
    {{ entry.from }} as {{ entry.get('several', entry.column) }}{{ ',' if not loop.last }}
    {%- endfor %}
from connections
inner join leads on connections.lead_id = leads.lead_id
inner join scores on connections.connection_id = scores.connection_id
left join accounts on connections.account_id = accounts.account_id
left join industries on lower(trim(accounts.industry)) = industries.alias
