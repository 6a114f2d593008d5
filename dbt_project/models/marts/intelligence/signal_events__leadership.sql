{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- About the person, and about their company for their colleagues: the one of the position, not the one that a list knew. -#}
with positions as (

    select
        positions.*,
        coalesce(
            positions.company_domain,
            case when positions.company = {{ company_key('leads.company_name') }} then described.company_domain end
        ) as domain_of_position
    from {{ ref('int_positions_told') }} as positions
    left join {{ ref('int_leads_filled') }} as leads on positions.lead_id = leads.lead_id
    left join {{ ref('int_leads_described') }} as described
        on positions.lead_id = described.lead_id
        and positions.known_from >= described.known_from
        and coalesce(positions.known_from < described.known_until, true)
    where positions.is_decision_maker and positions.started_at is not null

)

select
    lead_id,
    domain_of_position as company_domain,
    'leadership_change' as signal_type,
    started_at as occurred_at,
    min(known_from) as detected_at,
    integration as source,
    arg_min(json_object('title', title), (known_from, title)) as signal_data
from positions
group by lead_id, domain_of_position, started_at, integration
