{{ config(materialized='ephemeral') }}

{#- Whom lots gave to whom: the first time counts. -#}

with drawn as (

    select
        imports.experiment,
        imports.import_id,
        imports.planned_at,
        import_leads.lead_id,
        import_leads.campaign_id,
        import_leads.account_id,
        accounts.account_type,
        row_number() over (
            partition by imports.experiment, import_leads.lead_id
            order by imports.planned_at, import_leads.import_id, import_leads.row_number
        ) as place
    from {{ ref('heyreach_import_leads') }} as import_leads
    inner join {{ ref('stg_importer__imports') }} as imports on import_leads.import_id = imports.import_id
    inner join {{ ref('heyreach_accounts') }} as accounts on import_leads.account_id = accounts.account_id
    where imports.experiment is not null and import_leads.times_sent > 0

)

select * exclude (place)
from drawn
where place = 1 and account_type <> 'unknown'
