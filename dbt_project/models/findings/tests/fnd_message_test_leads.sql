{#- Who got which text by lot: the first time counts, and nobody is in two tests, nor in one of messages and one of senders. -#}

with drawn as (

    select
        plans.test_id,
        import_leads.variant = plans.other_arm as is_other_arm,
        import_leads.lead_id,
        import_leads.campaign_id,
        {{ json_text_of('import_leads.sent_fields', "'segment'") }} as segment,
        imports.planned_at as assigned_at,
        imports.experiment,
        row_number() over (
            partition by import_leads.lead_id order by imports.planned_at, import_leads.import_id, import_leads.row_number
        ) as place
    from {{ ref('heyreach_import_leads') }} as import_leads
    inner join {{ ref('stg_importer__imports') }} as imports on import_leads.import_id = imports.import_id
    left join {{ ref('fnd_message_test_plans') }} as plans
        on import_leads.variant in (plans.arm, plans.other_arm)
        and imports.planned_at >= plans.started_at
        and (plans.ended_at is null or imports.planned_at < plans.ended_at)
    where import_leads.times_sent > 0 and (plans.test_id is not null or imports.experiment is not null)

)

select
    test_id,
    is_other_arm,
    lead_id,
    campaign_id,
    segment,
    assigned_at
from drawn
where place = 1 and experiment is null
