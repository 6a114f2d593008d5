{#- Only answers that are believed, found or nothing found: a failure is asked again and no answer. Inferences about
    persons stay out: groups of them are in the report. -#}

with answers as (

    select * from {{ ref('stg_enrichment__answers') }}
    where status in ('found', 'not_found')
        and integration not in (select fields.integration from {{ ref('enrichment_fields') }} as fields where fields.is_sensitive)

),

newest as (

    select distinct on (integration, entity, key) *
    from answers
    order by integration, entity, key, answered_at desc, call_id desc

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

final as (

    select
        md5(newest.integration || ':' || newest.key) as id,
        case when newest.entity = 'company' then 'company' else 'person' end as entity_type,
        newest.key as entity_key,
        newest.integration as source,
        newest.fields as data,
        newest.answered_at as fetched_at,
        newest.valid_until as expires_at,
        run_parameters.as_of
    from newest
    cross join run_parameters

)

select * from final
