with fields as (

    select
        field,
        bool_or(is_compared) as is_compared,
        count(distinct integration) as integrations
    from {{ ref('enrichment_fields') }}
    where not is_sensitive
    group by field

),

per_lead as (

    select
        lead_id,
        field,
        max(integrations_with_value) as integrations_with_value,
        bool_or(is_conflicting) as is_conflicting
    from {{ ref('enrichment_values') }}
    group by lead_id, field

),

counted as (

    select
        field,
        count(*) as leads_with_value,
        count(*) filter (where integrations_with_value > 1) as leads_with_several,
        count(*) filter (where is_conflicting) as conflicting_leads
    from per_lead
    group by field

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

final as (

    select
        fields.field,
        fields.integrations,
        coalesce(counted.leads_with_value, 0) as leads_with_value,
        coalesce(counted.leads_with_several, 0) as leads_with_several,
        coalesce(counted.conflicting_leads, 0) as conflicting_leads,
        case
            when fields.is_compared then {{ rate('counted.conflicting_leads', 'counted.leads_with_several') }}
        end as conflict_rate,
        run_parameters.as_of
    from fields
    left join counted on fields.field = counted.field
    cross join run_parameters

)

select * from final
