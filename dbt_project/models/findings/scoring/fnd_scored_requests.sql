{#- What scores are held against: requests old enough to judge, of leads that the profile asks for. Senders differ, and lists do, so
    leads are compared within the list of a sender; leads of one company share what is known of it, and count as one voice. -#}
select
    scores.icp_profile,
    scores.connection_id,
    connections.account_id || '|' || coalesce(connections.list_id, 'campaign ' || connections.campaign_id) as stratum,
    coalesce(leads.company_domain, scores.lead_id) as company,
    scores.known_until,
    cast(connections.is_accepted_in_window as integer) as accepted,
    {%- for component in score_components() %}
    scores.{{ component.name }},
    {%- endfor %}
    [
        {%- for component in score_components() %}scores.{{ component.name }}{{ ', ' if not loop.last }}{% endfor -%}
    ] as points,
    scores.total_score,
    scores.tier,
    scores.is_provisional
from {{ ref('lead_scores_at_send') }} as scores
inner join {{ ref('heyreach_connections') }} as connections on scores.connection_id = connections.connection_id
inner join {{ ref('heyreach_leads') }} as leads on scores.lead_id = leads.lead_id
where connections.is_mature and scores.not_eligible_because is null
