{{ config(materialized='ephemeral') }}

{#- The queue that the score of those who were asked shall speak for, counted by score. -#}
select
    icp_profile,
    total_score,
    tier,
    count(*) as leads
from {{ ref('fnd_leads_unasked') }}
group by icp_profile, total_score, tier
