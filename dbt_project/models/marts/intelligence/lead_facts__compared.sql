{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Since when it can be told whether a company changes: a source answered on a second day, or somebody who decides there was looked at. -#}

with answers as (

    select
        *,
        min(answered_at) over (partition by company_domain, integration) as first_at
    from {{ ref('int_company_answers') }}

),

answered_again as (

    select * from answers
    where {{ utc_date('answered_at') }} > {{ utc_date('first_at') }}

)

select company_domain, 'tech_stack_change' as signal_type, answered_at as known_from
from answered_again
where technologies is not null
union all
select company_domain, 'industry_growth', answered_at
from answered_again
where company_size is not null
union all
select described.company_domain, 'leadership_change', greatest(positions.known_from, described.known_from)
from {{ ref('int_positions_told') }} as positions
inner join {{ ref('int_leads_described') }} as described
    on positions.lead_id = described.lead_id
    and coalesce(positions.known_from < described.known_until, true)
where positions.is_decision_maker and positions.started_at is not null and described.company_domain is not null
