{#- What is known of each person. -#}

with attributed as (

    select *, {{ ending() }} as moment from {{ ref('int_connections_attributed') }}

),

evidence_then as (

    select *, {{ ending() }} as moment from {{ ref('int_lead_evidence') }}

),

{{ leads_attributed() }}

select * exclude (moment) from people_attributed
union all by name
select
    lead_id,
    'discovery' as source,
    'discovery' as attribution_origin,
    false as has_source_conflict
from {{ ref('int_leads_folded') }}
where is_discovered and lead_id not in (select people_attributed.lead_id from people_attributed)
