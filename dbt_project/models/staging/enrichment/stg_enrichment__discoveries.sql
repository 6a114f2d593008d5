-- A journal may be landed twice.
with discoveries as (

    select distinct on (discovery_id)
        *,
        cast(payload as json) as told
    from {{ source('enrichment', 'discoveries') }}
    where found_at <= (select run_parameters.as_of from {{ ref('stg_operations__run_parameters') }} as run_parameters)
    order by discovery_id, found_at

),

named as (

    select
        discovery_id,
        search_id,
        icp_profile,
        source,
        company_domain,
        found_at,
        {{ payload_text('properties.identifier.value', 'told') }} as company_name,
        {{ payload_text('properties.short_description', 'told') }} as company_description,
        {{ json_texts_at('told', 'properties.category_groups[*].value') }} as industries_told,
        {{ json_texts_at('told', 'properties.location_identifiers[*].value') }} as places_told,
        -- c_00101_00250 and c_10001_max, as sizes are told elsewhere.
        replace(
            regexp_replace({{ payload_text('properties.num_employees_enum', 'told') }}, '^c_0*(\d+)_0*(\d+|max)$', '\1-\2'),
            '-max', '+'
        ) as company_size,
        {{ payload_text('properties.last_funding_type', 'told') }} as last_funding_type,
        {{ payload_timestamp('properties.last_funding_at', 'told') }} as last_funding_at,
        told as payload
    from discoveries

)

select * from named
