with observations as (

    select
        campaign_id,
        campaign_lead_id,
        observed_at,
        connection_status,
        shows_open,
        shows_accepted,
        lag(connection_status) over in_order as connection_status_before,
        lag(shows_open) over in_order as showed_open,
        lag(shows_accepted) over in_order as showed_accepted
    from {{ ref('stg_heyreach__campaign_lead_observations') }}
    where is_present
    window in_order as (partition by campaign_id, campaign_lead_id order by pull_id, observed_at, content_hash)

)

select
    campaign_id,
    campaign_lead_id,
    observed_at,
    connection_status_before,
    connection_status,
    -- Of a status that isn't listed nobody knows whether the request is open.
    not shows_accepted and (showed_accepted or coalesce(showed_open and not shows_open, false)) as is_backward
from observations
where connection_status_before <> connection_status
