{{ config(materialized='ephemeral') }}

{#- Leads whom nobody has asked yet, counted by score: the queue that the score of those who were asked shall speak for. -#}
select
    points.icp_profile,
    points.total_score,
    points.tier,
    count(*) as leads
from {{ ref('lead_score_points') }} as points
left join (
    select distinct lead_id from {{ ref('heyreach_connections') }}
    where status <> 'queued'
) as asked on points.lead_id = asked.lead_id
where asked.lead_id is null and points.not_eligible_because is null
group by points.icp_profile, points.total_score, points.tier
