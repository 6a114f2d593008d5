{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with leads as (

    select * from {{ ref('heyreach_leads') }}
    where is_valid_profile_url

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Who answered whether there is such a thing, found or not.
asked as (

    select
        results.lead_id,
        bool_or(fields.field = 'email') as is_email_asked,
        bool_or(fields.field = 'phone') as is_phone_asked,
        bool_or(fields.field = 'technologies') as is_technology_asked,
        bool_or(fields.field in ('last_funding_at', 'funding_history')) as is_funding_asked
    from {{ ref('int_enrichment_results') }} as results
    inner join {{ ref('enrichment_fields') }} as fields on results.integration = fields.integration
    where results.status in ('found', 'not_found')
    group by results.lead_id

),

events as (

    select * from {{ ref('signal_events') }}

),

companies as (

    select
        company_domain
        {%- for component in score_components() if component.valid_days is defined %},
        max(occurred_at) filter (where signal_type = '{{ component.name }}') as {{ component.name }}_at
        {%- endfor %}
    from events
    where company_domain is not null
    group by company_domain

),

interactions as (

    select distinct lead_id
    from events
    where signal_type in ('connected', 'replied')

),

colleagues as (

    select company_domain, count(*) as leads
    from leads
    where company_domain is not null
    group by company_domain

)

select
    leads.lead_id,
    run_parameters.as_of as moment,
    leads.company_industry as industry,
    {{ middle_employees('leads.company_size_raw') }} as employees,
    leads.company_region as region,
    {{ split_texts('leads.technologies') }} as technologies,
    {%- for component in score_components() if component.valid_days is defined %}
    companies.{{ component.name }}_at,
    {%- endfor %}
    leads.email is not null as has_direct_email,
    true as has_linkedin_profile,
    leads.phone is not null as has_phone,
    coalesce(colleagues.leads, 0) > 1 as has_multiple_contacts,
    interactions.lead_id is not null as has_previous_interaction,
    leads.email is not null or coalesce(asked.is_email_asked, false) as is_direct_email_known,
    true as is_linkedin_profile_known,
    leads.phone is not null or coalesce(asked.is_phone_asked, false) as is_phone_known,
    leads.company_domain is not null as is_multiple_contacts_known,
    true as is_previous_interaction_known,
    leads.technologies is not null or coalesce(asked.is_technology_asked, false) as is_technology_known,
    companies.recent_funding_at is not null or coalesce(asked.is_funding_asked, false) as is_recent_funding_known,
    {%- for component in score_components() if component.valid_days is defined and component.name != 'recent_funding' %}
    companies.{{ component.name }}_at is not null as is_{{ component.name }}_known{{ ',' if not loop.last }}
    {%- endfor %}
from leads
cross join run_parameters
left join asked on leads.lead_id = asked.lead_id
left join companies on leads.company_domain = companies.company_domain
left join colleagues on leads.company_domain = colleagues.company_domain
left join interactions on leads.lead_id = interactions.lead_id
