{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- What is going on with others of the companies of fnd_leads_listed: whom a sender asked within the acceptance window, and who
    waits. One row per lead whose company there is something of. -#}

with leads as (

    select
        lead_id,
        company_domain,
        {{ company_key('company_name') }} as company_key
    from {{ ref('heyreach_leads') }}
    where lead_id in (select lead_id from {{ ref('fnd_leads_listed') }})

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

contacts as (

    select
        connections.connection_id,
        connections.lead_id,
        people.company_domain,
        {{ company_key('people.company_name') }} as company_key,
        connections.is_sent,
        connections.is_accepted,
        connections.sent_cohort_at as asked_at,
        coalesce(accounts.label, connections.account_id) as sender,
        coalesce(campaigns.campaign_name, 'campaign ' || connections.campaign_id) as campaign
    from {{ ref('heyreach_connections') }} as connections
    inner join {{ ref('heyreach_leads') }} as people on connections.lead_id = people.lead_id
    cross join run_parameters
    left join {{ ref('heyreach_accounts') }} as accounts on connections.account_id = accounts.account_id
    left join {{ ref('heyreach_campaigns') }} as campaigns on connections.campaign_id = campaigns.campaign_id
    where connections.is_waiting
        or (
            connections.is_sent
            and {{ days_after('connections.sent_cohort_at', 'run_parameters.acceptance_window_days') }} > run_parameters.as_of
        )

),

-- Of one company by its domain or its name; whoever is found by both is one.
colleagues as (

    select leads.lead_id as of_lead, contacts.*
    from leads
    inner join contacts on leads.company_domain = contacts.company_domain
    union
    select leads.lead_id, contacts.*
    from leads
    inner join contacts on leads.company_key = contacts.company_key

)

select
    of_lead as lead_id,
    arg_max(sender, (asked_at, connection_id)) filter (where is_sent) as sender,
    arg_max(is_accepted, (asked_at, connection_id)) filter (where is_sent) as is_accepted,
    max(asked_at) filter (where is_sent) as asked_at,
    count(distinct colleagues.lead_id) filter (where not is_sent) as waiting,
    min(campaign) filter (where not is_sent) as campaign
from colleagues
where of_lead <> colleagues.lead_id
group by of_lead
