{#- Inferences about persons stay out: groups of them are in the report. -#}

with enriched as (

    select * from {{ ref('int_enrichment_values') }}
    where not is_sensitive

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

final as (

    select
        md5(enriched.lead_id || ':' || enriched.field || ':' || enriched.integration) as enrichment_value_id,
        enriched.lead_id,
        enriched.field,
        enriched.value,
        enriched.integration,
        enriched.answered_at,
        enriched.is_chosen,
        enriched.is_conflicting,
        enriched.integrations_with_value,
        run_parameters.as_of
    from enriched
    cross join run_parameters

)

select * from final
