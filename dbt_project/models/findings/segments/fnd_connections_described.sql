{#- Connections with everything they are broken down by: what is known of the lead and of the sender. -#}

with connections as (

    select * exclude (id) from {{ ref('heyreach_connections') }}

),

leads as (

    select * from {{ ref('heyreach_leads') }}

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
left join accounts on connections.account_id = accounts.account_id
left join industries on lower(trim(accounts.industry)) = industries.alias
