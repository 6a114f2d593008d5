{{ config(materialized='ephemeral') }}

{#- Scores of leads whom a profile asks for and nobody has asked yet, whether they wait in a campaign or nowhere. -#}
select points.*
from {{ ref('lead_score_points') }} as points
left join (
    select distinct lead_id from {{ ref('heyreach_connections') }}
    where status <> 'queued'
) as asked on points.lead_id = asked.lead_id
where asked.lead_id is null and points.not_eligible_because is null
