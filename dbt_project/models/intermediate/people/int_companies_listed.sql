{{ config(materialized='ephemeral') }}

{#- By what the leads of a listed company are found: the domain of its site, and its name. -#}

select
    companies.list_id,
    companies.list_row_key,
    {{ company_domain('companies.website') }} as company_domain,
    {{ company_key('companies.company_name') }} as company_key
from {{ ref('stg_heyreach__list_companies') }} as companies
inner join {{ ref('stg_heyreach__lists') }} as lists on companies.list_id = lists.list_id
where companies.is_present and lists.is_present
