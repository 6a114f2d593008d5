with observations as (

    select
        campaign_id,
        campaign_lead_id,
        observed_at,
        connection_status,
        lag(connection_status) over (
            partition by campaign_id, campaign_lead_id order by pull_id, observed_at, content_hash
        ) as connection_status_before
    from {{ ref('stg_heyreach__campaign_lead_observations') }}
    where is_present

)

select
    campaign_id,
    campaign_lead_id,
    observed_at,
    connection_status_before,
    connection_status,
    (connection_status_before = 'ConnectionAccepted' and connection_status <> 'ConnectionAccepted')
    or (connection_status_before = 'ConnectionSent' and connection_status = 'None') as is_backward
from observations
where connection_status_before <> connection_status
