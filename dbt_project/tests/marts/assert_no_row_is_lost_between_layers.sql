{#- Every row of a campaign, list or import, and everybody whom a search found, stands behind exactly one person, and every account
    and campaign that anything names has its row. Whoever was connected before is shown as accepted, and counts as neither sent nor
    accepted. -#}

with counts as (

    select
        'campaign, list and import rows, and people found' as what,
        (select count(*) from {{ ref('stg_heyreach__campaign_leads') }})
        + (select count(*) from {{ ref('stg_heyreach__list_leads') }})
        + (
            select count(*)
            from {{ ref('stg_importer__import_rows') }} as import_rows
            inner join {{ ref('stg_importer__imports') }} as imports on import_rows.import_id = imports.import_id
            where import_rows.reason is null and imports.target <> 'upstream'
        )
        + (select count(*) from {{ ref('int_people_discovered') }}) as before,
        (select count(*) from {{ ref('int_lead_rows_identified') }}) as after
    union all
    select
        'people',
        (select count(distinct lead_id) from {{ ref('int_lead_rows_identified') }}),
        (select count(*) from {{ ref('heyreach_leads') }})
    union all
    select
        'rows of imported files',
        (select count(*) from {{ ref('stg_importer__import_rows') }}),
        (select count(*) from {{ ref('heyreach_import_leads') }})
    union all
    select
        'campaign leads',
        (select count(*) from {{ ref('stg_heyreach__campaign_leads') }}),
        (select count(*) from {{ ref('heyreach_connections') }})
    union all
    select
        'leads shown as asked or connected',
        (
            select count(distinct campaign_id || '|' || campaign_lead_id)
            from {{ ref('stg_heyreach__campaign_lead_observations') }}
            where shows_sent
        ),
        (select count(*) from {{ ref('heyreach_connections') }} where is_sent or request_evidence is not null)
    union all
    select
        'acceptances and connections from before',
        (
            select count(distinct campaign_id || '|' || campaign_lead_id)
            from {{ ref('stg_heyreach__campaign_lead_observations') }}
            where shows_accepted
        ),
        (select count(*) from {{ ref('heyreach_connections') }} where is_accepted or (request_evidence is not null and not is_sent))

)

select * from counts
where before <> after
