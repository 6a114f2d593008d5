{#- Connections with everything they are broken down by: what is known of the lead and of the sender. -#}

with connections as (

    select * from {{ ref('heyreach_connections') }}

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
    leads.company_size,
    leads.company_industry,
    leads.lead_seniority,
    leads.is_employed as employment,
    leads.age_bracket,
    leads.gender as lead_gender,
    accounts.account_type,
    {{ account_kind('accounts.account_type') }} as account_kind,
    accounts.gender as account_gender,
    accounts.job_title as account_job_title,
    accounts.seniority as account_seniority,
    coalesce(industries.industry, lower(trim(accounts.industry))) as account_industry
from connections
inner join leads on connections.lead_id = leads.lead_id
left join accounts on connections.account_id = accounts.account_id
left join industries on lower(trim(accounts.industry)) = industries.alias
