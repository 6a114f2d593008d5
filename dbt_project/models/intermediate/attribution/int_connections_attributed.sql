{#- What is known of each campaign lead. -#}

with moments as (

    select
        campaign_id,
        campaign_lead_id,
        {{ ending() }} as moment
    from {{ ref('stg_heyreach__campaign_leads') }}

),

{{ connections_attributed() }}

select
    attributed.* exclude (moment),
    {{ missing_required_fields() }} as missing_attribution_fields
from attributed
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
