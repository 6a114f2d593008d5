select distinct
    plan_id,
    line_number,
    lead_id,
    segment,
    place,
    day,
    account_id,
    campaign_id,
    sequence,
    variant,
    chance,
    reason
from {{ source('outreach', 'plan_lines') }}
where plan_id in (select plans.plan_id from {{ ref('stg_outreach__plans') }} as plans)
