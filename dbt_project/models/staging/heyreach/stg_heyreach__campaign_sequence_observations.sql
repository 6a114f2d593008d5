with observations as (

    select distinct
        campaign_id,
        observed_at,
        pull_id,
        content_hash
    from {{ source('heyreach', 'campaign_sequences') }}

)

select
    observations.campaign_id,
    observations.observed_at,
    pulls.pull_number,
    observations.content_hash
from observations
inner join (select distinct pull_id, pull_number from {{ ref('stg_operations__pulls') }}) as pulls
    on observations.pull_id = pulls.pull_id
