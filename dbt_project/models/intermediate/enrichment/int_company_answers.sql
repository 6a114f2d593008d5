{#- A person's answer tells of the company whose domain it names. -#}

with answers as (

    select
        case entity when 'company' then key else {{ company_domain("fields ->> '$.company_domain'") }} end as company_domain,
        integration,
        call_id,
        answered_at,
        {{ text_or_null("fields ->> '$.company_size'") }} as company_size,
        case
            when entity = 'company' and json_type(fields -> '$.technologies') = 'ARRAY'
                then {{ text_list("fields -> '$.technologies'") }}
        end as technologies
    from {{ ref('stg_enrichment__answers') }}
    where status = 'found' and entity in ('company', 'person')

)

select * from answers
where company_domain is not null and (company_size is not null or technologies is not null)
