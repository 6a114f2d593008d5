with import_rows as (

    select * from {{ ref('int_import_rows_resolved') }}

),

requests as (

    select * from {{ ref('int_import_requests') }}

),

lead_sources as (

    select * from {{ ref('lead_sources') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

)

select
    md5(import_rows.import_id || '|' || import_rows.row_number) as import_lead_id,
    import_rows.import_id,
    import_rows.row_number,
    import_rows.lead_id,
    import_rows.profile_url_in_file as profile_url_raw,
    import_rows.normalized_profile_url,
    import_rows.target,
    import_rows.campaign_id,
    import_rows.list_id,
    import_rows.account_id,
    coalesce(lead_sources.source, lower(import_rows.custom_source), 'unknown') as source,
    import_rows.custom_source_list as source_list,
    import_rows.custom_icp as icp,
    import_rows.custom_batch_id as batch_id,
    import_rows.variant,
    import_rows.state,
    import_rows.why,
    import_rows.request_id,
    requests.leads as request_leads,
    requests.added as request_added,
    requests.updated as request_updated,
    requests.failed as request_failed,
    import_rows.sent_fields,
    import_rows.arrived_fields,
    import_rows.missing_fields,
    import_rows.changed_fields,
    import_rows.times_sent,
    import_rows.first_sent_at,
    import_rows.first_seen_at,
    run_parameters.as_of
from import_rows
left join requests
    on import_rows.import_id = requests.import_id
    and import_rows.request_id = requests.request_id
left join lead_sources on lower(import_rows.custom_source) = lead_sources.alias
cross join run_parameters
