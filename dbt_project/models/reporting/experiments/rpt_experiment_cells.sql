{{ config(materialized='ephemeral') }}

with requests as (

    select
        assigned.experiment,
        assigned.account_type,
        coalesce(connections.icp, 'unknown') as stratum,
        connections.is_accepted_in_window,
        row_number() over (
            partition by assigned.experiment, assigned.account_type
            order by connections.sent_cohort_at, connections.connection_id
        ) as place
    from {{ ref('rpt_experiment_leads') }} as assigned
    inner join {{ ref('heyreach_connections') }} as connections
        on assigned.lead_id = connections.lead_id
        and assigned.campaign_id = connections.campaign_id
    where connections.is_mature

)

select
    requests.experiment,
    requests.account_type,
    requests.stratum,
    count(*) as mature_sent,
    count(*) filter (where requests.place <= plans.planned_sent) as sent,
    count(*) filter (where requests.place <= plans.planned_sent and requests.is_accepted_in_window) as accepted
from requests
inner join {{ ref('rpt_experiment_plans') }} as plans on requests.experiment = plans.experiment
group by requests.experiment, requests.account_type, requests.stratum
