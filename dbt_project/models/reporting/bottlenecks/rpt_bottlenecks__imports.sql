{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with import_losses as (

    select
        import_id,
        coalesce(max(batch_id), import_id) as batch,
        count(*) filter (where times_sent > 0) as leads,
        count(*) filter (where state in ('missing_lead', 'refused')) as lost_leads,
        count(*) filter (where state in ('missing_fields', 'changed_fields')) as lost_fields,
        {{ distinct_texts_joined(
            "case when state in ('missing_fields', 'changed_fields') then concat_ws(', ', missing_fields, changed_fields) end"
        ) }} as fields
    from {{ ref('heyreach_import_leads') }}
    group by import_id

),

-- The ledger knows what was sent, so nothing is lost for the figures; an alarm only where it breaks the batch.
judged as (

    select
        import_losses.*,
        import_losses.leads < run_parameters.hide_rate_below
        or import_losses.lost_fields * 100 <= import_losses.leads * (100 - run_parameters.coverage_fail_percent)
            as is_minor,
        scale.weeks,
        scale.accept_rate
    from import_losses
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    cross join {{ ref('rpt_bottlenecks__scale') }} as scale

)

select
    {{ cause_line(
        'import_fields_lost', "'batch'", 'batch', 'batch', 'lost_fields',
        {'lost': 'lost_fields', 'leads': 'leads', 'import': 'import_id', 'fields': 'fields'},
        is_minor='is_minor'
    ) }}
from judged
where lost_fields > 0
union all
select
    {{ cause_line(
        'import_leads_lost', "'batch'", 'batch', 'batch', 'lost_leads',
        {'lost': 'lost_leads', 'leads': 'leads', 'import': 'import_id'},
        lost='lost_leads / weeks * accept_rate'
    ) }}
from judged
where lost_leads > 0
