{#- What is known of each person. -#}

with attributed as (

    select *, {{ ending() }} as moment from {{ ref('int_connections_attributed') }}

),

evidence_then as (

    select *, {{ ending() }} as moment from {{ ref('int_lead_evidence') }}

),

{{ leads_attributed() }}

select * exclude (moment) from people_attributed
