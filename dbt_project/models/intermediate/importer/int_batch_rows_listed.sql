{{ config(materialized='ephemeral') }}

select
    identified.lead_id,
    identified.profile_url_raw,
    identified.normalized_profile_url,
    identified.container_id as list_id,
    identified.row_key as list_row_key,
    identified.first_observed_at,
    coalesce(evidence.source, 'unknown') as source,
    evidence.batch_id
from {{ ref('int_lead_rows_identified') }} as identified
inner join {{ ref('int_lead_evidence') }} as evidence
    on evidence.origin = 'list'
    and identified.container_id = evidence.list_id
    and identified.row_key = evidence.row_key
where identified.found_in = 'list'
    and evidence.batch_id is not null
    and evidence.batch_id not in (
        select import_rows.custom_batch_id
        from {{ ref('int_import_rows_resolved') }} as import_rows
        where import_rows.custom_batch_id is not null
    )
qualify row_number() over (
    partition by identified.container_id, identified.row_key
    order by evidence.observed_at desc, evidence.content_hash
) = 1
