{#- First-seen dates are sticky, so a status that goes back changes no figure; it is still worth knowing, because
    nothing HeyReach documents does it. -#}
{{ config(severity='warn', store_failures=true) }}

with observations as (

    select
        campaign_id,
        campaign_lead_id,
        connection_status,
        lag(connection_status) over (
            partition by campaign_id, campaign_lead_id order by observed_at, pull_id
        ) as connection_status_before
    from {{ ref('stg_heyreach__campaign_lead_observations') }}
    where is_present

)

select
    connection_status_before || ' to ' || connection_status as change,
    count(*) || ' campaign leads' as leads
from observations
where (connection_status_before = 'ConnectionAccepted' and connection_status <> 'ConnectionAccepted')
    or (connection_status_before = 'ConnectionSent' and connection_status = 'None')
group by change
