{#- Every observed state of every list member, with the person it is about: what attribution is read from.
    Values that the reference seeds know are brought to their canonical spelling; others are kept in lower case
    and counted by a test, so that a new source shows up under its own name. -#}

with observations as (

    select * from {{ ref('stg_heyreach__list_lead_observations') }}

),

identified as (

    select * from {{ ref('int_lead_rows_identified') }}
    where found_in = 'list'

),

lead_sources as (

    select * from {{ ref('lead_sources') }}

),

icp_roles as (

    select * from {{ ref('icp_roles') }}

),

company_regions as (

    select * from {{ ref('company_regions') }}

),

company_industries as (

    select * from {{ ref('company_industries') }}

),

standardized as (

    select
        identified.lead_id,
        observations.list_id,
        observations.list_row_key,
        observations.observed_at,
        observations.content_hash,
        coalesce(lead_sources.source, lower(observations.custom_source)) as source,
        observations.custom_source_list as source_list,
        observations.custom_keywords as keywords,
        coalesce(icp_roles.icp, lower(observations.custom_icp)) as icp,
        observations.custom_batch_id as batch_id,
        lower(observations.custom_enrichment_level) as enrichment_level,
        coalesce(company_regions.region, lower(observations.custom_company_region)) as company_region,
        case
            when lower(observations.custom_is_employed) in ('true', 'yes', '1', 'employed') then 'employed'
            when lower(observations.custom_is_employed) in ('false', 'no', '0', 'not_employed') then 'not_employed'
        end as is_employed,
        case
            when try_cast(observations.custom_estimated_age as integer) between 16 and 100
                then cast(try_cast(observations.custom_estimated_age as integer) as varchar)
        end as estimated_age,
        case
            when lower(observations.custom_gender) in ('male', 'm') then 'male'
            when lower(observations.custom_gender) in ('female', 'f') then 'female'
        end as gender,
        observations.custom_title as title,
        observations.custom_company_name as company_name,
        observations.custom_company_size as company_size,
        coalesce(company_industries.industry, lower(observations.custom_company_industry)) as company_industry,
        observations.heyreach_company_name,
        observations.heyreach_position,
        observations.heyreach_headline
    from observations
    inner join identified
        on observations.list_id = identified.container_id
        and observations.list_row_key = identified.row_key
    left join lead_sources on lower(observations.custom_source) = lead_sources.alias
    left join icp_roles on lower(observations.custom_icp) = icp_roles.alias
    left join company_regions on lower(observations.custom_company_region) = company_regions.alias
    left join company_industries on lower(observations.custom_company_industry) = company_industries.alias

)

select * from standardized
