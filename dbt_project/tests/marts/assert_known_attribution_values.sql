{#- Values that no reference seed knows keep their own name in every breakdown. They may be right (a new source)
    or a misspelling that splits a segment: add them to seeds/lead_sources.csv and its neighbours either way. -#}
{{ config(severity='warn', store_failures=true) }}

with leads as (

    select * from {{ ref('heyreach_leads') }}

),

unknown as (

    select 'source' as field, source as value from leads
    where source not in (select known.source from {{ ref('lead_sources') }} as known)
    union all
    select 'icp', icp from leads
    where icp not in (select known.icp from {{ ref('icp_roles') }} as known)
    union all
    select 'company_region', company_region from leads
    where company_region not in (select known.region from {{ ref('company_regions') }} as known)
        and company_region <> 'unknown'

)

select
    field,
    value,
    count(*) || ' leads' as leads
from unknown
group by field, value
