{#- Every lead by every profile. What each point stands on is in lead_scores. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

moments as (

    select
        leads.lead_id as key,
        leads.lead_id,
        run_parameters.as_of as moment
    from {{ ref('int_leads_filled') }} as leads
    cross join run_parameters

),

{{ facts_at() }}

{{ scored() }}

select
    lead_id,
    icp_profile,
    {{ score_columns() }},
    moment as as_of
from scored
