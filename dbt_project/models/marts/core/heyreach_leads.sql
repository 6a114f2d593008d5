with people as (

    select * from {{ ref('int_leads_imported') }}

),

attributed as (

    select * from {{ ref('int_leads_attributed') }}

),

icp_roles as (

    select distinct icp, seniority from {{ ref('icp_roles') }}

),

filled as (

    select * from {{ ref('int_leads_filled') }}

),

-- The few sizes and ages there are find their bracket once; a comparison of every lead with every bracket is slow.
bracket_of_size as (

    select
        sizes.company_size as company_size_raw,
        company_sizes.company_size
    from (select distinct company_size from filled) as sizes
    inner join {{ ref('company_size_brackets') }} as company_sizes
        on {{ most_employees('sizes.company_size') }}
        between company_sizes.minimum_employees and company_sizes.maximum_employees

),

bracket_of_age as (

    select
        ages.estimated_age,
        age_brackets.age_bracket
    from (select distinct estimated_age from filled) as ages
    inner join {{ ref('age_brackets') }} as age_brackets
        on ages.estimated_age between age_brackets.minimum_age and age_brackets.maximum_age

),

-- By the default profile.
scores as (

    select lead_id, total_score, tier
    from {{ ref('lead_score_points') }}
    where icp_profile = {{ default_profile() }}

),

company_lists as (

    select lead_id, string_agg(list_id, ';' order by list_id) as company_list_ids
    from (
        select filled.lead_id, listed.list_id
        from filled
        inner join {{ ref('int_companies_listed') }} as listed on filled.company_domain = listed.company_domain
        union
        select filled.lead_id, listed.list_id
        from filled
        inner join {{ ref('int_companies_listed') }} as listed on {{ company_key('filled.company_name') }} = listed.company_key
    ) as each_list
    group by lead_id

)

select
    people.lead_id,
    people.lead_id as id,
    people.linkedin_profile_url,
    people.normalized_profile_url,
    people.normalized_profile_url is not null as is_valid_profile_url,
    people.profile_url_kind,
    {%- for field in attribution_fields() if field not in enriched_lead_fields() and field != 'enrichment_level' %}
    attributed.{{ field }},
    {%- endfor %}
    filled.enrichment_level,
    attributed.attribution_origin,
    attributed.has_source_conflict,
    touches.first_touch_source,
    touches.first_touch_source_list,
    touches.first_touch_batch_id,
    touches.first_touch_at,
    touches.last_touch_source,
    touches.last_touch_source_list,
    touches.last_touch_batch_id,
    touches.last_touch_at,
    filled.company_name,
    filled.company_region,
    filled.company_size as company_size_raw,
    bracket_of_size.company_size,
    filled.company_industry,
    filled.title,
    filled.headline,
    filled.email,
    filled.phone,
    filled.company_domain,
    company_lists.company_list_ids,
    filled.technologies,
    filled.funding_stage,
    scores.total_score as lead_score,
    scores.tier as lead_tier,
    coalesce(titles.seniority, icp_roles.seniority, 'unknown') as lead_seniority,
    filled.is_employed,
    filled.estimated_age,
    bracket_of_age.age_bracket,
    filled.gender,
    filled.enriched_since,
    filled.enrichment_timestamp,
    filled.enrichment_status,
    filled.field_source,
    filled.enrichment_score,
    filled.enrichment_credits,
    filled.enrichment_cost_usd,
    coalesce(lists.is_duplicate_in_list, false) or people.is_duplicate_in_file as is_duplicate,
    coalesce(lists.list_count, 0) as list_count,
    people.import_count,
    people.campaign_count,
    people.spelling_count,
    attributed.first_campaign_id,
    attributed.first_account_id,
    attributed.first_list_id,
    case people.imported_at_method
        when 'import_ledger' then people.first_import_at
        when 'campaign_creation_time' then people.first_enrolled_at
        when 'first_seen_in_list' then people.first_listed_at
    end as imported_at,
    people.imported_at_method,
    people.created_at,
    people.updated_at,
    run_parameters.as_of
from people
inner join filled on people.lead_id = filled.lead_id
left join attributed on people.lead_id = attributed.lead_id
left join {{ ref('int_lead_touches') }} as touches on people.lead_id = touches.lead_id
left join {{ ref('int_titles_ranked') }} as titles on filled.title = titles.title
left join icp_roles on attributed.icp = icp_roles.icp
left join bracket_of_size on filled.company_size = bracket_of_size.company_size_raw
left join bracket_of_age on filled.estimated_age = bracket_of_age.estimated_age
left join {{ ref('int_lead_lists') }} as lists on people.lead_id = lists.lead_id
left join scores on people.lead_id = scores.lead_id
left join company_lists on people.lead_id = company_lists.lead_id
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
-- So that a page of it, and one lead, is found in a small part of the file.
order by people.lead_id
