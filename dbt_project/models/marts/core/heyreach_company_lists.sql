with companies as (

    select * from {{ ref('stg_heyreach__list_companies') }}

),

lists as (

    select * from {{ ref('stg_heyreach__lists') }}

),

listed as (

    select * from {{ ref('int_companies_listed') }}

),

leads as (

    select * from {{ ref('heyreach_leads') }}
    where company_list_ids is not null and {{ came_in() }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- A lead is a company's by its domain, or by its name.
found as (

    select listed.list_id, listed.list_row_key, leads.lead_id, true as is_by_domain
    from listed
    inner join leads on listed.company_domain = leads.company_domain
    union all
    select listed.list_id, listed.list_row_key, leads.lead_id, false as is_by_domain
    from listed
    inner join leads on listed.company_key = {{ company_key('leads.company_name') }}

),

asked as (

    select
        lead_id,
        bool_or(is_sent) as is_sent,
        bool_or(is_accepted) as is_accepted
    from {{ ref('heyreach_connections') }}
    group by lead_id

),

counted as (

    select
        found.list_id,
        found.list_row_key,
        count(distinct found.lead_id) as leads,
        count(distinct found.lead_id) filter (where found.is_by_domain) as leads_by_domain,
        count(distinct found.lead_id) filter (where asked.is_sent) as leads_asked,
        count(distinct found.lead_id) filter (where asked.is_accepted) as leads_accepted
    from found
    left join asked on found.lead_id = asked.lead_id
    group by found.list_id, found.list_row_key

)

select
    md5(companies.list_id || '|' || companies.list_row_key) as company_list_row_id,
    companies.list_id,
    lists.list_name,
    companies.company_name,
    companies.website,
    {{ company_domain('companies.website') }} as company_domain,
    companies.industry,
    companies.company_size,
    companies.location,
    companies.is_present and coalesce(lists.is_present, false) as is_listed,
    coalesce(counted.leads, 0) as leads,
    coalesce(counted.leads_by_domain, 0) as leads_by_domain,
    coalesce(counted.leads_asked, 0) as leads_asked,
    coalesce(counted.leads_accepted, 0) as leads_accepted,
    companies.first_observed_at,
    companies.last_changed_at,
    run_parameters.as_of
from companies
left join lists on companies.list_id = lists.list_id
left join counted
    on companies.list_id = counted.list_id
    and companies.list_row_key = counted.list_row_key
cross join run_parameters
