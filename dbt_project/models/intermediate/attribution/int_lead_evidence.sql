{#- What attribution is read from: every observed state of every list member, what imports sent of those who
    arrived, and lists supplied as files. `origin` says which.
    Values that the reference seeds know are brought to their canonical spelling; others are kept in lower case
    and counted by a test, so that a new source shows up under its own name. -#}

with list_evidence as (

    select
        'list' as origin,
        identified.lead_id,
        cast(null as varchar) as campaign_id,
        observations.list_id,
        observations.list_row_key as row_key,
        observations.observed_at,
        observations.content_hash,
        row_number() over (
            partition by observations.list_id, observations.list_row_key
            order by observations.observed_at desc, observations.content_hash
        ) > 1 as is_superseded,
        {%- for field in attribution_fields() %}
        observations.custom_{{ field }},
        {%- endfor %}
        observations.heyreach_company_name,
        observations.heyreach_position,
        observations.heyreach_headline,
        observations.respelled_fields
    from {{ ref('stg_heyreach__list_lead_observations') }} as observations
    inner join {{ ref('int_lead_rows_identified') }} as identified
        on identified.found_in = 'list'
        and observations.list_id = identified.container_id
        and observations.list_row_key = identified.row_key

),

import_evidence as (

    select
        case when target = 'upstream' then 'upstream' else 'import_ledger' end as origin,
        lead_id,
        campaign_id,
        list_id,
        import_id || '/' || row_number as row_key,
        coalesce(first_sent_at, planned_at) as observed_at,
        'import' as content_hash,
        false as is_superseded,
        {%- for field in attribution_fields() %}
        custom_{{ field }},
        {%- endfor %}
        cast(null as varchar) as heyreach_company_name,
        cast(null as varchar) as heyreach_position,
        cast(null as varchar) as heyreach_headline,
        cast(null as varchar) as respelled_fields
    from {{ ref('int_import_rows_resolved') }}
    where state in ('verified', 'missing_fields', 'changed_fields', 'kept')

),

evidence as (

    select * from list_evidence
    union all
    select * from import_evidence

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
        evidence.origin,
        evidence.lead_id,
        evidence.campaign_id,
        evidence.list_id,
        evidence.row_key,
        evidence.observed_at,
        evidence.content_hash,
        evidence.is_superseded,
        coalesce(lead_sources.source, lower(evidence.custom_source)) as source,
        evidence.custom_source_list as source_list,
        evidence.custom_keywords as keywords,
        coalesce(icp_roles.icp, lower(evidence.custom_icp)) as icp,
        evidence.custom_batch_id as batch_id,
        lower(evidence.custom_enrichment_level) as enrichment_level,
        coalesce(company_regions.region, lower(evidence.custom_company_region)) as company_region,
        case
            when lower(evidence.custom_is_employed) in ('true', 'yes', '1', 'employed') then 'employed'
            when lower(evidence.custom_is_employed) in ('false', 'no', '0', 'not_employed') then 'not_employed'
        end as is_employed,
        case
            when try_cast(evidence.custom_estimated_age as integer) between 16 and 100
                then cast(try_cast(evidence.custom_estimated_age as integer) as varchar)
        end as estimated_age,
        case
            when lower(evidence.custom_gender) in ('male', 'm') then 'male'
            when lower(evidence.custom_gender) in ('female', 'f') then 'female'
        end as gender,
        evidence.custom_title as title,
        evidence.custom_company_name as company_name,
        evidence.custom_company_size as company_size,
        coalesce(company_industries.industry, lower(evidence.custom_company_industry)) as company_industry,
        evidence.heyreach_company_name,
        evidence.heyreach_position,
        evidence.heyreach_headline,
        evidence.respelled_fields
    from evidence
    left join lead_sources on lower(evidence.custom_source) = lead_sources.alias
    left join icp_roles on lower(evidence.custom_icp) = icp_roles.alias
    left join company_regions on lower(evidence.custom_company_region) = company_regions.alias
    left join company_industries on lower(evidence.custom_company_industry) = company_industries.alias

)

select * from standardized
